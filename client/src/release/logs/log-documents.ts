import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import {
  Disposable,
  DocumentLink,
  EventEmitter,
  l10n,
  languages,
  Position,
  Range,
  Uri,
  window,
  workspace,
  type CancellationToken,
  type DocumentLinkProvider,
  type TextDocument,
} from 'vscode';
import { readRun, type ListedRun } from '../../../../release/src/api/list-runs';
import { readPipeline } from '../../../../release/src/config/read';
import { readIfThere } from '../../../../release/src/durable/files';
import type { DeliveryFolder, ReleaseDocumentServices } from '../services';
import type { DocumentSource } from '../virtual-files';
import { WatchedFiles } from '../watched-files';
import { formatLogPath, LOG_SCHEME, parseLogPath, stepNamed, type LogPath } from './log-path';
import { placesIn } from './log-places';
import { plainText } from './plain-text';
import { readableText } from './readable';
import { eventsIn, runLog } from './run-log';

/** Of a longer log the end is shown: that is where it went wrong. */
const SHOWN_BYTES = 2 * 1024 * 1024;

/** Lines in which places are looked for, from the end. */
const LINKED_LINES = 20_000;

interface Found {
  readonly folder: DeliveryFolder;
  readonly run: ListedRun;
}

/** What the tools of a run printed, as read-only documents that grow while it goes on. */
export class LogDocuments implements DocumentSource, DocumentLinkProvider, Disposable {
  private readonly changed = new EventEmitter<Uri>();
  private readonly files = new WatchedFiles();
  /** Lines of the open logs, before they grew. */
  private readonly lengths = new Map<string, number>();
  private readonly subscriptions: Disposable;

  readonly onDidChange = this.changed.event;

