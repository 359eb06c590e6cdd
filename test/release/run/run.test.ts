import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BakedImage } from '../../../release/src/bakers/baker';
import { Ledger } from '../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../release/src/ledger/releases';
import { originOf } from '../../../release/src/run/image-origin';
import { NO_DECISIONS } from '../../../release/src/run/spec';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, oracle, PowerCut } from '../support/fake-world';
import { listenForHealth } from '../support/healthy-port';

const healthyPort = listenForHealth();

let folder: string;
let world: FakeWorld;
let runs: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-run-'));
  world = newWorld();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function newWorld(): FakeWorld {
  runs = [];
  const made = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
  made.healthyPort = healthyPort();
  return made;
}

/** Runs to the end; the outcome and its text. */
async function start(changes: Parameters<typeof createRun>[3] = {}, approve: 'yes' | 'no' = 'yes'): Promise<string> {
  const run = `run${runs.length + 1}`;
  runs.push(run);
  const { outcome, text } = await world.run(createRun(world.root, folder, run, changes), approve);
  expect(oracle(world.root, changes.environment ?? 'local', runs, world)).toEqual([]);
  return `${outcome}: ${text}`;
}

function releases(): string[] {
  return new ReleaseHistory(Ledger.read(world.root.ledger('local'))).releases().map(({ id, kind }) => `${kind} ${id}`);
}

describe('a deployment', () => {
  it('bakes, applies beside the old, moves the traffic, and retires the old', async () => {
    expect(await start()).toBe('live: run1 is live.');
    world.source = 'v2';
    expect(await start()).toBe('live: run2 is live. blue was retired.');
    expect(world.effects).toEqual(
      'bake v1,publish v1,apply blue,route blue,bake v2,publish v2,apply green,route green,retire blue'.split(','),
    );
    expect(world.stamped).toBe('run2');
  });

  it('does not bake again what is there already, unless it is asked to or the registry lost it', async () => {
    await start();
    await start();
    expect(world.effects.filter((effect) => effect.startsWith('bake'))).toHaveLength(1);
    world.registry.clear();
    await start();
    expect(world.effects.filter((effect) => effect.startsWith('bake'))).toHaveLength(2);
    await start({ decisions: { ...NO_DECISIONS, rebake: true } });
    expect(world.effects.filter((effect) => effect.startsWith('bake'))).toHaveLength(3);
  });

  it('changes nothing when the plan is denied', async () => {
    await start();
    world.source = 'v2';
    const before = [...world.slots];
    expect(await start({}, 'no')).toBe('refused: The plan was not approved. Nothing was changed.');
    expect([...world.slots]).toEqual(before);
  });

  it('F15: an unhealthy version gets no traffic; it is ended, and the old one serves on', async () => {
    await start();
    world.source = 'v2';
    world.breakSource('v2');
    expect(await start()).toMatch(
      /^rolled-back: The new version did not become healthy\..*blue still serves; green was ended\.$/s,
    );
    expect(world.activeSlot).toBe('blue');
    expect([...world.slots.keys()]).toEqual(['blue']);
    expect(releases()).toEqual(['deploy run1']);
  });

  it('an unhealthy version of a protected environment is kept to look at', async () => {
    await start({ environment: 'production' });
    world.source = 'v2';
    world.breakSource('v2');
    expect(await start({ environment: 'production' })).toMatch(
      /^failed: .*blue still serves; green is kept to look at\.$/s,
    );
    expect([...world.slots.keys()]).toEqual(['blue', 'green']);
  });
});

