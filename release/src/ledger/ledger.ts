import type { Stamp } from '../durable/chain';
import { ChainedLog, SYSTEM_CLOCKS, type Clocks, type Fence } from '../durable/chained-log';
import { readLog, type LogView } from '../durable/chained-reader';
import { readIfThere, writeDurably } from '../durable/files';
import type { LedgerRecord } from './record';

/** The history of one environment. */
export class Ledger {
  private constructor(
    private readonly path: string,
    private readonly log: ChainedLog<LedgerRecord>,
  ) {}

  /** The records, checked. Needs no lock. */
  static read(path: string): LogView<LedgerRecord> {
    return readLog(path, acknowledgedIn(path));
  }

  /**
   * Opens a ledger to add records.
   *
   * @param torn directory for unfinished lines
   * @throws LogDamagedError when a record is missing or changed; what the fence and the disk say
   */
  static open(path: string, torn: string, fence: Fence, clocks: Clocks = SYSTEM_CLOCKS): Ledger {
    return new Ledger(path, ChainedLog.open(path, torn, fence, clocks, acknowledgedIn(path)));
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
    writeDurably(headFile(this.path), `${record.seq} ${hash}\n`);
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
