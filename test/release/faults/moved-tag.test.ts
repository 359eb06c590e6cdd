import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Baker } from '../../../release/src/bakers/baker';
import { Ledger } from '../../../release/src/ledger/ledger';
import { RegistryError } from '../../../release/src/registry/registry';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, oracle, PowerCut } from '../support/fake-world';

const OTHER = `sha256:${'e'.repeat(64)}`;

let server: Server;
let folder: string;
let world: FakeWorld & Pick<Baker, 'movedTag'>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-tag-'));
  server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  world = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
  world.healthyPort = (server.address() as AddressInfo).port;
  world.source = 'v1';
});

function notes(): readonly unknown[] {
  return Ledger.read(world.root.ledger('local'))
    .records()
    .filter(({ type }) => type === 'drift');
}

describe('F11: the tag of a release that was just deployed', () => {
  it('leads elsewhere: the release is live, and the ledger and the person are told, once', async () => {
    world.movedTag = () => Promise.resolve(OTHER);
    const spec = createRun(world.root, folder, 'a');
    // The power goes behind the note; the resumed run finds it there.
    world.power = (name) => {
      if (name === 'append' && notes().length > 0) throw new PowerCut();
    };
    await expect(world.run(spec)).rejects.toThrow(PowerCut);
    world.power = () => undefined;
    expect((await world.run(spec)).text).toBe('a is live.');
    expect(notes()).toMatchObject([{ what: 'tag-moved', found: OTHER }]);
    expect(world.warnings.filter((text) => text.includes('by its digest and is not affected'))).toHaveLength(1);
    expect(oracle(world.root, 'local', ['a'], world)).toEqual([]);
  });

  it.each([
    ['leads to it still', () => Promise.resolve(undefined)],
    ['is asked of a registry that is away', () => Promise.reject(new RegistryError('away', true))],
  ])('%s: nothing is said', async (_name, movedTag) => {
    world.movedTag = movedTag;
    expect((await world.run(createRun(world.root, folder, 'a'))).text).toBe('a is live.');
    expect(notes()).toEqual([]);
  });
});