  constructor(private readonly services: ReleaseDocumentServices) {
    this.subscriptions = Disposable.from(
      languages.registerDocumentLinkProvider({ scheme: LOG_SCHEME }, this),
      workspace.onDidCloseTextDocument(({ uri }) => {
        this.files.unwatch(uri.path);
        this.lengths.delete(uri.path);
      }),
      workspace.onDidChangeTextDocument(({ document }) => this.followEnd(document)),
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.files.dispose();
    this.changed.dispose();
  }

  /**
   * Opens a log, at its end.
   *
   * @param step its directory (`03-apply`) or its name (`apply`: the last one); the whole run without it
   */
  async show(run: string, step?: string): Promise<void> {
    await this.services.search();
    const found = this.find(run);
    const directory = step === undefined || !found ? undefined : stepNamed(stepsOf(found.run.directory), step);
    const uri = Uri.from({ scheme: LOG_SCHEME, path: formatLogPath({ run, step: directory }) });
    // The editor may still hold what it said when it was closed.
    this.changed.fire(uri);
    const document = await workspace.openTextDocument(uri);
    this.lengths.set(uri.path, document.lineCount);
    const editor = await window.showTextDocument(document, { preview: true });
    const end = new Position(document.lineCount, 0);
    editor.revealRange(new Range(end, end));
  }

  async read(uri: Uri): Promise<string> {
    await this.services.search();
    const path = parseLogPath(uri.path);
    const found = path && this.find(path.run);
    if (!path || !found) {
      return `${l10n.t('There is no such log any more: its run was deleted, or lies in another workspace.')}\n`;
    }
    this.follow(uri, path, found.run);
    const { directory } = found.run;
    if (path.step !== undefined) return readEnd(outputOf(directory, path.step)) ?? '';
    const events = eventsIn(readIfThere(join(directory, 'events.jsonl')) ?? '');
    // An event names a file; only those of this run are read.
    const isOwn = (log: string): boolean => dirname(dirname(log)) === join(directory, 'steps');
    return plainText(runLog(events, (log) => (isOwn(log) ? readEnd(log) : undefined)));
  }

  provideDocumentLinks(document: TextDocument, token: CancellationToken): DocumentLink[] {
    const path = parseLogPath(document.uri.path);
    const found = path && this.find(path.run);
    if (!found) return [];
    const bases = basesOf(found);
    const known = new Map<string, string | undefined>();
    const links: DocumentLink[] = [];
    for (let line = Math.max(0, document.lineCount - LINKED_LINES); line < document.lineCount; line++) {
      if (token.isCancellationRequested) return [];
      for (const place of placesIn(document.lineAt(line).text)) {
        const file = known.has(place.path) ? known.get(place.path) : fileNamed(place.path, bases, found.folder.folder);
        known.set(place.path, file);
        if (file === undefined) continue;
        const fragment = `L${place.line}${place.column === undefined ? '' : `,${place.column}`}`;
        links.push(new DocumentLink(new Range(line, place.start, line, place.end), Uri.file(file).with({ fragment })));
      }
    }
    return links;
  }

  private find(run: string): Found | undefined {
    for (const folder of this.services.folders()) {
      const found = readRun(folder.root, run);
      if (found) return { folder, run: found };
    }
    return undefined;
  }

  /** An editor that shows the end keeps showing it. */
  private followEnd(document: TextDocument): void {
    if (document.uri.scheme !== LOG_SCHEME) return;
    const before = this.lengths.get(document.uri.path) ?? document.lineCount;
    this.lengths.set(document.uri.path, document.lineCount);
    for (const editor of window.visibleTextEditors) {
      const last = editor.visibleRanges.at(-1)?.end.line ?? 0;
      // The last line is mostly empty.
      if (editor.document !== document || last < before - 2) continue;
      const end = new Position(document.lineCount, 0);
      editor.revealRange(new Range(end, end));
    }
  }

  private follow(uri: Uri, { step }: LogPath, { directory, status }: ListedRun): void {
    this.files.unwatch(uri.path);
    if (status === 'closed') return;
    const watch = (path: string): void => this.files.watch(uri.path, path, () => this.changed.fire(uri));
    if (step !== undefined) return watch(outputOf(directory, step));
    watch(join(directory, 'events.jsonl'));
    const last = stepsOf(directory).at(-1);
    if (last !== undefined) watch(outputOf(directory, last));
  }
}

function outputOf(runDirectory: string, step: string): string {
  return join(runDirectory, 'steps', step, 'out.log');
}

function stepsOf(runDirectory: string): readonly string[] {
  const directory = join(runDirectory, 'steps');
  if (!existsSync(directory)) return [];
  return readdirSync(directory).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

/** The end of a file, without escapes; undefined when there is none. */
function readEnd(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const from = Math.max(0, size - SHOWN_BYTES);
    const bytes = Buffer.alloc(size - from);
    const count = readSync(descriptor, bytes, 0, bytes.length, from);
    const text = readableText(plainText(bytes.subarray(0, count).toString('utf8')));
    if (from === 0) return text;
    return `${l10n.t('… {0} bytes are left out; all of it is in {1}', from, path)}\n${text.slice(text.indexOf('\n') + 1)}`;
  } finally {
    closeSync(descriptor);
  }
}

/** Folders that a tool may name files relative to: where it ran. */
function basesOf({ folder, run }: Found): readonly string[] {
  const { pipeline } = readPipeline(run.spec.pipeline, 'immutable.yaml');
  const places = [...(pipeline?.images.values() ?? [])].flatMap(({ bake }) =>
    bake.kind === 'container' ? [bake.context, dirname(bake.dockerfile)] : [bake.template, dirname(bake.template)],
  );
  const target = pipeline?.environments.get(run.spec.environment ?? '')?.target;
  if (target?.kind === 'terraform') places.push(target.directory);
  return [...new Set(['.', ...places])].map((place) => resolve(folder.folder, place));
}

/** A file of the workspace; nothing else is ever linked, wherever a log points to. */
function fileNamed(path: string, bases: readonly string[], folder: string): string | undefined {
  const roots = [
    folder,
    ...(workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath),
  ];
  for (const candidate of isAbsolute(path) ? [path] : bases.map((base) => resolve(base, path))) {
    try {
      const real = realpathSync(candidate);
      if (roots.some((root) => isWithin(realpathSync(root), real))) return candidate;
    } catch {
      // Not there, or nobody may look.
    }
  }
  return undefined;
}

function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
