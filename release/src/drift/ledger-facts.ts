import type { BakedImage } from '../bakers/baker';
import type { LogView } from '../durable/chained-reader';
import type { LedgerRecord } from '../ledger/record';
import { ReleaseHistory, type StoredRelease } from '../ledger/releases';
import { deployedCommit } from '../notes/deployed-commit';
import type { KeptRelease, LedgerFacts } from './difference';

/** Reads from a ledger what may run. */
export function ledgerFacts(view: LogView<LedgerRecord>): LedgerFacts {
  const records = view.records();
  const placed = records.filter(({ type }) => type === 'release' || type === 'attempt');
  const imagesOf = (record: LedgerRecord): readonly BakedImage[] => (record['images'] ?? []) as readonly BakedImage[];
  const history = new ReleaseHistory(view);
  const live = history.live();
  const liveCommit = deployedCommit(live, history);
  return {
    live,
    liveCommit,
    codeCommit: codeCommit(live) ?? liveCommit,
    keptIn: (slot) => lastIn(slot, records, imagesOf),
    knowsImage: (id) =>
      placed.some((record) => imagesOf(record).some((image) => image.id === id || image.digests.includes(id))),
    knowsRelease: (id) => placed.some((record) => record['id'] === id),
  };
}

/** Undefined: the one of its images. */
function codeCommit(live: StoredRelease | undefined): string | undefined {
  const isFull = live?.kind === 'rollback' && live.mode === 'full';
  const found = live?.config?.['commit'] ?? (isFull ? undefined : live?.checkout?.['commit']);
  return typeof found === 'string' ? found : undefined;
}

function lastIn(
  slot: string,
  records: readonly LedgerRecord[],
  imagesOf: (record: LedgerRecord) => readonly BakedImage[],
): KeptRelease | undefined {
  const last = records.findLast((record) => record['slot'] === slot);
  if (last?.type !== 'release' && last?.type !== 'attempt') return undefined;
  return {
    id: typeof last['id'] === 'string' ? last['id'] : '',
    images: imagesOf(last),
    isAdopted: last['kind'] === 'adopt',
  };
}