describe('a rollback', () => {
  async function three(): Promise<void> {
    for (const source of ['v1', 'v2', 'v3']) {
      world.source = source;
      await start();
    }
  }

  it('goes to the last healthy release before the live one, as a record ahead', async () => {
    await three();
    expect(await start({ kind: 'rollback' })).toBe('live: run2 is live again, as run4.');
    expect(releases()).toEqual(['deploy run1', 'deploy run2', 'deploy run3', 'rollback run4']);
  });

  it('F41: a rollback of a rollback passes over what was left, and what runs already', async () => {
    await three();
    await start({ kind: 'rollback' });
    expect(await start({ kind: 'rollback' })).toBe('live: run1 is live again, as run5.');
    expect(await start({ kind: 'rollback' })).toContain('refused: There is nothing to go back to');
  });

  it('F41: going back to what is live does nothing', async () => {
    await three();
    const before = world.effects.length;
    expect(await start({ kind: 'rollback', release: 'run3' })).toBe('live: run3 is live already. Nothing was changed.');
    expect(world.effects).toHaveLength(before);
  });

  it('goes to the live release of the ledger when what failed runs in its place', async () => {
    world.isInPlace = true;
    await start({ environment: 'production' });
    world.source = 'v2';
    await start({ environment: 'production' });
    world.source = 'v3';
    world.breakSource('v3');
    expect(await start({ environment: 'production' })).toMatch(
      /^partial: run3 has the traffic and is not healthy\. `immutable-infra rollback production` goes back to run2\.\nThe new version did not become healthy\./,
    );
    // The oracle finds that what the ledger calls live serves again.
    expect(await start({ environment: 'production', kind: 'rollback' })).toBe('live: run2 is live again, as run4.');
    const back = new ReleaseHistory(Ledger.read(world.root.ledger('production'))).live();
    expect(back).toMatchObject({ rollbackOf: 'run2', rolledBackFrom: null });
    expect(await start({ environment: 'production', kind: 'rollback', release: 'run4' })).toBe(
      'live: run4 is live already. Nothing was changed.',
    );
    expect(await start({ environment: 'production', kind: 'rollback' })).toBe('live: run1 is live again, as run6.');
  });

  it('is brought back at once when what failed runs in its place, and stays a way back', async () => {
    world.isInPlace = true;
    await start();
    world.source = 'v2';
    world.breakSource('v2');
    expect(await start()).toMatch(/^rolled-back: .*\nrun1 is live again, as run2-back\.$/s);
    world.source = 'v3';
    await start();
    expect(await start({ kind: 'rollback' })).toBe('live: run2-back is live again, as run4.');
    expect(await start({ kind: 'rollback', release: 'run1' })).toBe('live: run1 is live again, as run5.');
  });

  it('F12: is refused before anything stops when the image is gone, and the ledger remembers', async () => {
    await three();
    for (const id of [...world.registry].slice(1, 2)) world.registry.delete(id);
    const before = world.effects.length;
    expect(await start({ kind: 'rollback' })).toContain('run2 cannot be gone back to: the registry has it no more');
    expect(world.effects).toHaveLength(before);
    expect(await start({ kind: 'rollback' })).toBe('live: run1 is live again, as run5.');
  });

  it('F44: a release that cannot be undone is crossed only when it is named', async () => {
    await start();
    world.source = 'v2';
    await start({ decisions: { ...NO_DECISIONS, oneWay: true } });
    expect(await start({ kind: 'rollback' })).toContain(
      'crosses run2, which cannot be undone. Accept it with --accept-one-way run2',
    );
    const accepted = { ...NO_DECISIONS, acceptOneWay: ['run2'] };
    expect(await start({ kind: 'rollback', decisions: accepted })).toBe('live: run1 is live again, as run4.');
  });

  it('to a release that is not healthy any more is stuck, with both versions kept', async () => {
    await start();
    world.source = 'v2';
    await start();
    world.breakSource('v1');
    expect(await start({ kind: 'rollback' })).toMatch(/^stuck: Going back to run1 failed/);
    expect([...world.slots.keys()].sort()).toEqual(['blue', 'green']);
  });
});

describe('a promotion', () => {
  it('brings the same image live, without a bake, once it was live elsewhere for long enough', async () => {
    expect(await start({ kind: 'promote', environment: 'now' })).toContain(
      'refused: now takes what was healthy in local: nothing is live there',
    );
    await start();
    expect(await start({ kind: 'promote', environment: 'next' })).toMatch(
      /^refused: .*run2 is live for \d+ s, at least 3600 s are asked/,
    );
    world.source = 'v2';
    world.slots.clear();
    world.activeSlot = undefined;
    expect(await start({ kind: 'promote', environment: 'now' })).toBe('live: run4 is live.');
    expect(world.effects.filter((effect) => effect.startsWith('bake'))).toEqual(['bake v1']);
  });

  it('has the commit that its image was baked from, whatever is checked out meanwhile; so has a rollback', async () => {
    const git = (commit: string) => ({ commit, branch: `of-${commit}`, dirty: commit === 'b', pushed: true });
    await start({ git: git('a') });
    world.slots.clear();
    world.activeSlot = undefined;
    await start({ kind: 'promote', environment: 'now', git: git('b') });
    expect(world.planned.at(-1)).toMatchObject({ checkout: 'b', known: { release: { commit: 'a', branch: 'of-a' } } });
    const promoted = new ReleaseHistory(Ledger.read(world.root.ledger('now'))).live();
    expect(promoted).toMatchObject({ git: git('a'), checkout: git('b') });

    world.source = 'v2';
    await start({ git: git('c') });
    await start({ kind: 'rollback', git: git('d') });
    // The old version says of itself what it was baked from: a health check that compares asks for that.
    expect(world.planned.at(-1)).toMatchObject({ checkout: 'd', known: { release: { commit: 'a', branch: 'of-a' } } });
    const back = new ReleaseHistory(Ledger.read(world.root.ledger('local'))).live();
    expect(back).toMatchObject({ kind: 'rollback', git: git('a'), checkout: git('d') });
  });
});

