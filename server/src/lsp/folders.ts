import type { RuleMeta } from '../core/rule';
import { Folder, KNOWN_METAS, type FolderHost } from './folder';
import { parseUri, relativePath, resourceKey, type Resource } from './uri';

/** A file in its folder. */
export interface Location {
  readonly folder: Folder;
  readonly path: string;
}

/** The folders of the workspace. */
export class Folders {
  private folders: Folder[] = [];
  /** Holds the files that lie in no folder. */
  private readonly loose: Folder;

  constructor(private readonly host: FolderHost) {
    this.loose = new Folder(undefined, host);
  }

  add(uris: readonly string[]): void {
    for (const uri of uris) {
      const root = parseUri(uri);
      if (!this.folders.some((folder) => folder.root && resourceKey(folder.root) === resourceKey(root)))
        this.folders.push(new Folder(root, this.host));
    }
  }

  remove(uris: readonly string[]): void {
    const gone = new Set(uris.map((uri) => resourceKey(parseUri(uri))));
    this.folders = this.folders.filter(({ root }) => !root || !gone.has(resourceKey(root)));
  }

  all(): readonly Folder[] {
    return [...this.folders, this.loose];
  }

  /** Whether a folder of the workspace holds the file. */
  holds(resource: Resource): boolean {
    return this.nearest(resource) !== undefined;
  }

  /** The nearest folder and the path in it; a file outside of all folders stands alone. */
  locate(resource: Resource): Location {
    const folder = this.nearest(resource) ?? this.loose;
    return { folder, path: folder.pathOf(resource) ?? '' };
  }

  /** Metadata of a rule of the catalogue or of a configuration that was read. */
  metaOf(rule: string): RuleMeta | undefined {
    return (
      KNOWN_METAS.find(({ id }) => id === rule) ??
      this.all()
        .flatMap((folder) => folder.customRules())
        .find(({ meta }) => meta.id === rule)?.meta
    );
  }

  private nearest(resource: Resource): Folder | undefined {
    let best: Folder | undefined;
    for (const folder of this.folders) {
      if (!folder.root || relativePath(folder.root, resource) === undefined) continue;
      if (!best?.root || folder.root.path.length > best.root.path.length) best = folder;
    }
    return best;
  }
}
