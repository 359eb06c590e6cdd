import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { JsonObject } from '../durable/canonical-json';
import type { Stamp } from '../durable/chain';
import { ChainedLog, SYSTEM_CLOCKS, type Clocks, type Fence } from '../durable/chained-log';
import { readLog, type LogView } from '../durable/chained-reader';
import { DiskFullError, DiskReserve, isDiskFull, writeElsewhere } from '../durable/disk-full';
import { maskTexts } from '../secrets/mask-texts';
import { crashPoint } from './crash-point';
import type { JournalEntry } from './journal-entry';

const FILE = 'journal.jsonl';
const RESERVE = 'journal.reserve';

/**
 * The write-ahead log of one run. An intent is on the disk before its side effect begins, so after a crash it is known
 * what may have happened. The state of a run is what its journal says, nothing else.
 */
export class Journal {
  private constructor(
    private readonly directory: string,
    private readonly log: ChainedLog<JsonObject>,
    /** Room for what must be written when the disk is full. */
    readonly reserve: DiskReserve,
    private readonly mask: ((text: string) => string) | undefined,
  ) {}

  /**
   * @param directory of the run
   * @param torn directory for unfinished lines
   * @param mask masks secrets in what people read: tools print them in their messages
   * @throws LogDamagedError, LockLostError, DiskFullError, and what the file system says
   */
  static open(
    directory: string,
    torn: string,
    fence: Fence,
    clocks: Clocks = SYSTEM_CLOCKS,
    mask?: (text: string) => string,
  ): Journal {
    const reserve = new DiskReserve(join(directory, RESERVE));
    const log = ChainedLog.open<JsonObject>(join(directory, FILE), torn, fence, clocks);
    return new Journal(directory, log, reserve, mask);
  }

  /** Needs no lock. */
  static read(directory: string): LogView<JournalEntry> {
    return readLog(join(directory, FILE));
  }

  /**
   * @throws LockLostError; DiskFullError: before a side effect it must then not begin, after one nothing more may
   */
  append(entry: JournalEntry): JournalEntry & Stamp {
    crashPoint(`${entry.type}:before`);
    const { record } = this.write(entry);
    crashPoint(`${entry.type}:after`);
    return record as unknown as JournalEntry & Stamp;
  }

  close(): void {
    this.log.close();
  }

  private write(given: JournalEntry): { readonly record: JsonObject } {
    // An intent is compared when the run is resumed, and is ours.
    const isOurs = this.mask === undefined || given.type.endsWith('.intent');
    const entry = isOurs ? given : maskTexts({ ...given }, this.mask);
    const write = (): { readonly record: JsonObject } => this.log.append({ ...entry });
    try {
      // The reserve is for what has happened, not for beginning something.
      return entry.type.endsWith('.intent') ? write() : this.reserve.spend(write);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      if (!entry.type.endsWith('.intent')) {
        const name = `immutable-${basename(this.directory)}.jsonl`;
        writeElsewhere(join(tmpdir(), name), `${JSON.stringify(entry)}\n`);
      }
      throw new DiskFullError(`${entry.type} cannot be written: the disk is full`, { cause: error });
    }
  }
}
