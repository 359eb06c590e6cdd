import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../release/src/ledger/ledger';
import { Journal } from '../../../release/src/run/journal';
import { NO_DECISIONS } from '../../../release/src/run/spec';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, oracle, PIPELINE, PowerCut } from '../support/fake-world';
import { listenForHealth } from '../support/healthy-port';

const healthyPort = listenForHealth();

let folder: string;
let world: FakeWorld;
let runs: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-retire-'));
  runs = [];
  world = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
  world.healthyPort = healthyPort();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The old version stays until somebody retires it. */
const CONFIRM = PIPELINE.replace('retire: { mode: auto }', 'retire: { mode: confirm }');

async function start(changes: Parameters<typeof createRun>[3] = {}): Promise<string> {
  const run = `run${runs.length + 1}`;
  runs.push(run);
  const spec = createRun(world.root, folder, run, { pipeline: CONFIRM, ...changes });
  const { outcome, text } = await world.run(spec, 'yes');
  expect(oracle(world.root, 'local', runs, world)).toEqual([]);
  return `${outcome}: ${text}`;
}

async function two(): Promise<void> {
  await start();
  world.source = 'v2';
  await start();
}

describe('F42: retiring', () => {
  it('of the only copy of the last way back must be typed', async () => {
    await two();
    const [first = ''] = world.registry;
    world.registry.delete(first);
    const refused = await start({ kind: 'retire' });
    expect(refused).toMatch(/^refused: blue holds run1, the last release that could be gone back to/);
    expect(refused).toContain('`immutable-infra retire local blue --end-last-way-back local`. Nothing was changed.');
    expect([...world.slots.keys()].sort()).toEqual(['blue', 'green']);
    // The word that approves a plan says nothing of the way back.
    const approved = { ...NO_DECISIONS, confirm: 'local' };
    expect(await start({ kind: 'retire', decisions: approved })).toMatch(/^refused: blue holds run1/);
    expect(await start({ kind: 'retire', decisions: { ...NO_DECISIONS, endLastWayBack: 'local' } })).toBe(
      'retired: blue was retired.',
    );
  });

  it('of a copy whose image can be had again needs no such word', async () => {
    await two();
    expect(await start({ kind: 'retire' })).toBe('retired: blue was retired.');
    expect(await start({ kind: 'rollback' })).toBe('live: run1 is live again, as run4.');
  });

  it('by itself after a deployment never takes the only copy of the last way back', async () => {
    await two();
    const [, second = ''] = world.registry;
    world.source = 'v3';
    world.power = (place) => {
      if (place === 'publish v3:after') world.registry.delete(second);
    };
    expect(await start({ pipeline: PIPELINE })).toMatch(
      /^live: run3 is live\. green could not be retired: green holds run2, the last release that could be gone back to/,
    );
    expect([...world.slots.keys()].sort()).toEqual(['blue', 'green']);
  });

  it('is refused while nothing says which slot has the traffic, unless the slot is named and the environment typed', async () => {
    await two();
    world.activeSlot = undefined;
    const confirm = { ...NO_DECISIONS, confirm: 'local' };
    for (const changes of [{}, { slot: 'blue' }, { decisions: confirm }]) {
      const run = `unknown${world.told.length}`;
      const spec = createRun(world.root, folder, run, { pipeline: CONFIRM, kind: 'retire', ...changes });
      expect((await world.run(spec, 'yes')).text).toMatch(
        /^Nothing says which slot has the traffic, so blue may be serving\..*`immutable-infra retire local blue --confirm local`/,
      );
      expect([...world.slots.keys()].sort()).toEqual(['blue', 'green']);
    }
    const named = { pipeline: CONFIRM, kind: 'retire', slot: 'blue', decisions: confirm } as const;
    expect((await world.run(createRun(world.root, folder, 'named', named), 'yes')).text).toBe('blue was retired.');
  });

  it('is refused when the traffic moved while the plan waited for its approval', async () => {
    await two();
    const told = world.told.push.bind(world.told);
    world.told.push = (...events) => {
      if (events.some(({ type }) => type === 'approval')) world.activeSlot = undefined;
      return told(...events);
    };
    const spec = createRun(world.root, folder, 'late', { pipeline: CONFIRM, kind: 'retire' });
    expect((await world.run(spec, 'yes')).text).toMatch(
      /^The traffic moved since the plan was made: no slot has it now/,
    );
    expect([...world.slots.keys()].sort()).toEqual(['blue', 'green']);
  });

  it('of a slot that runs nothing says so', async () => {
    await two();
    expect(await start({ kind: 'retire', slot: 'bleu' })).toBe('retired: Nothing runs in bleu. Nothing was changed.');
  });

  it('waits for a new version that is on trial, also when its run was interrupted', async () => {
    await start();
    world.source = 'v2';
    world.power = (place) => {
      if (place === 'route green:after') throw new PowerCut(place);
    };
    const spec = createRun(world.root, folder, 'trial', { pipeline: CONFIRM });
    await expect(world.run(spec, 'yes')).rejects.toThrow(PowerCut);
    world.power = () => undefined;
    const retire = createRun(world.root, folder, 'retire', { pipeline: CONFIRM, kind: 'retire' });
    expect((await world.run(retire, 'yes')).text).toMatch(/^Run trial moved the traffic and was interrupted/);
    expect([...world.slots.keys()].sort()).toEqual(['blue', 'green']);
    expect((await world.run(spec, 'yes')).outcome).toBe('live');
  });
});

