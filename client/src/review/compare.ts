import { Uri, workspace, type CancellationToken } from 'vscode';
import { compareFiles, type ComparedFile } from '../../../server/src/lsp/protocol';
import { MAX_DOCUMENT_LENGTH } from '../documents/lintable';
import type { ServerLifecycle } from '../server/lifecycle';
import { stoppable } from '../workspace-search';
import type { ComparedReview } from './review-model';
import type { ReviewedFile } from './reviewed-files';

/** Files that are read at the same time: Git starts a process for each old version. */
const READERS = 8;

/**
 * Reads both sides of every file and asks the server what the change does. One request for all: a variable that moved
 * to another file must be seen with its use.
 *
 * @param onRead called after each file
 * @returns the files that are infrastructure; undefined when it was cancelled
 */
export async function compareReview(
  files: readonly ReviewedFile[],
  server: ServerLifecycle,
  token: CancellationToken,
  onRead: () => void,
): Promise<ComparedReview[] | undefined> {
  const pairs: { readonly reviewed: ReviewedFile; readonly pair: ComparedFile }[] = [];
  const waiting = [...files];
  const read = async (): Promise<void> => {
    for (let reviewed = waiting.shift(); reviewed && !token.isCancellationRequested; reviewed = waiting.shift()) {
      const [base, head] = await Promise.all([side(reviewed.base), side(reviewed.head)]);
      if (base || head) pairs.push({ reviewed, pair: { file: reviewed.file.toString(), base, head } });
      onRead();
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  if (token.isCancellationRequested) return undefined;
  const asked = server.request(compareFiles, { pairs: pairs.map(({ pair }) => pair) }, token);
  const compared = await stoppable(asked, token);
  if (!compared) return undefined;
  const reviewedByFile = new Map(pairs.map(({ reviewed }) => [reviewed.file.toString(), reviewed]));
  return compared.files
    .flatMap((findings): ComparedReview[] => {
      const reviewed = reviewedByFile.get(Uri.parse(findings.file).toString());
      return reviewed && findings.kind !== null ? [{ reviewed, findings }] : [];
    })
    .sort((a, b) => (a.reviewed.file.path < b.reviewed.file.path ? -1 : 1));
}

/** The text of a side: as it is typed when it is open. Null when there is none, or it cannot be read. */
async function side(uri: Uri | undefined): Promise<{ readonly uri: string; readonly text: string } | null> {
  if (!uri) return null;
  const key = uri.toString();
  const open = workspace.textDocuments.find((document) => document.uri.toString() === key);
  if (open) return { uri: key, text: open.getText() };
  try {
    const bytes = await workspace.fs.readFile(uri);
    if (bytes.length > MAX_DOCUMENT_LENGTH) return null;
    return { uri: key, text: new TextDecoder().decode(bytes) };
  } catch {
    // A submodule, a link to nowhere, or a file that was deleted meanwhile.
    return null;
  }
}
