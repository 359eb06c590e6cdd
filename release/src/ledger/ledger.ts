import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppendLog } from '../durable/append-log';
import { createDurably, flushDirectory, makeDirectory, readIfThere, writeDurably } from '../durable/files';
import { thisProcess } from '../machine/process-identity';
import { chain } from './chain';
import { readLedger, type LedgerDamage, type LedgerView } from './reader';
import type { LedgerRecord, NewRecord } from './record';

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

const SYSTEM_CLOCKS: Clocks = { now: () => new Date(), monotonic: () => process.hrtime.bigint() };

/** The ledger cannot take a record as it is; a person must decide. */
export class LedgerDamagedError extends Error {
  constructor(
    readonly path: string,
    readonly damage: LedgerDamage,
  ) {
    const what =
      damage.kind === 'short'
        ? `ends before record ${damage.seq}, which was written once`
        : `record ${damage.seq} is not as it was written`;
    super(
      `${path}: ${what}. Nothing was added. Look at \`immutable-infra verify-ledger\`, then accept or restore the file.`,
    );
    this.name = 'LedgerDamagedError';
  }
}

/**
 * The history of one environment: a file that only grows, each line holding the hash of all before it. Written by the
 * holder of the environment's lock only; read by anybody at any time.
 */
export class Ledger {
  private constructor(
    private readonly log: AppendLog,
    private readonly fence: Fence,
    private readonly clocks: Clocks,
    private head: string,
    private length: number,
    private lastTime: string,
    /** Where an unfinished last line was saved when the ledger was opened. */
    readonly savedTail: string | undefined,
  ) {}

  /** The records, checked. Needs no lock. */
  static read(path: string): LedgerView {
    return readLedger(path, acknowledgedIn(path));
  }

  /**
   * Opens a ledger to add records. A line that was never finished is saved below `torn` and cut off: it was never
   * acknowledged.
   *
   * @param torn directory for saved tails
   * @throws LedgerDamagedError when an acknowledged record is missing or changed; what the fence and the disk say
   */
  static open(path: string, torn: string, fence: Fence, clocks: Clocks = SYSTEM_CLOCKS): Ledger {
    fence.assertHeld();
    const view = Ledger.read(path);
    const acknowledged = acknowledgedIn(path);
    if (view.damage && (view.damage.kind !== 'torn' || view.length < acknowledged)) {
      throw new LedgerDamagedError(path, view.damage);
    }
    const log = AppendLog.open(path);
    const saved = view.damage ? saveTail(log, torn, view.damage.offset) : undefined;
    const last = view.length > 0 ? view.record(view.length).t : '';
    return new Ledger(log, fence, clocks, view.head, view.length, last, saved);
  }

  /**
   * Adds a record. When this returns, the record is on the disk; when it throws, the ledger is as before.
   *
   * @throws LockLostError from the fence; ENOSPC and others from the file system
   */
  append(record: NewRecord): LedgerRecord {
    const t = this.clocks.now().toISOString();
    const full: LedgerRecord = {
      ...record,
      v: 1,
      seq: this.length + 1,
      t,
      mono: `${thisProcess().boot}/${this.clocks.monotonic()}`,
      ...(t < this.lastTime ? { clockSkew: true } : {}),
    };
    const { line, hash } = chain(this.head, full);
    this.fence.assertHeld();
    this.log.append(line);
    this.head = hash;
    this.length++;
    this.lastTime = t;
    writeDurably(headFile(this.log.path), `${this.length} ${hash}\n`);
    return full;
  }

  close(): void {
    this.log.close();
  }
}

/**
 * How many records were acknowledged at least. The note is written after the record, so after a crash it may be one
 * behind; it is never ahead unless the ledger lost its end.
 */
function acknowledgedIn(path: string): number {
  return Number(/^\d+/.exec(readIfThere(headFile(path)) ?? '')?.[0] ?? 0);
}

function headFile(path: string): string {
  return `${path}.head`;
}

function saveTail(log: AppendLog, torn: string, offset: number): string | undefined {
  const tail = readFrom(log.path, offset, log.size() - offset);
  if (tail.length === 0) return undefined;
  makeDirectory(torn);
  const saved = join(torn, `${Date.now()}-${thisProcess().pid}-${offset}.bin`);
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
