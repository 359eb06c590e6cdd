import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../release/src/ledger/ledger';
import { ReleaseHistory, type StoredRelease } from '../../../release/src/ledger/releases';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, oracle, PowerCut } from '../support/fake-world';
import { listenForHealth } from '../support/healthy-port';

const healthyPort = listenForHealth();

let folder: string;
let world: FakeWorld;
let runs: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-adopt-'));
  world = newWorld();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function newWorld(): FakeWorld {
  runs = [];
  const made = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
  made.healthyPort = healthyPort();
  return made;
}

async function start(changes: Parameters<typeof createRun>[3] = {}, approve: 'yes' | 'no' = 'yes'): Promise<string> {
  // A name of its own: the oracle looks for processes of a run on the whole machine.
  const run = `adopt${runs.length + 1}`;
  runs.push(run);
  const { outcome, text } = await world.run(createRun(world.root, folder, run, changes), approve);
  expect(oracle(world.root, 'local', runs, world)).toEqual([]);
  return `${outcome}: ${text}`;
}

function history(): ReleaseHistory {
  return new ReleaseHistory(Ledger.read(world.root.ledger('local')));
}

function told({ id, kind, slot, health }: StoredRelease): string {
  return `${kind} ${id} in ${slot ?? 'nothing'}, ${health.verdict}`;
}

function loseLedger(): void {
  rmSync(join(world.root.path, 'ledger'), { recursive: true });
}

/** Something serves that was not deployed from here. */
function serving(source: string, release: string | undefined): void {
  world.source = source;
  world.slots.set('blue', { ids: [`sha256:${source}`], release: release ?? 'by hand' });
  world.registry.add(`sha256:${source}`);
  world.activeSlot = 'blue';
  world.stamped = release;
}

describe('adopt', () => {
  it('rebuilds a ledger from the stamps, and deploy and rollback go on from there', async () => {
    await start();
    const { images } = history().live() ?? {};
    loseLedger();
    const effects = [...world.effects];
    expect(await start({ kind: 'adopt' })).toBe(
      'live: adopt1 is live: it was adopted. Nothing on the target was changed.',
    );
    expect(world.effects).toEqual(effects);
    expect(history().releases().map(told)).toEqual(['adopt adopt1 in blue, unchecked']);
    expect(history().live()?.images[0]).toMatchObject({ name: 'web', ref: images?.[0]?.ref, id: images?.[0]?.id });
    world.source = 'v2';
    expect(await start()).toContain('live: adopt3 is live.');
    expect(await start({ kind: 'rollback' })).toBe('live: adopt1 is live again, as adopt4.');
  });

  it('gives what nobody stamped a name', async () => {
    serving('v0', undefined);
    expect(await start({ kind: 'adopt' })).toContain('live: adopt1 is live: it was adopted');
    expect(history().live()).toMatchObject({
      id: 'adopt1',
      kind: 'adopt',
      running: ['sha256:v0'],
      approvedBy: 'Ana',
      git: { commit: null },
      images: [{ id: 'sha256:v0', inputs: '' }],
    });
  });

  it('takes the older version beside the live one too, and never a younger one that had no traffic', async () => {
    for (const [live, other, expected] of [
      ['run5', 'run4', ['adopt run4 in green, unchecked', 'adopt run5 in blue, unchecked']],
      ['run5', 'run6', ['adopt run5 in blue, unchecked']],
    ] as const) {
      world = newWorld();
      serving('v0', live);
      world.slots.set('green', { ids: ['sha256:other'], release: other });
      expect(await start({ kind: 'adopt' })).toContain(`live: ${live} is live`);
      expect(history().releases().map(told)).toEqual(expected);
      expect(history().defaultTarget()?.id).toBe(expected.length === 2 ? other : undefined);
    }
  });

  it('records nothing when it is not approved, when nothing serves, or when the ledger is right', async () => {
    expect(await start({ kind: 'adopt' })).toBe(
      'refused: There is nothing to adopt: nothing that serves local can be read from the target. Nothing was recorded.',
    );
    serving('v0', undefined);
    expect(await start({ kind: 'adopt' }, 'no')).toContain('refused: The plan was not approved');
    expect(history().releases()).toEqual([]);
    await start({ kind: 'adopt' });
    expect(await start({ kind: 'adopt' })).toBe('live: adopt3 is live, and is what runs. Nothing was recorded.');
  });

  it('records what was changed behind the ledger', async () => {
    await start();
    world.slots.set('blue', { ids: ['sha256:hotfix'], release: 'adopt1' });
    world.source = 'hotfix';
    runs.push('adopt2');
    await world.run(createRun(world.root, folder, 'adopt2', { kind: 'adopt' }));
    expect(history().releases().map(told)).toEqual([
      'deploy adopt1 in blue, unchecked',
      'adopt adopt2 in blue, unchecked',
    ]);
    expect(history().live()).toMatchObject({ supersedes: 'adopt1', images: [{ id: 'sha256:hotfix' }] });
  });

  it('loses power before or after any append: it goes on, and records each release once', async () => {
    for (let cut = 1; ; cut++) {
      world = newWorld();
      serving('v0', 'run5');
      world.slots.set('green', { ids: ['sha256:other'], release: 'run4' });
      let count = 0;
      world.power = () => {
        if (++count === cut) throw new PowerCut();
      };
      const spec = createRun(world.root, folder, 'adopt1', { kind: 'adopt' });
      const isCut = await world.run(spec).then(
        () => false,
        (error: unknown) => {
          if (!(error instanceof PowerCut)) throw error;
          return true;
        },
      );
      world.power = () => undefined;
      if (isCut) await world.run(spec);
      expect(
        history()
          .releases()
          .map(({ id }) => id),
        `cut ${cut}`,
      ).toEqual(['run4', 'run5']);
      expect(oracle(world.root, 'local', ['adopt1'], world)).toEqual([]);
      if (!isCut) return expect(cut).toBeGreaterThan(10);
    }
  });
});
