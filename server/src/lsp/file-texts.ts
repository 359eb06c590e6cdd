import type { Documents } from './documents';
import type { Folders, Location } from './folders';
import type { Session } from './session';
import type { SettingsCache, SettingsOfResource } from './settings-cache';
import { formatUri, parseUri, resourceKey } from './uri';

/** A file that need not be open, with its text. */
export interface FileText {
  readonly uri: string;
  readonly location: Location;
  readonly text: string;
}

/** What the texts are read from. */
export interface FileTextParts {
  readonly documents: Documents;
  readonly folders: Folders;
  readonly settings: SettingsCache;
  readonly session: Pick<Session, 'complete'>;
}

/** Reads files that need not be open, of any scheme. */
export class FileTexts {
  constructor(private readonly parts: FileTextParts) {}

  /** Undefined when there is no such file, or it lies in no folder and is not open. */
  async read(uri: string): Promise<FileText | undefined> {
    const [file] = await this.readAll([uri]);
    return file;
  }

  /** Those that only the client can read are asked for together. */
  readAll(uris: readonly string[]): Promise<(FileText | undefined)[]> {
    return this.parts.session.complete(() => uris.map((uri) => this.readNow(uri)));
  }

  /** The settings of a file: those of its folder, unless it is open. Asking for each of thousands would take minutes. */
  settings(uri: string): Promise<SettingsOfResource> {
    const { documents, folders, settings } = this.parts;
    const resource = parseUri(uri);
    const { root } = folders.locate(resource).folder;
    const isOpen = documents.byKey(resourceKey(resource)) !== undefined;
    return settings.for(isOpen || !root ? uri : formatUri(root));
  }

  private readNow(uri: string): FileText | undefined {
    const { documents, folders } = this.parts;
    const resource = parseUri(uri);
    const location = folders.locate(resource);
    const text = documents.byKey(resourceKey(resource))?.text ?? location.folder.files.read(location.path);
    return text === undefined ? undefined : { uri, location, text };
  }
}
