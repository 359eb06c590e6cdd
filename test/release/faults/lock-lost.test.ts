import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../../../release/src/ledger/ledger';
import { EnvironmentLock, LockLostError } from '../../../release/src/lock/environment-lock';
import { newHolder, type LockHolder } from '../../../release/src/lock/holder';
import { Journal } from '../../../release/src/run/journal';
import { StateRoot } from '../../../release/src/state-root';
import { Workspace } from '../../support/cli';
import { bundleProgram } from '../support/bundles';
import { createRun, FakeWorld, oracle } from '../support/fake-world';

let server: Server;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-lost-'));
  server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function take(root: StateRoot, run: string, from?: string): EnvironmentLock {
  const taken = EnvironmentLock.acquire(root.lock('local'), run, from);
  if (taken.kind !== 'taken') throw new Error('held');
  return taken.lock;
}

describe('F27: the lock is lost in the middle of a run', () => {
  it('before any record: nothing more is written, no further side effect, and the run can be resumed', async () => {
    let places = 0;
    for (let place = 2; ; place += 2) {
      const world = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
      world.healthyPort = (server.address() as AddressInfo).port;
      const spec = createRun(world.root, folder, 'a');
      let lock = take(world.root, 'a');
      let other: EnvironmentLock | undefined;
      let appends = 0;
      let effects = 0;
      world.power = (name) => {
        if (name !== 'append') return;
        if (++appends === place) {
          effects = world.effects.length;
          other = take(world.root, 'b', lock.holder.token);
        }
        lock.assertHeld();
      };
      const end: unknown = await world.run(spec).catch((error: unknown) => error);
      if (!other) break;
      places++;
      expect(end, `place ${place}`).toBeInstanceOf(LockLostError);
      expect((end as LockLostError).code).toBe('ELOCKLOST');
      expect(world.effects.length - effects, `place ${place}`).toBe(0);
      const types = Journal.read(world.root.run('a')).records();
      expect(types.some(({ type }) => type === 'run.closed')).toBe(false);
      other.release();
      lock = take(world.root, 'a');
      expect((await world.run(spec)).outcome, `place ${place}`).toBe('live');
      lock.release();
      expect(oracle(world.root, 'local', ['a'], world), `place ${place}`).toEqual([]);
    }
    expect(places).toBeGreaterThan(10);
  });

  it('of a machine that slept: it is told at its next record, and its record is not added', async () => {
    const holder = await bundleProgram('test/release/faults/hold-and-append.ts');
    const root = mkdtempSync(join(folder, 'sleep-'));
    const child = spawn(process.execPath, [holder.path, root], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (part: Buffer) => (said += part.toString()));
    try {
      while (!said.includes('added')) await new Promise((resolve) => setTimeout(resolve, 10));
      child.kill('SIGSTOP');
      const path = join(root, 'locks', 'production.lock');
      // Stopped, not dead: only a person takes over.
      const held = EnvironmentLock.acquire(path, 'other');
      expect(held).toMatchObject({ kind: 'held', needsTakeOver: false });
      const token = held.kind === 'held' && held.holder !== 'damaged' ? held.holder.token : '';
      const taken = EnvironmentLock.acquire(path, 'other', token);
      if (taken.kind !== 'taken') throw new Error('not taken over');
      const ledger = Ledger.open(join(root, 'ledger', 'production.jsonl'), join(root, 'torn'), taken.lock);
      ledger.append({ type: 'note', run: 'other' });
      ledger.close();
      const ended = once(child, 'close');
      child.kill('SIGCONT');
      await ended;
      expect(said.trim().split('\n').at(-1)).toBe('ELOCKLOST');
      const view = Ledger.read(join(root, 'ledger', 'production.jsonl'));
      expect(view.damage).toBeUndefined();
      expect(view.records().at(-1)?.run).toBe('other');
    } finally {
      child.kill('SIGKILL');
      holder.dispose();
    }
  });
});

const PIPELINE = `app: web
images: { web: { container: { repository: "127.0.0.1:5000/web", insecureRegistry: true } } }
environments:
  local:
    branches: [never]
    target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["127.0.0.1:8081:80"] }, green: { publish: ["127.0.0.1:8082:80"] } } }] } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}" } }
gates: { lint: off }
`;

describe('F24: a lock whose holder is gone is taken by the next run, and the ledger says so', () => {
  const gone = spawnSync('true').pid;
  it.each<[string, Partial<LockHolder>]>([
    ['a dead process of this boot', { pid: gone }],
    ['before a reboot', { boot: 'another boot' }],
    ['a pid that is another program now', { pid: 1, start: '1' }],
  ])('%s', async (_name, changes) => {
    const made = new Workspace({ 'immutable.yaml': PIPELINE, Dockerfile: 'FROM scratch\n' });
    made.git('init', '--quiet', '--initial-branch=main');
    const path = made.file('.git/immutable/locks/local.lock');
    mkdirSync(dirname(path), { recursive: true });
    const dead = { ...newHolder('01DEAD', new Date()), ...changes };
    writeFileSync(path, JSON.stringify(dead));
    const { code, stdout, stderr } = await made.run(['deploy', 'local', '--approve', 'all']);
    // Refused by a gate, so that nothing has to be there.
    expect(code, `${stdout}${stderr}`).toBe(3);
    const records = Ledger.read(made.file('.git/immutable/ledger/local.jsonl')).records();
    expect(records.filter(({ type }) => type === 'lock.stolen')).toEqual([
      expect.objectContaining({ token: dead.token }),
    ]);
    expect(EnvironmentLock.inspect(path)).toBeUndefined();
  });
});
