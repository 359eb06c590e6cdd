import type { DeployParts } from '../run/deploy';
import { notesBetween } from './between';
import { deployedCommit } from './deployed-commit';
import { describeNotes } from './describe';
import { keepNotes, type StoredNotes } from './stored-notes';

/**
 * Tells what comes with a release, or what goes with a rollback, before anybody is asked to approve it.
 *
 * @param to the commit whose images are to be live
 * @returns hash of the notes for the ledger; null when nobody knows the commit
 */
export async function tellNotes(parts: DeployParts, to: string | null): Promise<string | null> {
  const { history, context, root } = parts;
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
