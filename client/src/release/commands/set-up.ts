import { join } from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import { BACK } from '../ask/ask';
import type { Delivery } from '../delivery';
import { proposePipeline } from '../model/proposal';
import { openAtProblem, readGiven } from './choose';

/** *Set Up Pipeline*: opens what is there, or a proposal that is written only when it is saved. Runs nothing. */
export async function setUpPipeline(delivery: Delivery, given: unknown): Promise<void> {
  const folder = await chooseFolder(delivery, readGiven(given).uri);
  if (folder === undefined) return;
  const found = delivery.pipelines.all().find(({ file }) => file.startsWith(join(folder, 'immutable.')));
  if (found?.state === 'broken') return openAtProblem(found);
  if (found) {
    await window.showTextDocument(Uri.file(found.file));
    await delivery.ask.notify({
      severity: 'information',
      text: l10n.t('This folder has a pipeline already: {0}. Deploy… runs it.', found.name),
    });
    return;
  }
  const { path, text } = await proposePipeline(folder);
  // Named, so that saving it writes the file where it belongs; nothing is on the disk before.
  const uri = Uri.file(path).with({ scheme: 'untitled' });
  const document = await workspace.openTextDocument(uri);
  const editor = await window.showTextDocument(document);
  if (document.getText() === '') await editor.edit((edit) => edit.insert(document.positionAt(0), text));
}

async function chooseFolder(delivery: Delivery, near: Uri | undefined): Promise<string | undefined> {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const active = near ?? window.activeTextEditor?.document.uri;
  const own = active && workspace.getWorkspaceFolder(active);
  const [only] = folders;
  if (!only) {
    await delivery.ask.notify({
      severity: 'information',
      text: l10n.t('Open a folder on a disk first: immutable.yaml belongs to one.'),
    });
    return undefined;
  }
  if (own?.uri.scheme === 'file') return own.uri.fsPath;
  if (folders.length === 1) return only.uri.fsPath;
  const picked = await delivery.ask.pick({
    title: l10n.t('Set Up Pipeline'),
    placeholder: l10n.t('For which folder?'),
    choices: folders.map(({ name, uri }) => ({ label: name, description: uri.fsPath, value: uri.fsPath })),
  });
  return picked === BACK ? undefined : picked;
}
