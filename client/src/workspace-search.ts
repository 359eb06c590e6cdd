import { l10n, ProgressLocation, Uri, window, workspace, type CancellationToken } from 'vscode';
import { learnFiles } from '../../server/src/lsp/protocol';
import { findWorkspaceFiles } from './find-files';
import type { ServerLifecycle } from './server/lifecycle';

/** More files are not looked at: the command line has no such limit. */
export const MAX_FILES = 5_000;

/** Files that one request names, so that progress moves and a cancel is heard. */
const BATCH = 40;

/** What is done with a batch of files. */
type Visit = (uris: readonly string[], token: CancellationToken) => Promise<unknown>;

/** One way through all files. */
interface Pass {
  readonly run: Visit;
  /** What progress says when so many files are behind. */
  readonly message: (at: number) => string;
}

/**
 * Goes through the files of the workspace that may be infrastructure, in batches, with progress and a way out.
 *
 * @param server learns what all files contribute to the workspace before the first is visited: what is found in one may
 *   depend on any other. Absent when the visits are what it learns from.
 */
export async function searchWorkspace(
  title: string,
  visit: Visit,
  server?: Pick<ServerLifecycle, 'request'>,
): Promise<'done' | 'cancelled' | 'empty'> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const found = await findWorkspaceFiles(MAX_FILES + 1, token);
      if (token.isCancellationRequested) return 'cancelled';
      if (found.length === 0) return 'empty';
      const isCut = found.length > MAX_FILES;
      const uris = found
        .slice(0, MAX_FILES)
        .map((uri) => uri.toString())
        .sort();
      const learn: Pass = {
        run: async (batch) => server?.request(learnFiles, { uris: batch }, token),
        // The files are counted once.
        message: () => l10n.t('learning what the files say of each other'),
      };
      const look: Pass = { run: visit, message: (at) => l10n.t('{0} of {1} files', at, uris.length) };
      const passes = server ? [learn, look] : [look];
      for (const { run, message } of passes) {
        for (let at = 0; at < uris.length; at += BATCH) {
          const batch = uris.slice(at, at + BATCH);
          progress.report({ message: message(at) });
          await stoppable(run(batch, token), token);
          if (token.isCancellationRequested) return 'cancelled';
          progress.report({ increment: (100 * batch.length) / uris.length / passes.length });
        }
      }
      if (isCut) {
        void window.showWarningMessage(
          l10n.t(
            'Only the first {0} files were looked at. Use the command line for larger workspaces, or exclude folders.',
            MAX_FILES,
          ),
        );
      }
      return 'done';
    },
  );
}

/** A request that the user cancelled fails: that is what was asked for, and no error. */
export async function stoppable<Result>(work: Promise<Result>, token: CancellationToken): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (token.isCancellationRequested) return undefined;
    throw error;
  }
}

/** A path as people read it: relative to its folder. */
export function shownPath(uri: string): string {
  return workspace.asRelativePath(Uri.parse(uri));
}