describe('a deployment that reuses an image', () => {
  const git = (commit: string) => ({ commit, branch: `of-${commit}`, dirty: false, pushed: true });
  const last = () => new ReleaseHistory(Ledger.read(world.root.ledger('local'))).live();

  it('names the commit that the image was baked from, and beside it what was checked out', async () => {
    await start({ git: git('a') });
    await start({ git: git('b') });
    expect(world.effects.filter((effect) => effect.startsWith('bake'))).toEqual(['bake v1']);
    expect(last()).toMatchObject({ id: 'run2', git: git('a'), checkout: git('b') });
    // A health check that asks the version for its commit is answered with that of its image.
    expect(world.planned.at(-1)).toMatchObject({ checkout: 'b', known: { release: { commit: 'a', branch: 'of-a' } } });
  });

  it('names what is checked out when the image is baked, or was baked from the same commit', async () => {
    await start({ git: git('a') });
    await start({ git: git('a') });
    expect(last()).toMatchObject({ id: 'run2', git: git('a') });
    expect(last()?.checkout).toBeUndefined();
    world.source = 'v2';
    await start({ git: git('b') });
    expect(last()).toMatchObject({ id: 'run3', git: git('b') });
    expect(last()?.checkout).toBeUndefined();
  });

  it('asks the release of the run that baked it where its record has no commit, and nobody where that is unknown', () => {
    const old = { name: 'web', kind: 'container', inputs: 'sha256:v1' };
    const origin = (...records: readonly object[]): unknown =>
      originOf({ ...old, ref: 'web@1' } as unknown as BakedImage, { records: () => records } as never);
    const image = { type: 'image', run: 'r1', seq: 1, image: { ...old, ref: 'web@1' } };
    expect(origin(image, { type: 'release', run: 'r1', seq: 2, git: git('a') })).toEqual({ git: git('a'), seq: 1 });
    expect(origin(image)).toBeNull();
    expect(origin({ ...image, git: git('c') })).toEqual({ git: git('c'), seq: 1 });
  });
});

describe('retiring', () => {
  it('F42: never ends what has the traffic', async () => {
    await start();
    expect(await start({ kind: 'retire', slot: 'blue' })).toBe('refused: blue has the traffic and stays.');
    expect(await start({ kind: 'retire' })).toContain('Nothing but what serves is running');
  });
});

describe('F01: the power goes', () => {
  /** Runs the scenario with a power cut at the n-th place, and resumes until it ends. */
  async function withCutAt(
    place: number,
    scenario: () => Promise<void>,
  ): Promise<{ readonly cut: boolean; readonly where: string }> {
    let seen = 0;
    let where = '';
    world.power = (name) => {
      if (++seen !== place) return;
      where = name;
      throw new PowerCut(name);
    };
    await scenario();
    return { cut: seen >= place, where };
  }

  async function untilEnd(run: string, changes: Parameters<typeof createRun>[3] = {}): Promise<string> {
    runs.push(run);
    const spec = createRun(world.root, folder, run, changes);
    for (let attempt = 0; ; attempt++) {
      try {
        return (await world.run(spec)).outcome;
      } catch (error) {
        if (!(error instanceof PowerCut) || attempt > 3) throw error;
      }
    }
  }

  it('before or after any append and any side effect of a deploy: it goes on, and does nothing twice', async () => {
    let places = 0;
    const outcomes = new Map<string, number>();
    for (let place = 1; ; place++) {
      world = newWorld();
      let outcome = '';
      const { cut, where } = await withCutAt(place, async () => {
        await untilEnd('a');
        world.source = 'v2';
        outcome = await untilEnd('b');
      });
      if (!cut) break;
      places++;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      expect(oracle(world.root, 'local', runs, world), where).toEqual([]);
      // An apply that did nothing uses up its approval: that run ends, and changes nothing.
      expect(['live', 'failed'], where).toContain(outcome);
      const routed = world.effects.filter((effect) => effect.startsWith('route')).length;
      expect(routed, where).toBeLessThanOrEqual(2);
      expect(world.effects.filter((effect) => effect.startsWith('apply')).length, where).toBeLessThanOrEqual(2);
    }
    expect(places).toBeGreaterThan(80);
    expect(outcomes.get('live')).toBeGreaterThan(places * 0.9);
  });

  it('anywhere in a failed deploy and a rollback: the ledger and the world agree', async () => {
    let places = 0;
    for (let place = 1; ; place += 3) {
      world = newWorld();
      const { cut, where } = await withCutAt(place, async () => {
        for (const source of ['v1', 'v2']) {
          world.source = source;
          await untilEnd(source);
        }
        world.source = 'v3';
        world.breakSource('v3');
        await untilEnd('v3');
        await untilEnd('back', { kind: 'rollback' });
      });
      if (!cut) break;
      places++;
      expect(oracle(world.root, 'local', runs, world), where).toEqual([]);
      expect(
        world.slots.get(world.activeSlot ?? '')?.ids.some((id) => world.broken.has(id)),
        where,
      ).toBe(false);
    }
    expect(places).toBeGreaterThan(30);
  });
});
