import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../release/src/ledger/ledger';
import { NO_DECISIONS } from '../../../release/src/run/spec';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, oracle, PIPELINE, PowerCut } from '../support/fake-world';

let server: Server;
beforeAll(async () => {
  server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

let folder: string;
let world: FakeWorld;
let runs: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-retire-'));
  runs = [];
  world = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
  world.healthyPort = (server.address() as AddressInfo).port;
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
    expect(refused).toContain('To end it all the same, say `--confirm local`. Nothing was changed.');
    expect([...world.slots.keys()].sort()).toEqual(['blue', 'green']);
    expect(await start({ kind: 'retire', decisions: { ...NO_DECISIONS, confirm: 'local' } })).toBe(
      'retired: blue was retired.',
    );
  });

  it('of a copy whose image can be had again needs no such word', async () => {
    await two();
    expect(await start({ kind: 'retire' })).toBe('retired: blue was retired.');
    expect(await start({ kind: 'rollback' })).toBe('live: run1 is live again, as run4.');
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
