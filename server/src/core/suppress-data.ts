import type { MalformedPragma, ReadPragma, SuppressedRule } from './suppress-pragma';
import { readPragma } from './suppress-pragma';
import { treeEntry, treeString, type SuppressionSource, type TreeEntry, type TreeNode } from './suppress-source';
import type { Range } from './text';

/** A suppression that is written as data. */
export interface DataSuppression {
  readonly read: ReadPragma;
  readonly targets: readonly Range[];
  /** What removing the suppression would delete: an entry or an item. */
  readonly element: Range;
}

/** Before the name of a rule in an annotation of a Kubernetes object: `immutable-infra.dev/ignore.<family>.<name>`. */
export const ANNOTATION_PREFIX = 'immutable-infra.dev/ignore.';

/** Suppressions that stand in data: Kubernetes annotations, `"//"` of Terraform JSON, `"_immutable"` of Packer JSON. */
export function dataSuppressions(source: SuppressionSource): DataSuppression[] {
  const found: DataSuppression[] = [];
  for (const document of source.data?.documents ?? []) {
    const { root } = document;
    if (!root) continue;
    if (source.kind === 'terraform-json') visitSlashComments(source, root, root.range, root, found);
    else if (source.kind === 'packer-json') {
      readPackerIgnore(root, found);
      readPackerComments(root, found);
    } else visitObjects(root, found);
  }
  return found;
}

function visitObjects(root: TreeNode, found: DataSuppression[]): void {
  if (treeString(root, 'kind') === undefined || treeString(root, 'apiVersion') === undefined) return;
  const annotations = treeEntry(treeEntry(root, 'metadata')?.value, 'annotations')?.value;
  if (annotations?.type === 'map') {
    for (const entry of annotations.entries) {
      if (entry.key.startsWith(ANNOTATION_PREFIX)) found.push(annotation(entry, root));
    }
  }
  const listed = treeEntry(root, 'items')?.value;
  if (listed?.type === 'sequence') for (const item of listed.items) visitObjects(item, found);
}

function annotation(entry: TreeEntry, object: TreeNode): DataSuppression {
  // A slash may stand only once in the name of an annotation, so a dot takes its place.
  const [family = '', ...name] = entry.key.slice(ANNOTATION_PREFIX.length).split('.');
  const value = entry.value.type === 'scalar' && typeof entry.value.value === 'string' ? entry.value.value : '';
  const until = /(^|\s)until=(\d{4}-\d\d-\d\d)(?=\s|$)/.exec(value);
  const reason = value.replace(until?.[0] ?? '', ' ').trim();
  const read: ReadPragma =
    name.length === 1
      ? {
          pragma: {
            scope: 'block',
            rules: [{ id: `${family}/${name[0] ?? ''}`, range: entry.keyRange }],
            reason: reason === '' ? undefined : reason,
            until: until ? { date: until[2] ?? '', range: entry.value.range } : undefined,
            range: entry.range,
          },
        }
      : { malformed: { range: entry.keyRange, hint: `Write the annotation as \`${ANNOTATION_PREFIX}family.name\`.` } };
  return { read, targets: [object.range], element: entry.range };
}

/**
 * `"//": "immutable: ignore[…] reason"` (or a list of such) governs the object that it stands in, with the key of that
 * object: a finding about a block as a whole stands at its last label.
 *
 * @param governed the object, from its key
 */
function visitSlashComments(
  source: SuppressionSource,
  node: TreeNode,
  governed: Range,
  root: TreeNode,
  found: DataSuppression[],
): void {
  if (node.type === 'sequence') {
    // A list of one object is that object. In a longer one, the key belongs to all of them.
    const [only, second] = node.items;
    for (const item of node.items) {
      visitSlashComments(source, item, item === only && !second ? governed : item.range, root, found);
    }
  }
  if (node.type !== 'map') return;
  for (const entry of node.entries) {
    if (entry.key !== '//') {
      visitSlashComments(source, entry.value, entry.range, root, found);
      continue;
    }
    for (const text of entry.value.type === 'sequence' ? entry.value.items : [entry.value]) {
      if (text.type !== 'scalar' || typeof text.value !== 'string') continue;
      // An escape would shift the ranges of the rules: the whole text then stands for each of them.
      const written = source.text.slice(text.range.start + 1, text.range.end - 1);
      const read = readPragma(written, text.range.start + 1) ?? readPragma(text.value, text.range.start + 1);
      if (!read) continue;
      if ('pragma' in read && read.pragma.scope === 'file' && node !== root) {
        const malformed: MalformedPragma = {
          range: text.range,
          hint: 'Put `ignore-file[…]` into the `"//"` of the outermost object.',
        };
        found.push({ read: { malformed }, targets: [], element: entry.range });
      } else found.push({ read, targets: [governed], element: text === entry.value ? entry.range : text.range });
    }
  }
}

