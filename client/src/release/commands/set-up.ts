import { basename, join, relative } from 'node:path';
import { l10n, RelativePattern, Uri, window, workspace } from 'vscode';
import { detectPipeline, type DetectedPipeline, type SourceFile } from '../../../../release/src/api/detect-pipeline';
import { FOREIGN_FOLDERS, WORKSPACE_FILES } from '../../documents/lintable';
import { BACK } from '../ask/ask';
import type { Delivery } from '../delivery';
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
  const proposal = detectPipeline(await filesIn(folder), basename(folder));
  const path = join(folder, 'immutable.yaml');
  // Named, so that saving it writes the file where it belongs; nothing is on the disk before.
  const uri = Uri.file(path).with({ scheme: 'untitled' });
  const document = await workspace.openTextDocument(uri);
  const editor = await window.showTextDocument(document);
  if (document.getText() === '') await editor.edit((edit) => edit.insert(document.positionAt(0), proposal.text));
  await tellOpen(delivery, proposal);
}

/** What was found, and what a person must still write. */
async function tellOpen(delivery: Delivery, { found, open, isFound }: DetectedPipeline): Promise<void> {
  const text = isFound
    ? l10n.t('A proposal from {0}. Look at each guess, and save it as immutable.yaml.', found.join('; '))
    : l10n.t('Nothing here is deployed yet, so this is an example. Change it, and save it as immutable.yaml.');
  const rest = open.length === 0 ? '' : ` ${l10n.t('Still to do: {0}.', open.join('; '))}`;
  await delivery.ask.notify({ severity: 'information', text: text + rest });
}

/** How many files are read for a proposal, and how large they may be. */
const MOST_FILES = 400;
const LARGEST_FILE = 256 * 1024;

async function filesIn(folder: string): Promise<readonly SourceFile[]> {
  const uris = await workspace.findFiles(new RelativePattern(folder, WORKSPACE_FILES), FOREIGN_FOLDERS, MOST_FILES);
  const files: SourceFile[] = [];
  for (const uri of uris) {
    const { size } = await workspace.fs.stat(uri);
    if (size > LARGEST_FILE) continue;
    const text = new TextDecoder().decode(await workspace.fs.readFile(uri));
    files.push({ path: relative(folder, uri.fsPath).replaceAll('\\', '/'), text });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
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
