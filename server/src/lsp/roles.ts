import type { DocumentRole, RoleOfDocument } from './protocol';
import { parseUri, uriKey, type Resource } from './uri';
import type { OpenDocument } from './documents';

/** What a document is to us, with the other documents that it belongs to. */
export interface Role {
  readonly role: DocumentRole;
  /** Key of the open document with the old text. */
  readonly base: string | undefined;
  /** The file that it is a version of; itself usually. */
  readonly file: Resource;
}

/** The roles of the open documents: as the client says, else by what the URI tells. */
export class Roles {
  private told = new Map<string, RoleOfDocument>();

  /** @param isInFolder whether a resource lies in a folder of the workspace */
  constructor(private readonly isInFolder: (resource: Resource) => boolean) {}

  /** Replaces what was said before. @returns keys of the documents that it concerns: their role changed, or a neighbour's */
  tell(documents: readonly RoleOfDocument[]): string[] {
    const before = this.told;
    this.told = new Map(documents.map((one) => [uriKey(one.uri), one]));
    const keys = new Set([...before.keys(), ...this.told.keys()]);
    const changed = [...keys].filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(this.told.get(key)));
    return changed.length === 0 ? [] : [...new Set([...changed, ...this.compared()])];
  }

  of(document: OpenDocument): Role {
    const { resource } = document;
    const isQuickDiff = resource.scheme === 'git' && resource.path.endsWith('.git');
    const told = this.told.get(document.key);
    const file = told?.file === undefined ? this.fileOf(resource) : parseUri(told.file);
    if (isQuickDiff) return { role: 'ignored', base: undefined, file };
    if (told) return { role: told.role, base: told.base === undefined ? undefined : uriKey(told.base), file };
    return { role: this.guess(resource), base: undefined, file };
  }

  /** Keys of the documents that a base concerns: those of its folder are told by the old texts of each other. */
  concernedBy(base: string): string[] {
    const isBase = [...this.told.values()].some((one) => one.base !== undefined && uriKey(one.base) === base);
    return isBase ? this.compared() : [];
  }

  /** Keys of the documents that are compared with another. */
  private compared(): string[] {
    return [...this.told].flatMap(([key, { base }]) => (base === undefined ? [] : [key]));
  }

  /** A document of another scheme usually has the path of its file. */
  private fileOf(resource: Resource): Resource {
    if (resource.scheme === 'file' || resource.scheme === 'untitled') return resource;
    const file = { ...resource, scheme: 'file', authority: '', query: '' };
    return !this.isInFolder(resource) && this.isInFolder(file) ? file : { ...resource, query: '' };
  }

  private guess({ scheme, authority, path, query }: Resource): DocumentRole {
    if (/(^|[?&{,"])isBase"?[=:]\s*"?true|(^|[?&])base(=|&|$)/i.test(query)) return 'base';
    if (scheme === 'file' || scheme === 'untitled') return 'work';
    if (scheme === 'output' || scheme === 'vscode-settings') return 'ignored';
    return this.isInFolder({ scheme, authority, path, query }) ? 'work' : 'head';
  }
}
