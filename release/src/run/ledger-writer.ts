import { canonicalJson } from '../durable/canonical-json';
import type { Stamp } from '../durable/chain';
import { DiskFullError, isDiskFull, type DiskReserve } from '../durable/disk-full';
import type { Ledger } from '../ledger/ledger';
import type { LedgerRecord } from '../ledger/record';
import { maskTexts } from '../secrets/mask-texts';
import type { RunContext } from './context';

/** The ledger as a run writes to it. */
export interface LedgerWriter {
  /** What the run wrote before it was interrupted. */
  readonly earlier: readonly (LedgerRecord & Stamp)[];
  /**
   * Writes a record, unless the run did so before it was interrupted: then it gives that one.
   *
   * @throws LockLostError; DiskFullError when even the reserve is used up
   */
  append(entry: LedgerRecord): LedgerRecord & Stamp;
}

/**
 * A writer that has the reserve of its run to fall back on, and tells of a clock that was set back (F31).
 *
 * @param earlier what the run wrote before it was interrupted
 */
export function ledgerWriter(
  ledger: Ledger,
  reserve: DiskReserve,
  context: RunContext,
  earlier: readonly (LedgerRecord & Stamp)[],
  mask?: (text: string) => string,
): LedgerWriter {
  return {
    earlier,
    append: (said) => {
      const entry = mask ? maskTexts(said, mask) : said;
      const again = earlier.find((record) => isSame(record, entry));
      if (again) return again;
      const record = written(ledger, reserve, entry);
      if (record.clockSkew === true) {
        context.tell({
          type: 'warning',
          text: 'The clock of this machine stands before the time of the last record. The order of records is right; their times are not. Set the clock.',
        });
      }
      return record;
    },
  };
}

function written(ledger: Ledger, reserve: DiskReserve, entry: LedgerRecord): LedgerRecord & Stamp {
  try {
    return reserve.spend(() => ledger.append(entry));
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw new DiskFullError(`the ledger takes no ${entry.type}: the disk is full`, { cause: error });
  }
}

/** True when a record says what an entry says; the log added its stamp. */
function isSame(record: LedgerRecord, entry: LedgerRecord): boolean {
  const said = Object.fromEntries(Object.keys(entry).map((key) => [key, record[key]]));
  return canonicalJson(said) === canonicalJson(entry);
}
