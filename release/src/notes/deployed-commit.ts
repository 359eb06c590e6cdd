import type { ReleaseHistory, StoredRelease } from '../ledger/releases';

/** The commit whose images a release runs: of a rollback that of the release that it brought back. */
export function deployedCommit(release: StoredRelease | undefined, history: ReleaseHistory): string | null {
  const commit = deployedGit(release, history)?.['commit'];
  return typeof commit === 'string' ? commit : null;
}

/** What the ledger knows of that commit: its branch, and whether all of it was committed. */
export function deployedGit(
  release: StoredRelease | undefined,
  history: ReleaseHistory,
): StoredRelease['git'] | undefined {
  const seen = new Set<string>();
  let origin = release;
  while (origin && origin.rollbackOf !== null && !seen.has(origin.id)) {
    seen.add(origin.id);
    origin = history.byId(origin.rollbackOf);
  }
  return origin?.git;
}
