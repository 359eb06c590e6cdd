import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GENESIS } from '../../../release/src/durable/chain';
import { Ledger } from '../../../release/src/ledger/ledger';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, oracle, PowerCut } from '../support/fake-world';

let server: Server;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-torn-'));
  server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The power goes when a record of this type is half written: its line is cut, and nobody acknowledged it. */
async function tornAt(
  type: string,
): Promise<{ readonly world: FakeWorld; readonly spec: ReturnType<typeof createRun> }> {
  const world = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
  world.healthyPort = (server.address() as AddressInfo).port;
  await world.run(createRun(world.root, folder, 'a'));
  world.source = 'v2';
  const path = world.root.ledger('local');
  const before = Ledger.read(path).length;
  world.power = (name) => {
    if (name !== 'append') return;
    const last = Ledger.read(path).records().at(-1);
    if (last?.type === type && last.seq > before) throw new PowerCut();
  };
  const spec = createRun(world.root, folder, 'b');
  await expect(world.run(spec)).rejects.toThrow(PowerCut);
  world.power = () => undefined;
  const text = readFileSync(path, 'utf8');
  const lines = text.trimEnd().split('\n');
  const { h = GENESIS } = JSON.parse(lines.at(-2) ?? '{}') as { h?: string };
  writeFileSync(path, text.slice(0, -40));
  writeFileSync(`${path}.head`, `${lines.length - 1} ${h}\n`);
  return { world, spec };
}

describe('F29: the last record of the ledger was half written when the power went', () => {
  it.each(['image', 'release', 'retired'])(
    '%s: the run is brought to its end from its journal, the half line is kept aside and told once',
    async (type) => {
      const { world, spec } = await tornAt(type);
      world.warnings.length = 0;
      expect((await world.run(spec)).outcome).toBe('live');
      const records = Ledger.read(world.root.ledger('local')).records();
      expect(records.map((record) => record.type)).toEqual(['image', 'release', 'image', 'release', 'retired']);
      expect(
        world.warnings.filter((text) => text.includes('The last line of the ledger was never finished')),
      ).toHaveLength(1);
      expect(world.effects.filter((effect) => effect === 'apply green')).toHaveLength(1);
      expect(oracle(world.root, 'local', ['a', 'b'], world)).toEqual([]);
      world.warnings.length = 0;
      world.source = 'v3';
      expect((await world.run(createRun(world.root, folder, 'c'))).outcome).toBe('live');
      expect(world.warnings.join()).not.toContain('never finished');
    },
  );
});
