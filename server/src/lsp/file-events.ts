import {
  DidChangeWatchedFilesNotification,
  FileChangeType,
  type Connection,
  type FileEvent,
} from 'vscode-languageserver';
import { BASELINE_NAME } from '../core/baseline';
import { directoryOf } from '../core/paths';
import type { ClientFeatures } from './client-features';
import type { Documents, OpenDocument } from './documents';
import type { Folder } from './folder';
import type { Folders } from './folders';
import type { Publisher } from './publisher';
import type { RemoteFiles } from './remote-files';
import type { LocalFiles } from './runtime';
import type { Session } from './session';
import { parseUri, resourceKey, type Resource } from './uri';

/** Files whose change may change findings in others. */
const WATCHED = [
  `**/{immutable.yaml,immutable.yml,immutable.json,${BASELINE_NAME}}`,
  '**/*.{tf,tofu,tfvars,hcl,json,yaml,yml,sh,tpl,tftpl,tmpl}',
  '**/*{Dockerfile,Containerfile}*',
];

/** How long a configuration is believed where nobody tells that it changed, in ms. */
const FRESH_MS = 2000;

/** What the events are handed to. */
export interface FileEventParts {
  readonly documents: Documents;
  readonly folders: Folders;
  readonly session: Session;
  readonly publisher: Publisher;
  readonly local: LocalFiles | undefined;
  readonly remote: RemoteFiles | undefined;
}

/** Follows what changes, on the disk and in other documents, to the documents that it concerns. */
export class FileEvents {
  private checked = 0;

  constructor(private readonly parts: FileEventParts) {}

  /** Asks the client to watch files, when it can. */
  async register(connection: Connection, features: ClientFeatures): Promise<void> {
    if (!features.watchedFiles) return;
    const watchers = WATCHED.map((globPattern) => ({ globPattern }));
    await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
  }

  /** Files changed on the disk. */
  watched(changes: readonly FileEvent[]): void {
    const { local, remote, documents } = this.parts;
    for (const { uri, type } of changes) {
      const resource = parseUri(uri);
      if (local?.reads(resource.scheme) === true) local.forget(resource.path);
      else remote?.forget(resource);
      if (type === FileChangeType.Deleted) this.fileDeleted(resource);
      const isOpen = documents.byKey(resourceKey(resource)) !== undefined;
      // An open document stands over the disk; that its file came or went changes what a directory lists.
      if (!isOpen || type !== FileChangeType.Changed) this.fileChanged(resource, type === FileChangeType.Changed);
    }
  }

  /** The document has another text than before. */
  documentChanged(document: OpenDocument): void {
    // Versions of a file under another scheme are nobody's neighbours.
    if (resourceKey(this.fileOf(document)) === document.key) this.fileChanged(document.resource, true, document);
  }

  /** What is on the disk holds again, or no longer. */
  documentOpenedOrClosed(document: OpenDocument): void {
    const { local, session } = this.parts;
    const { resource } = document;
    if (resourceKey(this.fileOf(document)) !== document.key) return;
    const stored = local?.reads(resource.scheme) === true ? local.read(resource.path) : undefined;
    if (stored !== document.text || session.hasForeign(document.key))
      this.fileChanged(resource, stored !== undefined, document);
  }

  /** Where files are not watched, looks now and then whether a configuration changed. */
  checkConfigurations(features: ClientFeatures, now: number): void {
    if (features.watchedFiles || now - this.checked < FRESH_MS) return;
    this.checked = now;
    for (const folder of this.parts.folders.all()) {
      if (folder.resetWhenStale()) this.outdateFolder(folder);
    }
  }

  private fileDeleted(resource: Resource): void {
    const { folder, path } = this.parts.folders.locate(resource);
    folder.fileDeleted(path);
  }

  private fileChanged(resource: Resource, isListed: boolean, source?: OpenDocument): void {
    const { folders, documents, session, publisher } = this.parts;
    const { folder, path } = folders.locate(resource);
    if (!folder.root) return;
    const concerned = folder.fileChanged(path, isListed);
    if (folder.isConfiguration(path)) {
      folder.reset();
      this.outdateFolder(folder);
      return;
    }
    const keys = documents.all().flatMap((document) => {
      if (document === source) return [];
      const location = session.locate(document);
      return location.folder === folder && concerned.has(directoryOf(location.path)) ? [document.key] : [];
    });
    publisher.outdate(keys);
  }

  /** Documents of the folder may show something else now. */
  outdateFolder(folder: Folder): void {
    const { documents, session, publisher } = this.parts;
    publisher.outdate(
      documents.all().flatMap((document) => (session.locate(document).folder === folder ? [document.key] : [])),
    );
  }

  private fileOf(document: OpenDocument): Resource {
    const { folder, path } = this.parts.session.locate(document);
    return folder.resourceOf(path) ?? document.resource;
  }
}
