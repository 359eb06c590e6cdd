import { dirname } from 'node:path';
import { flushDirectory, makeDirectory } from '../durable/files';
import { describeHolder, livenessOfHolder, newHolder, type LockHolder } from './holder';
import { LockFile } from './lock-file';

/** The lock is somebody else's now. No side effect may follow. */
export class LockLostError extends Error {
  readonly code = 'ELOCKLOST';
  constructor(path: string, holder: LockHolder | 'damaged' | undefined) {
    const who = holder === undefined ? 'nobody' : holder === 'damaged' ? 'an unreadable file' : describeHolder(holder);
    super(
      `${path}: this run no longer holds the lock (held by ${who}). Nothing more was done; look at status, then resume.`,
    );
    this.name = 'LockLostError';
  }
}

/** Who has the lock, and what may be done about it. */
export interface HeldLock {
  readonly kind: 'held';
  /** `damaged`: the file is there but says nothing readable. */
  readonly holder: LockHolder | 'damaged';
  /** True when only a person may end it: a stuck run, another machine, a damaged file. */
  readonly needsTakeOver: boolean;
}

export interface TakenLock {
  readonly kind: 'taken';
  readonly lock: EnvironmentLock;
  /** A holder that had died, or that was taken over: the ledger records it. */
  readonly stolenFrom?: LockHolder | undefined;
}

/** At most one run acts on an environment. Held from `acquire` until `release`, wherever the process is killed. */
export class EnvironmentLock {
  private constructor(
    private readonly file: LockFile,
    readonly holder: LockHolder,
  ) {}

  /**
   * Takes the lock when it is free or its holder is certainly dead. Never waits.
   *
   * @param path of the lock file
   * @param takeOver token of a holder that a person decided to take over from, `damaged` for an unreadable file
   */
  static acquire(path: string, run: string, takeOver?: string, now = new Date()): TakenLock | HeldLock {
    makeDirectory(dirname(path));
    const file = new LockFile(path);
    const holder = newHolder(run, now);
    let stolenFrom: LockHolder | undefined;
    // Each round somebody gets the lock or a dead holder goes, so this ends; the bound guards against a broken disk.
    for (let round = 0; round < 1000; round++) {
      const current = file.read();
      if (current === 'damaged') {
        if (takeOver !== 'damaged') return { kind: 'held', holder: current, needsTakeOver: true };
        file.setDamagedAside();
      } else if (current) {
        const liveness = livenessOfHolder(current);
        if (liveness !== 'dead' && current.token !== takeOver) {
          return { kind: 'held', holder: current, needsTakeOver: liveness === 'unknown' };
        }
        if (file.remove(current.token)) stolenFrom = current;
      } else if (file.take(holder)) {
        file.sweep();
        flushDirectory(dirname(path));
        return { kind: 'taken', lock: new EnvironmentLock(file, holder), stolenFrom };
      }
    }
    throw new Error(`${path}: the lock changes hands too fast to be taken; is the disk shared over a network?`);
  }

  /** Who holds a lock now; undefined when it is free. */
  static inspect(path: string): HeldLock | undefined {
    const holder = new LockFile(path).read();
    if (holder === undefined) return undefined;
    return { kind: 'held', holder, needsTakeOver: holder === 'damaged' || livenessOfHolder(holder) === 'unknown' };
  }

  /** Asked before every append and every step. @throws LockLostError */
  assertHeld(): void {
    if (this.file.isHeldBy(this.holder.token)) return;
    throw new LockLostError(this.file.path, this.file.read());
  }

  /**
   * Lets the lock outlive this process: a run that is stuck keeps its environment until a person has looked.
   *
   * @throws LockLostError
   */
  keepAsHold(reason: string): void {
    this.assertHeld();
    this.file.replace({ ...this.holder, hold: reason });
  }

  /** Gives the lock back. Nothing happens when it was lost. */
  release(): void {
    this.file.remove(this.holder.token);
    flushDirectory(dirname(this.file.path));
  }
}
