import type { ReleaseHistory, StoredRelease } from '../ledger/releases';

/** The commit whose images a release runs: of a rollback that of the release that it brought back. */
export function deployedCommit(release: StoredRelease | undefined, history: ReleaseHistory): string | null {
  const seen = new Set<string>();
  let origin = release;
  while (origin && origin.rollbackOf !== null && !seen.has(origin.id)) {
    seen.add(origin.id);
    origin = history.byId(origin.rollbackOf);
  }
  const commit = origin?.git['commit'];
  return typeof commit === 'string' ? commit : null;
}
