import type { Stamp } from '../durable/chain';
import { DiskFullError, isDiskFull, type DiskReserve } from '../durable/disk-full';
import type { Ledger } from '../ledger/ledger';
import type { LedgerRecord } from '../ledger/record';
import type { RunContext } from './context';

/** The ledger as a run writes to it. */
export interface LedgerWriter {
  /** @throws LockLostError; DiskFullError when even the reserve is used up */
  append(entry: LedgerRecord): LedgerRecord & Stamp;
}

/** A writer that has the reserve of its run to fall back on, and tells of a clock that was set back (F31). */
export function ledgerWriter(ledger: Ledger, reserve: DiskReserve, context: RunContext): LedgerWriter {
  return {
    append: (entry) => {
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
