import type { LineIndex, Range } from './text';

/** A comment as the parsers give it (lang/syntax.ts). */
export interface SourceComment {
  readonly range: Range;
  /** Offset of the content, after the delimiter. */
  readonly textStart: number;
  /** The content without its delimiters. */
  readonly text: string;
}

/** What a comment can govern (lang/syntax.ts). */
export interface SourceRegions {
  readonly comments: readonly SourceComment[];
  readonly statements: readonly Range[];
  readonly blocks: readonly Range[];
}

/** The part of a YAML or JSON tree that suppressions are read from (lang/data/tree.ts). */
export type TreeNode =
  | { readonly type: 'map'; readonly range: Range; readonly flow: boolean; readonly entries: readonly TreeEntry[] }
  | { readonly type: 'sequence'; readonly range: Range; readonly items: readonly TreeNode[] }
  | { readonly type: 'scalar'; readonly range: Range; readonly value: string | number | boolean | null }
  | { readonly type: 'alias'; readonly range: Range };

export interface TreeEntry {
  readonly key: string;
  readonly keyRange: Range;
  readonly range: Range;
  readonly value: TreeNode;
}

export interface SourceTree {
  readonly format: 'yaml' | 'json';
  readonly documents: readonly { readonly range: Range; readonly root: TreeNode | undefined }[];
}

/** What suppressions need to know of a file. A model `SourceFile` is one. */
export interface SuppressionSource {
  readonly path: string;
  readonly text: string;
  readonly lines: LineIndex;
  readonly regions: SourceRegions;
  /** `dockerfile`, `terraform-json`, `helm-template` …: decides how a comment is written. */
  readonly kind: string;
  /** The tree, when the file is written in YAML or JSON. */
  readonly data?: SourceTree | undefined;
}

/** Entry of a map by key; the last one wins. */
export function treeEntry(node: TreeNode | undefined, key: string): TreeEntry | undefined {
  return node?.type === 'map' ? node.entries.findLast((entry) => entry.key === key) : undefined;
}

/** The scalar under a path of keys when it is a string. */
export function treeString(node: TreeNode | undefined, ...keys: readonly string[]): string | undefined {
  let current = node;
  for (const key of keys) current = treeEntry(current, key)?.value;
  return current?.type === 'scalar' && typeof current.value === 'string' ? current.value : undefined;
}