/**
 * Packer ignores root keys that begin with `_`, so people write comments there. `ignore-file[…]` works in one; another
 * pragma has nothing that it stands above, and must not fail unnoticed.
 */
function readPackerComments(root: TreeNode, found: DataSuppression[]): void {
  if (root.type !== 'map') return;
  for (const entry of root.entries) {
    const { value } = entry;
    if (!entry.key.startsWith('_') || value.type !== 'scalar' || typeof value.value !== 'string') continue;
    if (entry.key === '_immutable') continue;
    const read = readPragma(value.value, value.range.start + 1);
    if (!read) continue;
    if ('pragma' in read && read.pragma.scope !== 'file') {
      const malformed: MalformedPragma = {
        range: value.range,
        hint: 'Write `"_immutable": { "ignore": { "/builders/0": ["family/name — reason"] } }`.',
      };
      found.push({ read: { malformed }, targets: [], element: entry.range });
    } else found.push({ read, targets: [], element: entry.range });
  }
}

/** `"_immutable": { "ignore": { "/builders/0": ["rule — reason"] } }`: a JSON pointer names what is governed. */
function readPackerIgnore(root: TreeNode, found: DataSuppression[]): void {
  const own = treeEntry(root, '_immutable');
  if (!own) return;
  const ignore = treeEntry(own.value, 'ignore');
  if (ignore?.value.type !== 'map') {
    const hint = 'Write `"_immutable": { "ignore": { "/builders/0": ["family/name — reason"] } }`.';
    found.push({ read: { malformed: { range: own.keyRange, hint } }, targets: [], element: own.range });
    return;
  }
  for (const entry of ignore.value.entries) {
    const target = pointed(root, entry.key);
    if (!target) {
      const hint = `Nothing is at \`${entry.key}\`: use a JSON pointer such as \`/builders/0\`.`;
      found.push({ read: { malformed: { range: entry.keyRange, hint } }, targets: [], element: entry.range });
      continue;
    }
    for (const item of entry.value.type === 'sequence' ? entry.value.items : [entry.value]) {
      found.push({
        read: packerItem(item),
        targets: [target],
        element: item === entry.value ? entry.range : item.range,
      });
    }
  }
}

function packerItem(item: TreeNode): ReadPragma {
  const malformed = { malformed: { range: item.range, hint: 'Write `"family/name — reason"`.' } };
  if (item.type !== 'scalar' || typeof item.value !== 'string') return malformed;
  const parts = /^\s*([^\s—]+)(?:\s+(.*))?$/su.exec(item.value);
  if (!parts) return malformed;
  const rule: SuppressedRule = { id: parts[1] ?? '', range: item.range };
  // The grammar of the rest is that of a comment.
  const read = readPragma(`immutable: ignore[${rule.id}] ${parts[2] ?? ''}`, 0);
  if (!read || 'malformed' in read)
    return read ? { malformed: { ...read.malformed, range: item.range, replacement: undefined } } : malformed;
  const { until } = read.pragma;
  return {
    pragma: {
      ...read.pragma,
      scope: 'block',
      rules: [rule],
      until: until && { ...until, range: item.range },
      range: item.range,
    },
  };
}

/** The range of what a JSON pointer (RFC 6901) names; an empty pointer names the whole template. */
function pointed(root: TreeNode, pointer: string): Range | undefined {
  let node: TreeNode | undefined = root;
  let range = root.range;
  if (pointer !== '' && !pointer.startsWith('/')) return undefined;
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replace(/~1/g, '/').replace(/~0/g, '~');
    if (node?.type === 'map') {
      const entry: TreeEntry | undefined = treeEntry(node, key);
      node = entry?.value;
      range = entry?.range ?? range;
    } else {
      node = node?.type === 'sequence' && /^\d+$/.test(key) ? node.items[Number(key)] : undefined;
      range = node?.range ?? range;
    }
    if (!node) return undefined;
  }
  return range;
}
