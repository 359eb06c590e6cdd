import { ReleaseHistory } from '../ledger/releases';
import { notesBetween } from '../notes/between';
import { deployedCommit } from '../notes/deployed-commit';
import { describeNotes } from '../notes/describe';
import { readNotes, type StoredNotes } from '../notes/stored-notes';
import { readLedger } from '../shared-ledger/open';
import { gitState } from './git-state';
import { UnknownNameError, type Workspace } from './start-run';

export type { StoredNotes } from '../notes/stored-notes';
export { readNotes } from '../notes/stored-notes';

/** Whoever only looks does not wait longer for a remote. */
const REMOTE_MILLISECONDS = 15_000;

/** What came with a release, would come with the next one, or would go with a rollback. */
export interface NotesAnswer {
  readonly environment: string;
  /** The release that is asked about; null: what would be deployed from here. */
  readonly release: string | null;
  /** Undefined when nobody knows the commits. */
  readonly notes: StoredNotes | undefined;
  /** For people. */
  readonly lines: readonly string[];
}

/**
 * Release notes from git, for a trusted workspace.
 *
 * @param release whose notes; without one, what a deployment would bring: of what is checked out, or of what is live
 *   where this environment promotes from
 * @param isBack what a rollback to it would take away
 * @throws UnknownNameError when there is no such environment or release
 */
export async function notesOf(
  workspace: Workspace,
  environment: string,
  release?: string,
  isBack = false,
): Promise<NotesAnswer> {
  const { pipeline, root, folder } = workspace;
  if (!pipeline.environments.has(environment)) {
    throw new UnknownNameError(`immutable.yaml has no environment \`${environment}\`.`);
  }
  const history = new ReleaseHistory(readLedger(workspace, environment, REMOTE_MILLISECONDS).view);
  const answer = (notes: StoredNotes | undefined, otherwise: string): NotesAnswer => ({
    environment,
    release: release ?? null,
    notes,
    lines: notes ? describeNotes(notes) : [otherwise],
  });
  const liveCommit = deployedCommit(history.live(), history);
  if (release === undefined) {
    const from = pipeline.environments.get(environment)?.promoteFrom?.environment;
    const to = from === undefined ? (await gitState(folder)).git.commit : liveCommitOf(workspace, from);
    const nothing = from === undefined ? 'There is no git commit here.' : `Nobody knows the commit that ${from} runs.`;
    return answer(to === null ? undefined : await notesBetween(folder, liveCommit, to), nothing);
  }
  const found = history.byId(release);
  if (!found) throw new UnknownNameError(`${environment} has no release ${release}.`);
  const commit = deployedCommit(found, history);
  const noCommit = `Nobody wrote down the commit of ${release}.`;
  if (isBack) return answer(commit === null ? undefined : await notesBetween(folder, liveCommit, commit), noCommit);
  const stored = readNotes(found['notes'], root);
  if (stored || commit === null) return answer(stored, noCommit);
  const before = found.supersedes === null ? undefined : history.byId(found.supersedes);
  return answer(await notesBetween(folder, deployedCommit(before, history), commit), noCommit);
}

function liveCommitOf(workspace: Workspace, environment: string): string | null {
  const history = new ReleaseHistory(readLedger(workspace, environment, REMOTE_MILLISECONDS).view);
  return deployedCommit(history.live(), history);
}
