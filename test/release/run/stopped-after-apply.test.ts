import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../release/src/ledger/ledger';
import { RunStoppedError } from '../../../release/src/run/context';
import { RunControl } from '../../../release/src/run/run-control';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, PIPELINE, PowerCut } from '../support/fake-world';
import { listenForHealth } from '../support/healthy-port';

let folder: string;
let world: FakeWorld;
const healthyPort = listenForHealth();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-stopped-'));
  world = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
  world.healthyPort = healthyPort();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Changes = NonNullable<Parameters<typeof createRun>[3]>;

const WATCHED = PIPELINE.replace('retire: { mode: auto }', 'retire: { mode: auto }\n    soak: 20ms');

async function run(name: string, changes: Changes = {}): Promise<string> {
  const { outcome, text } = await world.run(createRun(world.root, folder, name, changes));
  return `${outcome}: ${text}`;
}

function records(type: string, environment = 'local'): readonly object[] {
  return Ledger.read(world.root.ledger(environment))
    .records()
    .filter((record) => record.type === type);
}

/** v1 is live in blue; v2 fails as soon as it has the traffic. */
async function failsWhileWatched(): Promise<void> {
  await run('a', { pipeline: WATCHED });
  world.source = 'v2';
  world.power = (place) => {
    if (place === 'route green:after') world.breakSource('v2');
  };
}

describe('a run that stops after its apply', () => {
  it('because the route is denied: says what remains, and the ledger has the attempt', async () => {
    const production = { environment: 'production' };
    await run('a', production);
    world.source = 'v2';
    const { hash } = await world.planRoute({} as never, 'green');
    new RunControl(world.root.run('x')).deny({ plan: hash, by: 'Ana', how: 'test' });
    expect(await run('x', production)).toBe(
      'partial: The plan was not approved. blue serves. green runs the new version and has no traffic; `immutable-infra retire` ends it.',
    );
    expect(records('attempt', 'production')).toMatchObject([{ id: 'x', slot: 'green', serves: false }]);
  });

  it('because the route fails: the same', async () => {
    await run('a');
    world.source = 'v2';
    world.route = () => Promise.reject(new RunStoppedError('failed', 'The reload failed.'));
    expect(await run('x')).toMatch(/^partial: The reload failed\. blue serves\. green runs the new version/);
    expect(records('attempt')).toMatchObject([{ id: 'x', slot: 'green', serves: false }]);
  });
});

describe('F15: the automatic return after the traffic moved', () => {
  it('moves the traffic back to the old version that is still warm, and starts nothing', async () => {
    await failsWhileWatched();
    expect(await run('x', { pipeline: WATCHED })).toMatch(
      /^rolled-back: The new version did not stay healthy.*The traffic is back on blue, which runs a\. green is kept to look at/s,
    );
    expect(world.effects.slice(6)).toEqual(['apply green', 'route green', 'route blue']);
    expect([...world.slots].map(([slot, { release }]) => `${slot} ${release}`)).toEqual(['blue a', 'green x']);
    expect(records('attempt')).toMatchObject([{ id: 'x', serves: false }]);
    // The ledger and the world agree: nothing is to be gone back from.
    expect(await run('again', { kind: 'rollback', release: 'a' })).toBe(
      'live: a is live already. Nothing was changed.',
    );
  });

  it('that cannot be made is stuck, and says that the broken version serves', async () => {
    await failsWhileWatched();
    const apply = world.apply.bind(world);
    world.apply = (plan) => {
      if ((plan.intent as { slot: string }).slot !== 'blue') return apply(plan);
      return Promise.resolve({ outcome: 'none', table: ['web did not start'] });
    };
    const { power } = world;
    world.power = (place) => {
      power(place);
      // Somebody ended the warm version: it has to be started again.
      if (place === 'route green:after') world.slots.delete('blue');
    };
    expect(await run('x', { pipeline: WATCHED })).toMatch(
      /^stuck: .*way back to a was not gone to its end: Nothing was applied\. web did not start\nx, which is not healthy, serves in green\.$/s,
    );
    expect(records('attempt')).toMatchObject([{ id: 'x', serves: true }]);
    world.apply = apply;
    world.power = () => undefined;
    expect(await run('back', { kind: 'rollback' })).toBe('live: a is live again, as back.');
  });

  it('that is cancelled names the versions, and what was brought back has a name of its own', async () => {
    await failsWhileWatched();
    const { power } = world;
    world.power = (place) => {
      power(place);
      if (place === 'route green:after') world.slots.delete('blue');
      if (place === 'apply blue:after') world.cancel();
    };
    const text = await run('x', { pipeline: WATCHED });
    expect(text).toMatch(/^cancelled: .*Cancelled by Ana\. green serves\. blue runs a as x-back and has no traffic/s);
    expect(text).toMatch(/x, which is not healthy, serves in green\.$/);
    expect([...world.slots].map(([slot, { release }]) => `${slot} ${release}`)).toEqual(['green x', 'blue x-back']);
  });
});

