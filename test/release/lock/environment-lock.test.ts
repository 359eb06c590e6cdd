import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentLock, LockLostError } from '../../../release/src/lock/environment-lock';
import { newHolder, type LockHolder } from '../../../release/src/lock/holder';
import { identify } from '../../../release/src/machine/process-identity';

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'immutable-lock-'));
  path = join(root, 'locks', 'production.lock');
  mkdirSync(join(root, 'locks'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function take(run: string, takeOver?: string): EnvironmentLock {
  const taken = EnvironmentLock.acquire(path, run, takeOver);
  if (taken.kind !== 'taken') throw new Error('held');
  return taken.lock;
}

/** A lock file of somebody else. */
function leave(changes: Partial<LockHolder>): LockHolder {
  const holder = { ...newHolder('r0', new Date(0)), token: 'theirs', ...changes };
  writeFileSync(path, JSON.stringify(holder));
  return holder;
}

function endedProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('the lock of an environment', () => {
  it('is taken once, told to the second who has it, and free again after release', () => {
    const lock = take('r1');
    expect(EnvironmentLock.acquire(path, 'r2')).toMatchObject({
      kind: 'held',
      holder: { run: 'r1', pid: process.pid },
      needsTakeOver: false,
    });
    lock.release();
    expect(EnvironmentLock.inspect(path)).toBeUndefined();
    take('r2').release();
    expect(readdirSync(join(root, 'locks'))).toEqual([]);
  });

  it('is not given back twice: a second release leaves the next holder alone', () => {
    const lock = take('r1');
    lock.release();
    const next = take('r2');
    lock.release();
    expect(() => next.assertHeld()).not.toThrow();
    expect(() => lock.assertHeld()).toThrow(LockLostError);
  });

  it('F24: a dead holder of this boot gives way, and is named', () => {
    const dead = leave({ pid: endedProcess() });
    expect(EnvironmentLock.acquire(path, 'r1')).toMatchObject({ kind: 'taken', stolenFrom: { token: dead.token } });
  });

  it('F24: a holder from before a reboot gives way', () => {
    leave({ boot: 'another boot' });
    expect(EnvironmentLock.acquire(path, 'r1').kind).toBe('taken');
  });

  it('F24: a pid that now is another program gives way', () => {
    leave({ pid: process.ppid, start: '1' });
    expect(EnvironmentLock.acquire(path, 'r1').kind).toBe('taken');
  });

  it('F24: a live program keeps it, whoever asks', () => {
    leave({ ...identify(process.ppid) });
    expect(EnvironmentLock.acquire(path, 'r1')).toMatchObject({ kind: 'held', needsTakeOver: false });
  });

  it.each([
    ['another host', { host: 'far', machine: 'far', boot: 'far' }],
    ['another host, two hours ahead', { host: 'far', machine: 'far', boot: 'far', since: '2999-01-01T00:00:00.000Z' }],
    ['a container on this machine', { namespace: 'pid:[1]' }],
    ['a stuck run of a dead program', { pid: 2 ** 22 + 1, hold: 'rollback failed' }],
  ])('F25: %s keeps it until a person takes over', (_name, changes) => {
    const theirs = leave(changes);
    expect(EnvironmentLock.acquire(path, 'r1')).toMatchObject({ kind: 'held', needsTakeOver: true });
    expect(EnvironmentLock.acquire(path, 'r1', 'another token').kind).toBe('held');
    expect(EnvironmentLock.acquire(path, 'r1', theirs.token)).toMatchObject({ kind: 'taken', stolenFrom: theirs });
  });

  it('F27: a holder that was taken over is told at its next step', () => {
    const lock = take('r1');
    const other = take('r2', lock.holder.token);
    expect(() => lock.assertHeld()).toThrow(/r2/);
    lock.release();
    expect(() => other.assertHeld()).not.toThrow();
  });

  it('a damaged file is nobody’s to steal, and is kept when a person takes over', () => {
    writeFileSync(path, '{"v":1,"tok');
    expect(EnvironmentLock.acquire(path, 'r1')).toEqual({ kind: 'held', holder: 'damaged', needsTakeOver: true });
    take('r1', 'damaged').release();
    expect(readdirSync(join(root, 'locks')).filter((name) => name.includes('.damaged.'))).toHaveLength(1);
  });

  it('a stuck run keeps its environment', () => {
    const lock = take('r1');
    lock.keepAsHold('rollback failed');
    expect(EnvironmentLock.acquire(path, 'r2')).toMatchObject({
      holder: { hold: 'rollback failed' },
      needsTakeOver: true,
    });
    lock.release();
    expect(EnvironmentLock.inspect(path)).toBeUndefined();
  });
});

describe('a stealer that dies in the middle', () => {
  it('after it moved a live holder’s file aside by mistake: the holder gets it back', () => {
    const lock = take('r1');
    const { holder } = lock;
    rmSync(path);
    writeFileSync(`${path}.aside.1`, JSON.stringify(holder));
    expect(EnvironmentLock.acquire(path, 'r2').kind).toBe('held');
    expect(() => lock.assertHeld()).not.toThrow();
    lock.release();
    expect(readdirSync(join(root, 'locks'))).toEqual([]);
  });

  it('after it put the file back but before it removed the second name: release removes both', () => {
    const lock = take('r1');
    writeFileSync(`${path}.aside.1`, JSON.stringify(lock.holder));
    lock.release();
    take('r2').release();
    expect(readdirSync(join(root, 'locks'))).toEqual([]);
  });

  it('after it moved a dead holder’s file aside: the next one takes the lock and cleans up', () => {
    const dead = { ...newHolder('r0', new Date(0)), pid: endedProcess() };
    writeFileSync(`${path}.aside.1`, JSON.stringify(dead));
    take('r1').release();
    expect(readdirSync(join(root, 'locks'))).toEqual([]);
  });
});
