import { ReleaseHistory, type StoredRelease } from '../ledger/releases';
import type { DeployParts } from '../run/deploy';
import { notesBetween } from './between';
import { deployedCommit } from './deployed-commit';
import { describeNotes } from './describe';
import { keepNotes, type StoredNotes } from './stored-notes';

/**
 * Tells what comes with a release, or what goes with a rollback, before anybody is asked to approve it.
 *
 * @param wanted the release that a rollback brings back
 * @returns hash of the notes for the ledger; null when nobody knows the commit
 */
export async function tellNotes(parts: DeployParts, wanted?: StoredRelease): Promise<string | null> {
  const { history, context, root } = parts;
  const to = wanted ? deployedCommit(wanted, history) : commitToDeploy(parts);
  if (to === null) return null;
  let notes: StoredNotes;
  try {
    notes = await notesBetween(context.workspace, deployedCommit(history.live(), history), to);
  } catch (error) {
    // A git that hangs is no reason to keep a release back.
    const why = error instanceof Error ? error.message : String(error);
    context.tell({ type: 'warning', text: `What comes with this release cannot be told: ${why}` });
    return null;
  }
  const lines = describeNotes(notes);
  context.tell({ type: 'notes', kind: notes.kind, commits: notes.commits.length, text: lines.join('\n') });
  return keepNotes(notes, root);
}

/** What is promoted was built from the commit of the environment that it comes from, not from today's. */
function commitToDeploy({ environment, spec, readLedger }: DeployParts): string | null {
  if (!environment.promoteFrom) return spec.git.commit;
  const history = new ReleaseHistory(readLedger(environment.promoteFrom.environment));
  return deployedCommit(history.live(), history);
}
