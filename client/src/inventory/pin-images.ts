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
    await offerDigests();
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
  const { edits, failed } = await window.withProgress(options, (_progress, token) =>
    server.request(pinImages, { references: wanted }, token),
  );
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
  const done = l10n.t('Pinned images in {0} files. They are not saved yet.', edits.length);
  if (failed.length === 0) {
    void window.showInformationMessage(done);
    return;
  }
  const output = l10n.t('Show Output');
  const [first] = failed;
  const problem = l10n.t(
    '{0} images were not pinned. {1}: {2}',
    failed.length,
    first?.image ?? '',
    first?.reason ?? '',
  );
  const text = edits.length > 0 ? `${done} ${problem}` : problem;
  if ((await window.showWarningMessage(text, output)) === output) log.show();
}

async function offerDigests(): Promise<void> {
  const turnOn = l10n.t('Turn On');
  const picked = await window.showInformationMessage(
    l10n.t('Pinning asks registries over the network. Turn it on in the settings first.'),
    turnOn,
  );
  if (picked === turnOn) await workspace.getConfiguration(SETTINGS_SECTION).update('digests.enable', true);
}
