import type { ProjectFiles } from '../model/project';
import type { Documents } from './documents';
import type { RemoteFiles } from './remote-files';
import type { LocalFiles } from './runtime';
import { below, resourceKey, type Resource } from './uri';

/** Where the texts of a folder come from. */
export interface FileAccess {
  readonly documents: Documents;
  readonly local: LocalFiles | undefined;
  /** Absent when the client does not read files for us. */
  readonly remote: RemoteFiles | undefined;
}

/** The files of one workspace folder: open documents stand over what is stored. */
export class FolderFiles implements ProjectFiles {
  constructor(
    private readonly root: Resource,
    private readonly access: FileAccess,
    private readonly onRead: (path: string) => void,
  ) {}

  read(path: string): string | undefined {
    if (leavesRoot(path)) return undefined;
    this.onRead(path);
    const resource = below(this.root, path);
    const open = this.access.documents.byKey(resourceKey(resource));
    return open ? open.text : this.stored(resource);
  }

  list(directory: string): readonly string[] | undefined {
    if (leavesRoot(directory)) return undefined;
    this.onRead(directory);
    const resource = below(this.root, directory);
    const { local, remote } = this.access;
    return local?.reads(resource.scheme) === true ? local.list(resource.path) : remote?.list(resource);
  }

  private stored(resource: Resource): string | undefined {
    const { local, remote } = this.access;
    return local?.reads(resource.scheme) === true ? local.read(resource.path) : remote?.read(resource);
  }
}

/** Files that no folder holds know nothing of each other. */
export const NO_FILES: ProjectFiles = { read: () => undefined, list: () => undefined };

function leavesRoot(path: string): boolean {
  return path.startsWith('/') || path.split('/').includes('..') || path.includes('\0');
}
