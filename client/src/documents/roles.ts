import type { DocumentRole, RoleOfDocument } from '../../../server/src/lsp/protocol';

/** A URI, as far as a role needs it. */
export interface UriLike {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;
  toString(): string;
}

/** Two documents that an editor shows side by side. */
export interface Comparison {
  readonly original: UriLike;
  readonly modified: UriLike;
}

/** What roles follow from. */
export interface OpenState {
  readonly documents: readonly UriLike[];
  /** The editors with two sides. */
  readonly comparisons: readonly Comparison[];
  /** The documents that have an editor of their own. */
  readonly singles: readonly UriLike[];
  /** The file of the workspace with this path, if a folder holds it. */
  fileOf(path: string): string | undefined;
  /** Whether a folder of the workspace has this scheme, holds the document and can be written to. */
  isInFolder(uri: UriLike): boolean;
}

const NO_FILE: ReadonlySet<string> = new Set([
  'output',
  'vscode-settings',
  'search-editor',
  'comment',
  'immutable-rule',
]);

/**
 * The roles of all open documents.
 *
 * A diff editor names its sides. An editor with many files does not, so there the documents themselves have to tell:
 * by `isBase` or `base` in the query, or as versions of Git. Two files of the disk side by side are both work: nothing
 * says which one is older.
 */
export function rolesOf(state: OpenState): RoleOfDocument[] {
  const originals = new Set<string>();
  const bases = new Map<string, string>();
  for (const { original, modified } of state.comparisons) {
    if (isEditable(original, state)) continue;
    originals.add(original.toString());
    bases.set(modified.toString(), original.toString());
  }
  const alone = new Set(state.singles.map(String));
  const isBase = (uri: UriLike): boolean => {
    const key = uri.toString();
    if (originals.has(key)) return true;
    if (bases.has(key) || isEditable(uri, state)) return false;
    return isMarkedBase(uri) || (!alone.has(key) && isOldOfGit(uri));
  };
  const baseByPath = new Map(
    state.documents.flatMap((uri) => (isBase(uri) && !alone.has(uri.toString()) ? [[uri.path, uri.toString()]] : [])),
  );
  return state.documents.map((uri) => {
    const key = uri.toString();
    const role = roleOf(uri, state, isBase);
    const base = role === 'work' || role === 'head' ? (bases.get(key) ?? baseByPath.get(uri.path)) : undefined;
    const file = isEditable(uri, state) ? undefined : state.fileOf(uri.path);
    return { uri: key, role, ...(base === undefined ? {} : { base }), ...(file === undefined ? {} : { file }) };
  });
}

function roleOf(uri: UriLike, state: OpenState, isBase: (uri: UriLike) => boolean): DocumentRole {
  if (NO_FILE.has(uri.scheme) || (uri.scheme === 'git' && uri.path.endsWith('.git'))) return 'ignored';
  if (isEditable(uri, state)) return 'work';
  return isBase(uri) ? 'base' : 'head';
}

function isEditable(uri: UriLike, state: OpenState): boolean {
  return uri.scheme === 'file' || uri.scheme === 'untitled' || uri.scheme === 'vscode-remote' || state.isInFolder(uri);
}

function isMarkedBase(uri: UriLike): boolean {
  const value = parameters(uri)['isBase'];
  return value === true || value === 'true' || /(?:^|&)base(?:=|&|$)/.test(uri.query);
}

/** The index (an empty ref) is the new side of what is staged; other versions of Git are what files are compared with. */
function isOldOfGit(uri: UriLike): boolean {
  if (uri.scheme !== 'git') return false;
  const { ref } = parameters(uri);
  return typeof ref === 'string' && ref !== '';
}

/** The query of a review provider is JSON or a list of `name=value`. */
function parameters({ query }: UriLike): Readonly<Record<string, unknown>> {
  if (query === '') return {};
  if (query.startsWith('{')) {
    try {
      return JSON.parse(query) as Record<string, unknown>;
    } catch {
      return {};
    }
  }
  return Object.fromEntries(new URLSearchParams(query));
}
