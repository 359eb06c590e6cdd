import { join } from 'node:path';
import type { JsonObject } from '../durable/canonical-json';
import type { Stamp } from '../durable/chain';
import { ChainedLog, SYSTEM_CLOCKS, type Clocks, type Fence } from '../durable/chained-log';
import { readLog, type LogView } from '../durable/chained-reader';
import { crashPoint } from './crash-point';
import type { JournalEntry } from './journal-entry';

const FILE = 'journal.jsonl';

/**
 * The write-ahead log of one run. An intent is on the disk before its side effect begins, so after a crash it is known
 * what may have happened. The state of a run is what its journal says, nothing else.
 */
export class Journal {
  private constructor(private readonly log: ChainedLog<JsonObject>) {}

  /**
   * @param directory of the run
   * @param torn directory for unfinished lines
   * @throws LogDamagedError, LockLostError, and what the file system says
   */
  static open(directory: string, torn: string, fence: Fence, clocks: Clocks = SYSTEM_CLOCKS): Journal {
    return new Journal(ChainedLog.open(join(directory, FILE), torn, fence, clocks));
  }

  /** Needs no lock. */
  static read(directory: string): LogView<JournalEntry> {
    return readLog(join(directory, FILE));
  }

  /** @throws LockLostError; ENOSPC and others from the file system: the side effect must then not begin */
  append(entry: JournalEntry): JournalEntry & Stamp {
    crashPoint(`${entry.type}:before`);
    const { record } = this.log.append({ ...entry });
    crashPoint(`${entry.type}:after`);
    return record as unknown as JournalEntry & Stamp;
  }

  close(): void {
    this.log.close();
  }
}
