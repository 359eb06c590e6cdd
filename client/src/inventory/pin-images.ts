import {
  l10n,
  ProgressLocation,
  Range,
  TextEdit,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
  type LogOutputChannel,
  type TextDocument,
} from 'vscode';
import { pinImages, SETTINGS_SECTION, type FileEdits, type InventoryReference } from '../../../server/src/lsp/protocol';
import type { ServerLifecycle } from '../server/lifecycle';
import { stoppable } from '../workspace-search';
import { isPinnable } from './inventory-model';

/**
 * Pins references to the digests that registries name now. Files are changed in the editor and not saved, so that what
 * was done can be looked at and undone.
 */
export async function pinReferences(
  server: ServerLifecycle,
  references: readonly InventoryReference[],
  log: LogOutputChannel,
): Promise<void> {
  if (!workspace.getConfiguration(SETTINGS_SECTION).get<boolean>('digests.enable', false)) {
    offerDigests();
    return;
  }
  const wanted = references.filter(isPinnable).map(({ uri, range, text }) => ({ uri, range, text }));
  if (wanted.length === 0) {
    void window.showInformationMessage(l10n.t('Every image that can be pinned here is pinned already.'));
    return;
  }
  const options = {
    location: ProgressLocation.Notification,
    title: l10n.t('Asking registries for digests'),
    cancellable: true,
  };
  const answer = await window.withProgress(options, (_progress, token) =>
    stoppable(server.request(pinImages, { references: wanted }, token), token),
  );
  if (!answer) return;
  const { edits, failed } = answer;
  if (edits.length > 0 && !(await applyEdits(edits))) {
    void window.showWarningMessage(l10n.t('A file changed meanwhile: nothing was pinned. Try again.'));
    return;
  }
  for (const { image, reason } of failed) log.warn(`${image}: ${reason}`);
  tellOutcome(edits.length, failed, log);
}

/**
 * All or nothing. The answer took its time: whoever typed meanwhile keeps what they typed.
 *
 * @returns false when a file is not as the edits were made for
 */
async function applyEdits(edits: readonly FileEdits[]): Promise<boolean> {
  let documents: readonly TextDocument[];
  try {
    documents = await Promise.all(edits.map(({ uri }) => workspace.openTextDocument(Uri.parse(uri))));
  } catch {
    return false;
  }
  // From here on nothing is waited for: the editor refuses the edit when a document changes after that.
  const edit = new WorkspaceEdit();
  for (const [index, file] of edits.entries()) {
    const document = documents[index];
    if (!document || !isAsExpected(document, file)) return false;
    edit.set(
      Uri.parse(file.uri),
      file.edits.map(({ range: { start, end }, newText }) =>
        TextEdit.replace(new Range(start.line, start.character, end.line, end.character), newText),
      ),
    );
  }
  return workspace.applyEdit(edit);
}

function isAsExpected(document: TextDocument, { version, edits }: FileEdits): boolean {
  if (version !== null && version !== document.version) return false;
  return edits.every(
    ({ range: { start }, line }) => start.line < document.lineCount && document.lineAt(start.line).text === line,
  );
}

/** What was done and what was not. The command does not wait until somebody reads it. */
function tellOutcome(
  files: number,
  failed: readonly { readonly image: string; readonly reason: string }[],
  log: LogOutputChannel,
): void {
  const done =
    files === 1
      ? l10n.t('Pinned images in 1 file. It is not saved yet.')
      : l10n.t('Pinned images in {0} files. They are not saved yet.', files);
  const [first] = failed;
  if (!first) {
    void window.showInformationMessage(done);
    return;
  }
  const output = l10n.t('Show Output');
  const problem =
    failed.length === 1
      ? l10n.t('1 image was not pinned. {0}', sentence(first))
      : l10n.t('{0} images were not pinned. {1}', failed.length, sentence(first));
  void window.showWarningMessage(files > 0 ? `${done} ${problem}` : problem, output).then((picked) => {
    if (picked === output) log.show();
  });
}

/** Most reasons name the image themselves. */
function sentence({ image, reason }: { readonly image: string; readonly reason: string }): string {
  return reason.includes(image) ? reason : `${image}: ${reason}`;
}

function offerDigests(): void {
  const turnOn = l10n.t('Turn On');
  const text = l10n.t('Pinning asks registries over the network. Turn it on in the settings first.');
  void window.showInformationMessage(text, turnOn).then((picked) => {
    if (picked === turnOn) void workspace.getConfiguration(SETTINGS_SECTION).update('digests.enable', true);
  });
}
