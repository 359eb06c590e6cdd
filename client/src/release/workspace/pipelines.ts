import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EventEmitter, Uri, workspace, type Disposable } from 'vscode';
import { PipelineError, type PipelineProblem } from '../../../../release/src/config/problem';
import { openWorkspace, type Workspace } from '../../../../release/src/api/start-run';
import { findStateRoot } from '../../../../release/src/state-root';
import type { DeliveryFolder } from '../services';
import { FOREIGN_FOLDERS } from '../../documents/lintable';

/** A file that says how to deliver, and what it says. */
export type FoundPipeline =
  | { readonly state: 'ready'; readonly file: string; readonly name: string; readonly workspace: Workspace }
  | {
      readonly state: 'broken';
      readonly file: string;
      readonly name: string;
      readonly problems: readonly PipelineProblem[];
      /** Why it could not even be read. */
      readonly reason: string | undefined;
    };

export type ReadyPipeline = Extract<FoundPipeline, { readonly state: 'ready' }>;

/** The names under which a pipeline is looked for; the first that is there wins. */
const NAMES = ['immutable.yaml', 'immutable.yml'];

/** How many files a search of the workspace takes. */
const MOST_FILES = 50;

/** A file that only says how to lint has none of these. */
const DELIVERS = /^(?:app|images|environments)\s*:/m;

/** The pipelines of this window. Reads files only, so it may be asked in a workspace that nobody trusts. */
export class Pipelines implements Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private files: ReadonlySet<string> = new Set();
  private readonly known = new Map<string, { readonly stamp: string; readonly found: FoundPipeline | undefined }>();
  private searching: Promise<void> | undefined;
  private readonly watcher = workspace.createFileSystemWatcher('**/immutable.{yaml,yml}');

  constructor() {
    const look = (): void => {
      this.searching = undefined;
      this.changed.fire();
    };
    this.watcher.onDidCreate(look);
    this.watcher.onDidChange(look);
    this.watcher.onDidDelete(look);
  }

  dispose(): void {
    this.watcher.dispose();
    this.changed.dispose();
  }

  /** Those at the roots of the workspace, and those that were found below. */
  all(): readonly FoundPipeline[] {
    const files = new Set([...rootFiles(), ...this.files]);
    return [...files].flatMap((file) => this.read(file) ?? []);
  }

  ready(): readonly ReadyPipeline[] {
    return this.all().filter((found) => found.state === 'ready');
  }

  /** Where history lies: of broken pipelines too. */
  folders(): readonly DeliveryFolder[] {
    return this.all().flatMap((found) => {
      if (found.state === 'ready') return [found.workspace];
      const folder = dirname(found.file);
      return [{ folder, root: findStateRoot(folder) }];
    });
  }

  /** Looks through the whole workspace. Once, until a pipeline comes or goes; whoever asks meanwhile waits with it. */
  search(): Promise<void> {
    this.searching ??= this.find().catch((error: unknown) => {
      this.searching = undefined;
      throw error;
    });
    return this.searching;
  }

  private async find(): Promise<void> {
    const uris = await workspace.findFiles('**/immutable.{yaml,yml}', FOREIGN_FOLDERS, MOST_FILES);
    const before = [...this.files].sort().join('\n');
    this.files = new Set(uris.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath));
    if ([...this.files].sort().join('\n') !== before) this.changed.fire();
  }

  /** Those of the workspace folder that a file lies in; all when no file is meant. */
  inFolderOf(uri: Uri | undefined): readonly FoundPipeline[] {
    const top = uri && workspace.getWorkspaceFolder(uri)?.uri.fsPath;
    const all = this.all();
    return uri === undefined ? all : all.filter(({ file }) => top !== undefined && file.startsWith(join(top, '/')));
  }

  /** The nearest pipeline above a file, within its folder of the workspace. */
  nearest(uri: Uri): FoundPipeline | undefined {
    const top = workspace.getWorkspaceFolder(uri)?.uri.fsPath;
    if (top === undefined || uri.scheme !== 'file') return undefined;
    for (let directory = directoryOf(uri.fsPath); ; directory = dirname(directory)) {
      const file = fileIn(directory);
      const found = file === undefined ? undefined : this.read(file);
      if (found) return found;
      if (directory === top || directory === dirname(directory)) return undefined;
    }
  }

  /** Reads a file again when it changed. Undefined when it says nothing about delivery, or is gone. */
  read(file: string): FoundPipeline | undefined {
    let stamp: string;
    try {
      const { mtimeMs, size, ino } = statSync(file);
      stamp = `${mtimeMs} ${size} ${ino}`;
    } catch {
      this.known.delete(file);
      return undefined;
    }
    const known = this.known.get(file);
    if (known?.stamp === stamp) return known.found;
    const found = readFound(file);
    this.known.set(file, { stamp, found });
    return found;
  }
}

function readFound(file: string): FoundPipeline | undefined {
  const name = nameOf(file);
  try {
    if (!DELIVERS.test(readFileSync(file, 'utf8'))) return undefined;
    return { state: 'ready', file, name, workspace: openWorkspace(file) };
  } catch (error) {
    if (error instanceof PipelineError)
      return { state: 'broken', file, name, problems: error.problems, reason: undefined };
    const reason = error instanceof Error ? error.message : String(error);
    return { state: 'broken', file, name, problems: [], reason };
  }
}

/** The folder of a pipeline as people see it. */
function nameOf(file: string): string {
  const relative = workspace.asRelativePath(Uri.file(dirname(file)));
  return relative === '' || relative === dirname(file) ? basename(dirname(file)) : relative;
}

function rootFiles(): string[] {
  return (workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .flatMap(({ uri }) => fileIn(uri.fsPath) ?? []);
}

function fileIn(directory: string): string | undefined {
  return NAMES.map((name) => join(directory, name)).find((file) => existsSync(file));
}

function directoryOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : dirname(path);
}