describe('F15: a version that is not healthy and serves, where nothing is to go back by itself', () => {
  const ASKED = WATCHED.replace('    rollback: { auto: on-health-failure }\n', '');

  it('something changed: the run says what serves first, and the way back that it names is the one that is gone', async () => {
    await failsWhileWatched();
    expect(await run('x', { pipeline: ASKED })).toMatch(
      /^partial: x has the traffic in green and is not healthy\. `immutable-infra rollback local` goes back to a\.\nThe new version did not stay healthy\./,
    );
    expect(records('attempt')).toMatchObject([{ id: 'x', slot: 'green', serves: true }]);
    expect(await run('back', { kind: 'rollback', pipeline: ASKED })).toBe('live: a is live again, as back.');
  });

  it.each([ASKED, WATCHED])('the first of all has no way back, and names none', async (pipeline) => {
    world.isInPlace = true;
    world.breakSource('v1');
    expect(await run('a', { pipeline })).toMatch(
      /^partial: a has the traffic and is not healthy\. There is no release to go back to: deploy a version that is healthy\.\n/,
    );
    expect(await run('back', { kind: 'rollback', pipeline })).toContain('refused: There is nothing to go back to');
  });

  it('the first of all in a slot has no traffic, and nothing is said to serve', async () => {
    world.breakSource('v1');
    expect(await run('a', { pipeline: ASKED })).toMatch(/^failed: .*\nNothing serves; blue is kept to look at\.$/s);
  });
});

describe('F12: an image that nobody can tell of', () => {
  beforeEach(async () => {
    for (const source of ['v1', 'v2', 'v3']) {
      world.source = source;
      await run(source);
    }
  });

  it('is no image that is gone: nothing is recorded, and no older release is taken in silence', async () => {
    world.registryProblem = 'the registry cannot be reached: connection refused';
    for (const [name, release] of [
      ['r1', null],
      ['r2', 'v2'],
    ] as const) {
      expect(await run(name, { kind: 'rollback', release })).toMatch(
        /^refused: v2 cannot be gone back to now: the registry cannot be reached: connection refused\..*Nothing was changed\.$/,
      );
    }
    expect(records('gone')).toEqual([]);
    world.registryProblem = undefined;
    expect(await run('r3', { kind: 'rollback' })).toBe('live: v2 is live again, as r3.');
  });

  it('and one that was gone is asked for again: there again, it is a way back', async () => {
    const [, second = ''] = world.registry;
    world.registry.delete(second);
    expect(await run('r1', { kind: 'rollback', release: 'v2' })).toContain(
      'v2 cannot be gone back to: the registry has it',
    );
    expect(records('gone')).toHaveLength(1);
    expect(await run('r2', { kind: 'rollback', release: 'v2' })).toContain(
      'v2 cannot be gone back to: the registry has it',
    );
    expect(records('gone')).toHaveLength(1);
    world.registry.add(second);
    expect(await run('r3', { kind: 'rollback' })).toBe('live: v2 is live again, as r3.');
  });
});

describe('a run that is resumed over another checkout', () => {
  const commit = 'a'.repeat(40);
  const git = { commit, branch: 'main', dirty: false, pushed: true };

  async function cutAt(place: string): Promise<void> {
    world.power = (name) => {
      if (name === place) throw new PowerCut(name);
    };
    await expect(run('x', { git })).rejects.toThrow(PowerCut);
    world.power = () => undefined;
  }

  async function resumed(): Promise<string> {
    const { outcome, text } = await world.run(createdBefore());
    return `${outcome}: ${text}`;
  }

  function createdBefore(): Parameters<FakeWorld['run']>[0] {
    return createRun(new StateRoot(mkdtempSync(join(folder, 'other-'))), folder, 'x', { git });
  }

  it('bakes nothing under the name of the old inputs', async () => {
    await cutAt('bake v1:before');
    world.source = 'v2';
    expect(await resumed()).toMatch(/^failed: web: its inputs are no longer those that the run began with/);
    expect(world.effects).toEqual([]);
    world.source = 'v1';
    expect(await run('again', { git })).toBe('live: again is live.');
    expect(world.effects).toContain('bake v1');
  });

  it('fails when files change while it bakes', async () => {
    world.power = (place) => {
      if (place === 'bake v1:after') world.source = 'v2';
    };
    expect(await run('x', { git })).toMatch(/^failed: web: its inputs are no longer those/);
    expect(world.registry.size).toBe(0);
  });

  it.each([
    ['another commit', { ...git, commit: 'b'.repeat(40) }, /bbbb is checked out, not aaaa/],
    ['changes', { ...git, dirty: true }, /something is not committed/],
  ])('publishes nothing over %s', async (_name, now, why) => {
    await cutAt('publish v1:before');
    world.git = now;
    const text = await resumed();
    expect(text).toMatch(/^failed: web: the run was interrupted, and the checkout is another one now/);
    expect(text).toMatch(why);
    expect(world.registry.size).toBe(0);
  });
});
