import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../release/src/ledger/ledger';
import { Journal } from '../../../release/src/run/journal';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, oracle, PIPELINE, PowerCut } from '../support/fake-world';
import { listenForHealth } from '../support/healthy-port';

let folder: string;
let world: FakeWorld;
const healthyPort = listenForHealth();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-cancel-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const WATCHED = PIPELINE.replace('retire: { mode: auto }', 'retire: { mode: auto }\n    soak: 20ms');

/** A world in which v1 is live in blue, and v2 is about to be deployed. */
async function deployed(): Promise<void> {
  world = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
  world.healthyPort = healthyPort();
  await world.run(createRun(world.root, folder, 'a'));
  world.source = 'v2';
}

/** Deploys v2 with a cancel at one place and a power cut at another; resumed until it ends. */
async function deploy(cancelAt: number, cutAt = 0): Promise<{ readonly places: number; readonly text: string }> {
  let places = 0;
  world.power = (name) => {
    places++;
    if (places === cancelAt) world.cancel();
    if (places === cutAt) throw new PowerCut(name);
  };
  const spec = createRun(world.root, folder, 'b', { pipeline: WATCHED });
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const { outcome, text } = await world.run(spec);
      return { places, text: `${outcome}: ${text}` };
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
  }
  throw new Error('it does not end');
}

function typesOf(): string[] {
  return Journal.read(world.root.run('b'))
    .records()
    .map(({ type }) => type);
}

describe('a run is cancelled', () => {
  it('at any place: it ends as cancelled or live, the ledger and the world agree, and every step has an ending', async () => {
    const outcomes = new Set<string>();
    for (let place = 1; ; place++) {
      await deployed();
      const { places, text } = await deploy(place);
      if (places < place) break;
      expect(oracle(world.root, 'local', ['a', 'b'], world), `place ${place}: ${text}`).toEqual([]);
      expect(text, `place ${place}`).toMatch(/^(?:cancelled|live): /);
      outcomes.add(text.replace(/^(\w+: .{0,60}).*$/s, '$1'));
      // What was applied and is not live is in the ledger.
      const attempts = Ledger.read(world.root.ledger('local'))
        .records()
        .filter(({ type }) => type === 'attempt').length;
      const isApplied = typesOf().includes('apply.result');
      expect(attempts, `place ${place}: ${text}`).toBe(text.startsWith('cancelled') && isApplied ? 1 : 0);
    }
    expect([...outcomes].sort()).toEqual([
      'cancelled: Cancelled by Ana.',
      'cancelled: Cancelled by Ana. The traffic is back on blue. green runs th',
      'cancelled: Cancelled by Ana. blue serves. green runs the new version an',
      'live: b is live. blue could not be retired: Cancelled by Ana.',
      'live: b is live. blue was retired.',
    ]);
  });

  it('while the traffic moves, and nobody watches afterwards: it goes back, as the question said', async () => {
    await deployed();
    world.power = (name) => {
      if (name.startsWith('route')) world.cancel();
    };
    const { outcome, text } = await world.run(createRun(world.root, folder, 'b', { pipeline: PIPELINE }));
    expect(outcome).toBe('cancelled');
    expect(text).toMatch(/^Cancelled by Ana\. The traffic is back on blue\. green runs the new version/);
    expect(typesOf()).not.toContain('release.recorded');
    expect(oracle(world.root, 'local', ['a', 'b'], world)).toEqual([]);
  });

  it('and its engine is killed while it stops: what happened is found out in spite of the cancel', async () => {
    await deployed();
    const { places } = await deploy(0);
    let cuts = 0;
    for (let cancelAt = 2; cancelAt <= places; cancelAt += 3) {
      for (let cutAt = cancelAt; cutAt <= cancelAt + 9; cutAt += 2) {
        await deployed();
        const { text } = await deploy(cancelAt, cutAt);
        cuts++;
        const where = `cancelled at ${cancelAt}, cut at ${cutAt}: ${text} ${typesOf().join()}`;
        expect(oracle(world.root, 'local', ['a', 'b'], world), where).toEqual([]);
        expect(text, where).toMatch(/^(?:cancelled|live): /);
      }
    }
    expect(cuts).toBeGreaterThan(40);
  });
});