describe('F44: a release that cannot be undone', () => {
  it('is crossed only by name, and the ledger keeps who said so', async () => {
    await start();
    world.source = 'v2';
    await start({ decisions: { ...NO_DECISIONS, oneWay: true } });
    expect(await start({ kind: 'rollback' })).toContain('crosses run2, which cannot be undone.');
    await start({ kind: 'rollback', decisions: { ...NO_DECISIONS, acceptOneWay: ['run2'] } });
    const notes = Ledger.read(world.root.ledger('local'))
      .records()
      .filter((record) => record['what'] === 'one-way-accepted');
    expect(notes).toMatchObject([{ run: 'run4', accepted: ['run2'] }]);
  });
});

describe('where the file says that slots without traffic stay', () => {
  beforeEach(() => {
    world.keepsIdle = '`idle: keep`';
  });
  const journal = (run: string): readonly string[] =>
    Journal.read(world.root.run(run))
      .records()
      .map(({ type }) => type);
  const retired = (): readonly object[] =>
    Ledger.read(world.root.ledger('local'))
      .records()
      .filter(({ type }) => type === 'retired');

  it('a retirement is refused with what to change, and nothing says that there was a plan', async () => {
    await two();
    expect(await start({ kind: 'retire' })).toBe(
      'refused: blue stays: `idle: keep` in immutable.yaml says so. To end it, write `idle: destroy` or `idle: scale-to-zero` there. Nothing was changed.',
    );
    expect([...world.slots.keys()]).toEqual(['blue', 'green']);
    expect(journal('run3').filter((type) => /^(?:plan|approval|retire)\./.test(type))).toEqual([]);
    expect(retired()).toEqual([]);
  });

  it.each(['confirm', 'auto'])(
    'a deployment with `retire: { mode: %s }` says that the old one is kept',
    async (mode) => {
      const pipeline = PIPELINE.replace('mode: auto', `mode: ${mode}`);
      await start({ pipeline });
      world.source = 'v2';
      expect(await start({ pipeline })).toBe(
        'live: run2 is live. blue is kept; `idle: keep` in immutable.yaml says so.',
      );
      expect([...world.slots.keys()]).toEqual(['blue', 'green']);
      expect(retired()).toEqual([]);
    },
  );

  it('F15: a version that is not healthy is kept too, and the run does not say that it was ended', async () => {
    await start();
    world.source = 'v2';
    world.breakSource('v2');
    expect(await start()).toMatch(/^failed: .*\nblue still serves; green is kept to look at\.$/s);
    expect([...world.slots.keys()]).toEqual(['blue', 'green']);
  });
});

describe('a slot of which nothing is there', () => {
  it('is not said to be retired', async () => {
    await two();
    world.planRetire = () => Promise.resolve(undefined);
    expect(await start({ kind: 'retire' })).toBe('retired: Nothing is left of blue to end. Nothing was changed.');
  });
});
