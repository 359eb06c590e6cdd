import { FileType, l10n, Position, Uri, window, workspace, WorkspaceEdit, type WorkspaceFolder } from 'vscode';

const NAMES = ['immutable.yaml', 'immutable.yml', 'immutable.json'];

const TEMPLATE = `# What Immutable Infra checks in this folder, and how strictly.
lint:
  extends: [recommended]
`;

/** Opens the configuration of a folder, or offers one that is not saved yet. */
export async function openConfiguration(): Promise<void> {
  const folder = await pickFolder();
  if (!folder) return;
  for (const name of NAMES) {
    const uri = Uri.joinPath(folder.uri, name);
    if (await isFile(uri)) {
      await window.showTextDocument(uri);
      return;
    }
  }
  const uri = Uri.joinPath(folder.uri, 'immutable.yaml');
  const edit = new WorkspaceEdit();
  edit.createFile(uri, { ignoreIfExists: true });
  edit.insert(uri, new Position(0, 0), TEMPLATE);
  await workspace.applyEdit(edit);
  await window.showTextDocument(uri);
}

async function pickFolder(): Promise<WorkspaceFolder | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  const active = window.activeTextEditor && workspace.getWorkspaceFolder(window.activeTextEditor.document.uri);
  if (folders.length === 0) {
    void window.showInformationMessage(l10n.t('Open a folder first: immutable.yaml belongs to one.'));
    return undefined;
  }
  return active ?? (folders.length === 1 ? folders[0] : window.showWorkspaceFolderPick());
}

async function isFile(uri: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(uri)).type & FileType.File) !== 0;
  } catch {
    return false;
  }
}
