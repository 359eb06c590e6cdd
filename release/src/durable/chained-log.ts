import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { thisProcess } from '../machine/process-identity';
import { AppendLog } from './append-log';
import type { JsonObject } from './canonical-json';
import { chain, type Stamp } from './chain';
import { readLog, type LogDamage } from './chained-reader';
import { createDurably, flushDirectory, makeDirectory } from './files';

/** What guards an append: the environment's lock. */
export interface Fence {
  /** @throws when the lock is somebody else's now */
  assertHeld(): void;
}

/** Wall clock and monotonic clock; tests set them. */
export interface Clocks {
  now(): Date;
  monotonic(): bigint;
}

export const SYSTEM_CLOCKS: Clocks = { now: () => new Date(), monotonic: () => process.hrtime.bigint() };

/** The log cannot take a record as it is; a person must decide. */
export class LogDamagedError extends Error {
  constructor(
    readonly path: string,
    readonly damage: LogDamage,
  ) {
    const what =
      damage.kind === 'short'
        ? `ends before record ${damage.seq}, which was written once`
        : `record ${damage.seq} is not as it was written`;
    super(
      `${path}: ${what}. Nothing was added. Look at \`immutable-infra verify-ledger\`, then accept or restore the file.`,
    );
    this.name = 'LogDamagedError';
  }
}

/**
 * A file of records that only grows, each with the hash of all before it. Written by one program at a time, the holder
 * of the lock; read by anybody at any time.
 */
export class ChainedLog<Entry extends JsonObject> {
  private constructor(
    private readonly log: AppendLog,
    private readonly fence: Fence,
    private readonly clocks: Clocks,
    private head: string,
    private length: number,
    private lastTime: string,
    /** Where an unfinished last line was saved when the log was opened. */
    readonly savedTail: string | undefined,
  ) {}

  /**
   * Opens a log to add records. A line that was never finished is saved below `torn` and cut off: nobody was told that
   * it is there.
   *
   * @param torn directory for saved tails
   * @param acknowledged how many records there must be, when somebody noted it
   * @throws LogDamagedError when an acknowledged record is missing or changed; what the fence and the disk say
   */
  static open<Entry extends JsonObject>(
    path: string,
    torn: string,
    fence: Fence,
    clocks: Clocks = SYSTEM_CLOCKS,
    acknowledged = 0,
  ): ChainedLog<Entry> {
    fence.assertHeld();
    const view = readLog<Entry>(path, acknowledged);
    if (view.damage && (view.damage.kind !== 'torn' || view.length < acknowledged)) {
      throw new LogDamagedError(path, view.damage);
    }
    const log = AppendLog.open(path);
    const saved = view.damage ? saveTail(log, torn, view.damage.offset) : undefined;
    const last = view.length > 0 ? view.record(view.length).t : '';
    return new ChainedLog(log, fence, clocks, view.head, view.length, last, saved);
  }

  /**
   * Adds a record. When this returns, the record is on the disk; when it throws, the log is as before.
   *
   * @throws LockLostError from the fence; ENOSPC and others from the file system
   */
  append(entry: Entry): { readonly record: Entry & Stamp; readonly hash: string } {
    const t = this.clocks.now().toISOString();
    const record: Entry & Stamp = {
      ...entry,
      v: 1,
      seq: this.length + 1,
      t,
      mono: `${thisProcess().boot}/${this.clocks.monotonic()}`,
      ...(t < this.lastTime ? { clockSkew: true } : {}),
    };
    const { line, hash } = chain(this.head, record);
    this.fence.assertHeld();
    this.log.append(line);
    this.head = hash;
    this.length++;
    this.lastTime = t;
    return { record, hash };
  }

  close(): void {
    this.log.close();
  }
}

function saveTail(log: AppendLog, torn: string, offset: number): string | undefined {
  const tail = readFrom(log.path, offset, log.size() - offset);
  if (tail.length === 0) return undefined;
  makeDirectory(torn);
  const saved = join(torn, `${Date.now()}-${process.pid}-${offset}.bin`);
  createDurably(saved, tail);
  flushDirectory(dirname(saved));
  log.cutTo(offset);
  return saved;
}

function readFrom(path: string, offset: number, length: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
  } finally {
    closeSync(descriptor);
  }
}
