import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskFullError, DiskReserve } from '../../../release/src/durable/disk-full';
import { createDurably } from '../../../release/src/durable/files';
import { Ledger } from '../../../release/src/ledger/ledger';
import { stepMark } from '../../../release/src/machine/marked-processes';
import { Step } from '../../../release/src/process/step';
import { Journal } from '../../../release/src/run/journal';
import { RunControl } from '../../../release/src/run/run-control';
import { StateRoot } from '../../../release/src/state-root';
import { bundleProgram } from '../support/bundles';
import { createRun, FakeWorld, oracle } from '../support/fake-world';
import { SmallDisk } from './small-disk';

const MEGABYTE = 1024 * 1024;

const made = SmallDisk.make('4m');
if (typeof made === 'string' && process.env['CI'] === 'true') throw new Error(made);

let server: Server;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-full-'));
  server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
  if (typeof made !== 'string') made.dispose();
});

/** A world in which v1 is live, and v2 is about to be deployed. */
async function deployed(under: string): Promise<FakeWorld> {
  const world = new FakeWorld(new StateRoot(mkdtempSync(join(under, 'state-'))), folder);
  world.healthyPort = (server.address() as AddressInfo).port;
  await world.run(createRun(world.root, folder, 'a'));
  world.source = 'v2';
  return world;
}

async function outcomeOf(work: Promise<{ readonly outcome: string; readonly text: string }>): Promise<string> {
  try {
    const { outcome, text } = await work;
    return `${outcome}: ${text}`;
  } catch (error) {
    if (error instanceof DiskFullError) return `interrupted: ${error.message}`;
    throw error;
  }
}

describe.skipIf(typeof made === 'string')(
  `F28: the disk is full${typeof made === 'string' ? ` (${made})` : ''}`,
  () => {
    const disk = made as SmallDisk;

    it('at each write of the journal and the ledger: nothing is begun that cannot be written down, and all goes on when there is room', async () => {
      const seen = new Set<string>();
      for (let place = 1; ; place++) {
        const world = await deployed(disk.path);
        const spec = createRun(world.root, folder, 'b');
        let places = 0;
        let effects: readonly string[] = [];
        world.power = (name) => {
          if (name !== 'append') return;
          places++;
          if (places !== place) return;
          effects = [...world.effects];
          disk.fill();
        };
        const text = await outcomeOf(world.run(spec));
        disk.empty();
        if (places < place) break;
        const begun = world.effects.length - effects.length;
        // The effect that was under way ends; no second one begins, but for what fits into a block that is half full.
        expect(begun, `place ${place}: ${text}`).toBeLessThanOrEqual(text.startsWith('live') ? 4 : 2);
        expect(Ledger.read(world.root.ledger('local')).damage, `place ${place}`).toBeUndefined();
        expect(Journal.read(world.root.run('b')).damage, `place ${place}`).toBeUndefined();
        seen.add(text.replace(/:.*/s, ''));
        if (text.startsWith('interrupted')) {
          world.power = () => undefined;
          expect(await outcomeOf(world.run(spec)), `place ${place}: ${text}`).toMatch(/^live: /);
        }
        if (text.startsWith('refused')) expect(world.effects, `place ${place}`).toEqual(effects);
        expect(oracle(world.root, 'local', ['a', 'b'], world), `place ${place}: ${text}`).toEqual([]);
        rmSync(world.root.path, { recursive: true });
      }
      expect([...seen]).toEqual(expect.arrayContaining(['refused', 'interrupted']));
    });

    it('a decision that finds no room is not there in half', () => {
      const directory = mkdtempSync(join(disk.path, 'run-'));
      const control = new RunControl(directory);
      control.cancel('Ana');
      disk.fill();
      try {
        expect(() => createDurably(join(directory, 'file'), 'x'.repeat(9000))).toThrow('ENOSPC');
        expect(() => control.approve({ plan: 'p', by: 'Ana', how: 'x'.repeat(9000) })).toThrow('ENOSPC');
      } finally {
        disk.empty();
      }
      expect(readdirSync(directory)).toEqual(['control']);
      expect(control.decisionOn('p')).toBeUndefined();
      control.approve({ plan: 'p', by: 'Ana', how: 'test' });
      expect(control.decisionOn('p')?.approved).toBe(true);
    });

    it('while a tool prints: it goes on, and its exit code is learnt', async () => {
      const runner = await bundleProgram('release/src/process/step-runner.ts');
      const root = mkdtempSync(join(disk.path, 'step-'));
      const mark = stepMark(`full-${process.pid}`, 1);
      try {
        const script = `head -c ${8 * MEGABYTE} /dev/zero | tr '\\0' 'x' | fold -w 79; exit 7`;
        const step = await Step.start(
          {
            directory: join(root, 'step'),
            command: ['/bin/sh', '-c', script],
            cwd: folder,
            environment: { PATH: process.env['PATH'] ?? '' },
            secrets: [],
          },
          runner.path,
          mark,
        );
        expect(await step.wait()).toEqual({ kind: 'ended', code: 7, signal: null, error: null });
        expect(readFileSync(step.files.output, 'utf8').length).toBeGreaterThan(MEGABYTE / 2);
        expect(existsSync(step.files.reserve)).toBe(false);
      } finally {
        Step.adopt(join(root, 'step'), mark).kill();
        runner.dispose();
        rmSync(root, { recursive: true, force: true });
      }
    });

    it('the reserve is room that is really taken, and is given up once', () => {
      const directory = mkdtempSync(join(disk.path, 'reserve-'));
      const reserve = new DiskReserve(join(directory, 'reserve'));
      reserve.hold();
      disk.fill();
      const write = (name: string): void => createDurably(join(directory, name), Buffer.alloc(MEGABYTE));
      try {
        expect(() => write('first')).toThrow('ENOSPC');
        reserve.spend(() => write('second'));
        expect(() => reserve.spend(() => write('third'))).toThrow('ENOSPC');
        expect(() => reserve.hold()).toThrow(DiskFullError);
        expect(readdirSync(directory)).toEqual(['second']);
      } finally {
        disk.empty();
        rmSync(directory, { recursive: true, force: true });
      }
    });
  },
);

