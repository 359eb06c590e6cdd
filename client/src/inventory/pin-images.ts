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
} from 'vscode';
import { pinImages, SETTINGS_SECTION, type InventoryReference } from '../../../server/src/lsp/protocol';
import type { ServerLifecycle } from '../server/lifecycle';
import { stoppable } from '../workspace-search';
import { isPinned } from './inventory-model';

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
  const wanted = references.filter((reference) => !isPinned(reference)).map(({ uri, range }) => ({ uri, range }));
  if (wanted.length === 0) {
    void window.showInformationMessage(l10n.t('Every image is pinned already.'));
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
  const edit = new WorkspaceEdit();
  for (const { uri, edits: changes } of edits) {
    edit.set(
      Uri.parse(uri),
      changes.map(({ range: { start, end }, newText }) =>
        TextEdit.replace(new Range(start.line, start.character, end.line, end.character), newText),
      ),
    );
  }
  if (edits.length > 0 && !(await workspace.applyEdit(edit))) {
    void window.showWarningMessage(l10n.t('A file changed meanwhile: nothing was pinned. Try again.'));
    return;
  }
  for (const { image, reason } of failed) log.warn(`${image}: ${reason}`);
  tellOutcome(edits.length, failed, log);
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
