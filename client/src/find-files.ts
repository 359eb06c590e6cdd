import { FileType, RelativePattern, Uri, workspace, type CancellationToken, type WorkspaceFolder } from 'vscode';
import { FOREIGN_FOLDER_NAMES, FOREIGN_FOLDERS, isWorkspaceFile, WORKSPACE_FILES } from './documents/lintable';

/** Schemes whose files the editor searches itself. */
const ON_DISK: ReadonlySet<string> = new Set(['file', 'vscode-remote']);

/** Directories that are read at the same time: each may be a question to a server. */
const READERS = 8;

/** The files of the workspace that may be infrastructure, up to a limit, in no order. */
export async function findWorkspaceFiles(limit: number, token: CancellationToken): Promise<Uri[]> {
  const found: Uri[] = [];
  for (const folder of workspace.workspaceFolders ?? []) {
    const left = limit - found.length;
    if (left <= 0 || token.isCancellationRequested) break;
    found.push(
      ...(ON_DISK.has(folder.uri.scheme) ? await searchIn(folder, left, token) : await walk(folder, left, token)),
    );
  }
  return found;
}

async function searchIn(folder: WorkspaceFolder, limit: number, token: CancellationToken): Promise<Uri[]> {
  return workspace.findFiles(new RelativePattern(folder, WORKSPACE_FILES), FOREIGN_FOLDERS, limit, token);
}

/**
 * Reads the directories of a folder that lies on no disk. The editor's own search waits for ever where the extension
 * that provides the folder brings no search.
 */
async function walk({ uri }: WorkspaceFolder, limit: number, token: CancellationToken): Promise<Uri[]> {
  const found: Uri[] = [];
  let level = [uri];
  while (level.length > 0) {
    const below: Uri[] = [];
    const waiting = [...level];
    const read = async (): Promise<void> => {
      for (let directory = waiting.shift(); directory; directory = waiting.shift()) {
        if (found.length >= limit || token.isCancellationRequested) return;
        for (const [name, type] of await entriesOf(directory)) {
          const entry = Uri.joinPath(directory, name);
          // A link may lead back: only what is a directory itself is entered.
          if (type === FileType.Directory) {
            if (!FOREIGN_FOLDER_NAMES.includes(name)) below.push(entry);
          } else if ((type & FileType.File) !== 0 && isWorkspaceFile(entry.path)) found.push(entry);
        }
      }
    };
    await Promise.all(Array.from({ length: READERS }, read));
    level = found.length >= limit || token.isCancellationRequested ? [] : below;
  }
  return found.slice(0, limit);
}

async function entriesOf(directory: Uri): Promise<[string, FileType][]> {
  try {
    return await workspace.fs.readDirectory(directory);
  } catch {
    // Gone meanwhile, or nobody may look into it.
    return [];
  }
}
