import {
  Disposable,
  EventEmitter,
  FileChangeType,
  FileSystemError,
  FileType,
  workspace,
  type Event,
  type FileChangeEvent,
  type FileStat,
  type FileSystemProvider,
  type Uri,
} from 'vscode';

/** Schemes of the documents of delivery. */
export const DOCUMENT_SCHEMES = [
  'immutable-plan',
  'immutable-log',
  'immutable-checklist',
  'immutable-compare',
] as const;

export type DocumentScheme = (typeof DOCUMENT_SCHEMES)[number];

/** What gives the documents of one scheme their text. */
export interface DocumentSource {
  readonly onDidChange: Event<Uri>;
  /** Never throws for what is gone: the text says so. */
  read(uri: Uri): Promise<string>;
}

/**
 * Documents that are computed, as read-only files. A file system rather than a content provider: editors of a content
 * provider are gone after the window was reloaded, those of a file system come back.
 */
export class VirtualFiles implements FileSystemProvider, Disposable {
  private readonly changed = new EventEmitter<FileChangeEvent[]>();
  private readonly known = new Map<string, { mtime: number; size: number }>();
  private source: Promise<DocumentSource> | undefined;
  private readonly registration: Disposable;
  private subscription: Disposable | undefined;

  readonly onDidChangeFile = this.changed.event;

  /** @param load called when the first document is read */
  constructor(
    scheme: DocumentScheme,
    private readonly load: () => Promise<DocumentSource>,
  ) {
    this.registration = workspace.registerFileSystemProvider(scheme, this, { isReadonly: true, isCaseSensitive: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.subscription?.dispose();
    this.changed.dispose();
  }

  watch(): Disposable {
    return new Disposable(() => undefined);
  }

  /** Always newer than before: nobody watches a document that is closed, so an editor may trust none that it kept. */
  stat(uri: Uri): FileStat {
    const entry = this.entry(uri);
    entry.mtime = Math.max(entry.mtime + 1, Date.now());
    return { type: FileType.File, ctime: 0, mtime: entry.mtime, size: entry.size };
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    const bytes = new TextEncoder().encode(await (await this.loaded()).read(uri));
    this.entry(uri).size = bytes.length;
    return bytes;
  }

  readDirectory(): never {
    throw FileSystemError.NoPermissions('These documents lie in no folder.');
  }

  createDirectory(): never {
    throw readOnly();
  }

  writeFile(): never {
    throw readOnly();
  }

  delete(): never {
    throw readOnly();
  }

  rename(): never {
    throw readOnly();
  }

  private entry(uri: Uri): { mtime: number; size: number } {
    const key = uri.toString();
    const known = this.known.get(key) ?? { mtime: Date.now(), size: 0 };
    this.known.set(key, known);
    return known;
  }

  private loaded(): Promise<DocumentSource> {
    this.source ??= this.load().then((source) => {
      this.subscription = source.onDidChange((uri) => {
        this.changed.fire([{ type: FileChangeType.Changed, uri }]);
      });
      return source;
    });
    // What went wrong may go well the next time.
    this.source.catch(() => (this.source = undefined));
    return this.source;
  }
}

function readOnly(): FileSystemError {
  return FileSystemError.NoPermissions('These documents cannot be changed.');
}
