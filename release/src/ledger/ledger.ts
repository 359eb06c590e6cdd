import { dirname } from 'node:path';
import { GENESIS, lineOf, type ChainedLine, type Stamp } from '../durable/chain';
import { ChainedLog, SYSTEM_CLOCKS, type Clocks, type Fence } from '../durable/chained-log';
import { checkChain, readLog, type CheckedChain, type LogView } from '../durable/chained-reader';
import { isDiskFull } from '../durable/disk-full';
import { makeDirectory, readIfThere, writeDurably } from '../durable/files';
import type { LedgerRecord } from './record';

/** Brings records to where others read them. */
export interface Courier {
  /** Called when a record is on the disk. Never throws: what cannot be delivered now waits. */
  deliver(): void;
}

/** The history of one environment. */
export class Ledger {
  private constructor(
    private readonly path: string,
    private readonly log: ChainedLog<LedgerRecord>,
    private readonly courier: Courier | undefined,
  ) {}

  /** The records, checked. Needs no lock. */
  static read(path: string): LogView<LedgerRecord> {
    return readLog(path, acknowledgedIn(path));
  }

  /** How many records there must be at least, when somebody noted it. */
  static acknowledged(path: string): number {
    return acknowledgedIn(path);
  }

  /** The lines, checked. Needs no lock. */
  static lines(path: string): CheckedChain {
    return checkChain(readIfThere(path) ?? '', acknowledgedIn(path));
  }

  /**
   * Opens a ledger to add records.
   *
   * @param torn directory for unfinished lines
   * @param courier brings what is added to where a team shares it
   * @throws LogDamagedError when a record is missing or changed; what the fence and the disk say
   */
  static open(path: string, torn: string, fence: Fence, clocks: Clocks = SYSTEM_CLOCKS, courier?: Courier): Ledger {
    return new Ledger(path, ChainedLog.open(path, torn, fence, clocks, acknowledgedIn(path)), courier);
  }

  /**
   * Writes a whole ledger anew, all of it or nothing. Nobody may have it open.
   *
   * @throws LockLostError from the fence; ENOSPC and others from the file system
   */
  static rewrite(path: string, lines: readonly ChainedLine[], fence: Fence): void {
    makeDirectory(dirname(path));
    fence.assertHeld();
    const note = `${lines.length} ${lines.at(-1)?.hash ?? GENESIS}\n`;
    // The note is never ahead of the file, or the file would look cut.
    if (lines.length < acknowledgedIn(path)) writeDurably(headFile(path), note);
    writeDurably(path, lines.map((line) => `${lineOf(line)}\n`).join(''));
    writeDurably(headFile(path), note);
  }

  /** Where an unfinished last line was saved when the ledger was opened. */
  get savedTail(): string | undefined {
    return this.log.savedTail;
  }

  /**
   * Adds a record. When this returns, the record is on the disk; when it throws, the ledger is as before.
   *
   * @throws LockLostError from the fence; ENOSPC and others from the file system
   */
  append(entry: LedgerRecord): LedgerRecord & Stamp {
    const { record, hash } = this.log.append(entry);
    try {
      writeDurably(headFile(this.path), `${record.seq} ${hash}\n`);
    } catch (error) {
      // The record is there: a second one must not follow. The note is allowed to be behind.
      if (!isDiskFull(error)) throw error;
    }
    this.courier?.deliver();
    return record;
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
