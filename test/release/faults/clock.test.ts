import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ageOf } from '../../../release/src/durable/age';
import type { Clocks } from '../../../release/src/durable/chained-log';
import { Ledger } from '../../../release/src/ledger/ledger';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, oracle, PIPELINE } from '../support/fake-world';
import { listenForHealth } from '../support/healthy-port';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const SOAK = 300;
const WATCHED = PIPELINE.replace('retire: { mode: auto }', `retire: { mode: auto }\n    soak: ${SOAK}ms`);

let folder: string;
let world: FakeWorld;
const healthyPort = listenForHealth();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-clock-'));
  world = new FakeWorld(new StateRoot(join(folder, 'state')), folder);
  world.healthyPort = healthyPort();
  // Only the wall clock is set; the monotonic clock and the timers go on.
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T10:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

async function deploy(run: string, source: string): Promise<{ readonly text: string; readonly took: number }> {
  world.source = source;
  const start = performance.now();
  const { outcome, text } = await world.run(createRun(world.root, folder, run, { pipeline: WATCHED }));
  return { text: `${outcome}: ${text}`, took: performance.now() - start };
}

describe('F31: the clock is set while a run runs', () => {
  it.each([
    ['back by an hour', -HOUR],
    ['forward by a year', YEAR],
  ])('%s at every step: no time limit is missed, none is cut short, and the order stays', async (_name, jump) => {
    world.power = (name) => {
      if (name !== 'append') vi.setSystemTime(Date.now() + jump);
    };
    expect((await deploy('a', 'v1')).text).toBe('live: a is live.');
    const { text, took } = await deploy('b', 'v2');
    expect(text).toBe('live: b is live. blue was retired.');
    expect(took).toBeGreaterThanOrEqual(SOAK);
    const records = Ledger.read(world.root.ledger('local')).records();
    expect(records.map(({ seq, type }) => `${seq} ${type}`)).toEqual([
      '1 image',
      '2 release',
      '3 image',
      '4 release',
      '5 retired',
    ]);
    // What is older than its forerunner says so.
    const isBack = jump < 0;
    expect(records.slice(1).map(({ clockSkew }) => clockSkew === true)).toEqual([isBack, isBack, isBack, isBack]);
    expect(world.warnings.filter((warning) => warning.includes('The clock of this machine'))).toHaveLength(
      isBack ? 4 : 0,
    );
    expect(oracle(world.root, 'local', ['a', 'b'], world)).toEqual([]);
  });

  it('an unhealthy version is given up in time, and nobody is kept waiting for a year', async () => {
    await deploy('a', 'v1');
    world.power = (name) => {
      if (name !== 'append') vi.setSystemTime(Date.now() - YEAR);
    };
    world.breakSource('v2');
    expect((await deploy('b', 'v2')).text).toMatch(/^rolled-back: /);
    expect(oracle(world.root, 'local', ['a', 'b'], world)).toEqual([]);
  });

  it('a promotion is not let through by a clock that was set forward', async () => {
    await deploy('a', 'v1');
    vi.setSystemTime(Date.now() + YEAR);
    const { outcome, text } = await world.run(
      createRun(world.root, folder, 'p', { kind: 'promote', environment: 'next' }),
    );
    expect(`${outcome}: ${text}`).toMatch(/^refused: .*a is live for \d+ s, at least 3600 s are asked/);
  });
});

describe('the age of a record', () => {
  const clocks = (now: string, monotonic: bigint): Clocks => ({ now: () => new Date(now), monotonic: () => monotonic });
  const stamp = { t: '2026-11-21T10:00:00.000Z', mono: 'boot-1/5000000000' };

  it.each<[string, Clocks, string, number]>([
    ['the monotonic clock on the same boot', clocks('2030-01-01T00:00:00Z', 7_000_000_000n), 'boot-1', 2000],
    ['the wall clock after a reboot', clocks('2026-11-21T10:00:03Z', 7_000_000_000n), 'boot-2', 3000],
    ['the wall clock when the other one makes no sense', clocks('2026-11-21T10:00:04Z', 1n), 'boot-1', 4000],
  ])('%s counts', (_name, both, boot, age) => {
    expect(ageOf(stamp, both, boot)).toBe(age);
  });
});