describe('F28: little room', () => {
  it('before the first side effect: refused, and nothing was changed', async () => {
    const world = await deployed(folder);
    const before = [...world.effects];
    world.freeBytes = () => 10 * MEGABYTE;
    expect(await outcomeOf(world.run(createRun(world.root, folder, 'b')))).toMatch(
      /^refused: Only 10 MB are free below .*; 50 MB are needed to bake\. Make room and run again\. Nothing was changed\.$/,
    );
    expect(world.effects).toEqual(before);
    expect(oracle(world.root, 'local', ['a', 'b'], world)).toEqual([]);
  });

  it.each(['publish', 'apply', 'route', 'retire'])(
    'before %s: interrupted, and resumed when there is room',
    async (step) => {
      const world = await deployed(folder);
      const order = ['bake', 'publish', 'apply', 'route', 'retire'];
      let asked = 0;
      world.freeBytes = () => (asked++ < order.indexOf(step) ? 100 * MEGABYTE : 10 * MEGABYTE);
      const spec = createRun(world.root, folder, 'b');
      expect(await outcomeOf(world.run(spec))).toMatch(
        new RegExp(`^interrupted: Only 10 MB .*needed to ${step}\\. Make room, then resume the run$`),
      );
      expect(world.effects.some((effect) => effect.startsWith(step) && /v2|green|retire/.test(effect))).toBe(false);
      world.freeBytes = () => 100 * MEGABYTE;
      expect(await outcomeOf(world.run(spec))).toBe('live: b is live. blue was retired.');
      expect(oracle(world.root, 'local', ['a', 'b'], world)).toEqual([]);
    },
  );
});

describe('F28: a limit on the size of files', () => {
  it('short writes are found out: what was acknowledged is there, and nothing else', async () => {
    const writer = await bundleProgram('test/release/faults/append-until-full.ts');
    const path = join(folder, 'limited', 'ledger.jsonl');
    try {
      const { stdout, status, stderr } = spawnSync(
        'bash',
        ['-c', 'ulimit -f 9; exec "$@"', 'bash', process.execPath, writer.path, path, join(folder, 'torn')],
        { encoding: 'utf8' },
      );
      expect(status, stderr).toBe(0);
      const acknowledged = stdout.trim().split('\n').map(Number);
      expect(acknowledged.length).toBeGreaterThan(10);
      const view = Ledger.read(path);
      expect(view.damage).toBeUndefined();
      expect(view.records().map((record) => record['id'])).toEqual(acknowledged);
    } finally {
      writer.dispose();
    }
  });
});
