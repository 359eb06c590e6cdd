import type { Finding, TextEdit } from './finding';
import { ANNOTATION_PREFIX } from './suppress-data';
import type { SuppressionScope } from './suppress-pragma';
import { treeEntry, treeString, type SuppressionSource, type TreeNode } from './suppress-source';
import { lineTerminator, type Range } from './text';

/** Lines that lose their meaning when a comment stands above them. */
const FIRST_LINES =
  /^(\uFEFF?#!|#cloud-(config|boothook|config-archive)|## *template:|#include|#\s*(syntax|escape|check)\s*=|%YAML|%TAG)/i;

/**
 * The edit that silences a finding at its place ("Ignore here"), in the language of the file: a comment above the
 * statement, above the block that holds it, or at the top of the file; an annotation or an entry where JSON has no comments.
 *
 * @returns undefined when the scope does not exist there: no block around it, or a JSON file without a place for it
 */
export function suppressionEdit(
  source: SuppressionSource,
  finding: Finding,
  options: { readonly scope: SuppressionScope; readonly reason: string | undefined },
): TextEdit | undefined {
  const { scope } = options;
  const reason = (options.reason ?? '').replace(/\s+/g, ' ').trim();
  const pragma = (keyword: string): string =>
    `immutable: ${keyword}[${finding.rule}]${reason === '' ? '' : ` ${reason}`}`;
  if (source.data?.format === 'json')
    return jsonEdit(source, source.data.documents[0]?.root, finding, scope, reason, pragma);
  const terminator = lineTerminator(source.text);
  const above = (offset: number, keyword: string): TextEdit => {
    const { lines } = source;
    const start = Math.max(lines.lineStart(lines.lineAt(offset)), source.text.startsWith('\uFEFF') ? 1 : 0);
    const indent = lines.indentAt(offset).replace('\uFEFF', '');
    return { at: { start, end: start }, text: `${indent}${comment(source, pragma(keyword))}${terminator}` };
  };
  const at = finding.range;
  switch (scope) {
    case 'file':
      return { at: topOf(source), text: `${comment(source, pragma('ignore-file'))}${terminator}` };
    case 'block': {
      const block = innermost(source.regions.blocks, at);
      return block && above(block.start, 'ignore-block');
    }
    case 'line':
      return above(innermost(source.regions.statements, at)?.start ?? at.start, 'ignore');
  }
}

function comment(source: SuppressionSource, text: string): string {
  // A Helm comment keeps the suppression out of what is rendered.
  return source.kind === 'helm-template' ? `{{/* ${text.replaceAll('*/', '* /')} */}}` : `# ${text}`;
}

function topOf(source: SuppressionSource): Range {
  const { lines, text } = source;
  let line = 0;
  while (line < lines.lineCount - 1 && FIRST_LINES.test(lines.line(line))) line++;
  const start = line === 0 && text.startsWith('\uFEFF') ? 1 : lines.lineStart(line);
  return { start, end: start };
}

function innermost(ranges: readonly Range[], at: Range): Range | undefined {
  let best: Range | undefined;
  for (const range of ranges) {
    if (
      range.start <= at.start &&
      at.start <= range.end &&
      at.end <= range.end &&
      (!best || range.end - range.start <= best.end - best.start)
    )
      best = range;
  }
  return best;
}

function jsonEdit(
  source: SuppressionSource,
  root: TreeNode | undefined,
  finding: Finding,
  scope: SuppressionScope,
  reason: string,
  pragma: (keyword: string) => string,
): TextEdit | undefined {
  if (root?.type !== 'map') return undefined;
  if (source.kind === 'terraform-json') {
    const target = scope === 'file' ? root : blockBody(root, finding.range);
    const text = pragma(scope === 'file' ? 'ignore-file' : 'ignore');
    const written = treeEntry(target, '//');
    return written ? appendText(written.value, text) : insertFirst(source, target, '//', JSON.stringify(text));
  }
  if (source.kind === 'packer-json') {
    const pointer =
      scope === 'file' ? '' : pointerTo(root, finding.range, scope === 'block' ? 2 : Number.POSITIVE_INFINITY);
    const item = JSON.stringify(reason === '' ? finding.rule : `${finding.rule} — ${reason}`);
    const own = treeEntry(root, '_immutable')?.value;
    const ignore = treeEntry(own, 'ignore')?.value;
    const existing = treeEntry(ignore, pointer)?.value;
    if (existing?.type === 'sequence') return appendItem(existing, item);
    if (ignore?.type === 'map') return insertFirst(source, ignore, pointer, `[${item}]`);
    if (own) return undefined;
    return insertFirst(source, root, '_immutable', `{ "ignore": { ${JSON.stringify(pointer)}: [${item}] } }`);
  }
  const object = scope === 'file' ? (isObject(root) ? root : undefined) : objectAround(root, finding.range);
  // JSON has no comments: an annotation governs the whole object, which is the least that there is.
  return object && annotate(source, object, finding.rule, reason);
}

/** True for an object of the Kubernetes API. */
function isObject(node: TreeNode): boolean {
  return treeString(node, 'kind') !== undefined && treeString(node, 'apiVersion') !== undefined;
}

/** The Kubernetes object that holds the place: the item, in a `List`. */
function objectAround(root: TreeNode, at: Range): TreeNode | undefined {
  if (!isObject(root)) return undefined;
  const items = treeEntry(root, 'items')?.value;
  const listed =
    items?.type === 'sequence'
      ? items.items.find(({ range }) => range.start <= at.start && at.start < range.end)
      : undefined;
  return (listed && objectAround(listed, at)) ?? root;
}

function annotate(source: SuppressionSource, object: TreeNode, rule: string, reason: string): TextEdit | undefined {
  const key = `${ANNOTATION_PREFIX}${rule.replace('/', '.')}`;
  const value = JSON.stringify(reason);
  const metadata = treeEntry(object, 'metadata')?.value;
  const annotations = treeEntry(metadata, 'annotations')?.value;
  if (annotations?.type === 'map') return insertFirst(source, annotations, key, value);
  if (metadata?.type !== 'map' || annotations) return undefined;
  return insertFirst(source, metadata, 'annotations', `{ ${JSON.stringify(key)}: ${value} }`);
}

type MapTree = Extract<TreeNode, { type: 'map' }>;

/** Puts an entry before the others, on its own line when they stand on theirs. */
function insertFirst(source: SuppressionSource, node: TreeNode, key: string, value: string): TextEdit | undefined {
  if (node.type !== 'map') return undefined;
  const first = node.entries[0];
  const start = node.range.start + 1;
  const entry = `${JSON.stringify(key)}: ${value}`;
  if (!first) return { at: { start, end: start }, text: entry };
  const gap = source.text.slice(start, first.range.start);
  return { at: { start: first.range.start, end: first.range.start }, text: `${entry},${gap === '' ? ' ' : gap}` };
}

/** Adds a pragma to what stands under `"//"`: a text becomes a list. */
function appendText(node: TreeNode, text: string): TextEdit | undefined {
  if (node.type === 'sequence') return appendItem(node, JSON.stringify(text));
  if (node.type !== 'scalar' || typeof node.value !== 'string') return undefined;
  return { at: node.range, text: `[${JSON.stringify(node.value)}, ${JSON.stringify(text)}]` };
}

function appendItem(node: Extract<TreeNode, { type: 'sequence' }>, item: string): TextEdit {
  const last = node.items.at(-1);
  const at = last ? last.range.end : node.range.start + 1;
  return { at: { start: at, end: at }, text: last ? `, ${item}` : item };
}

/** How many labels stand between the keyword and the body of a block in Terraform's JSON syntax. */
const LABELS: Readonly<Record<string, number>> = {
  resource: 2,
  data: 2,
  ephemeral: 2,
  module: 1,
  variable: 1,
  output: 1,
  provider: 1,
  check: 1,
};

/** The body of the top-level block that holds the place: there `"//"` is a comment, in a map argument it would be a key. */
function blockBody(root: MapTree, at: Range): MapTree {
  const holding = (node: TreeNode): TreeNode | undefined => {
    if (node.type === 'map')
      return node.entries.find(({ range }) => range.start <= at.start && at.start < range.end)?.value;
    // A list of one object is that object, also for a place at its key.
    if (node.type === 'sequence')
      return node.items.length === 1
        ? node.items[0]
        : node.items.find(({ range }) => range.start <= at.start && at.start < range.end);
    return undefined;
  };
  const keyword = root.entries.find(({ range }) => range.start <= at.start && at.start < range.end)?.key ?? '';
  let node = holding(root);
  for (let labels = LABELS[keyword] ?? 0; node && labels > 0;) {
    if (node.type === 'map') labels--;
    node = holding(node);
  }
  while (node?.type === 'sequence') node = holding(node);
  return node?.type === 'map' ? node : root;
}

/** JSON pointer (RFC 6901) to the innermost object or item that holds the place, at most `depth` steps long. */
function pointerTo(root: TreeNode, at: Range, depth: number): string {
  const steps: string[] = [];
  let node: TreeNode | undefined = root;
  while (node && steps.length < depth) {
    let next: TreeNode | undefined;
    if (node.type === 'map') {
      const entry: MapTree['entries'][number] | undefined = node.entries.find(
        ({ range }) => range.start <= at.start && at.start < range.end,
      );
      if (entry) steps.push(entry.key.replace(/~/g, '~0').replace(/\//g, '~1'));
      next = entry?.value;
    } else if (node.type === 'sequence') {
      const index: number = node.items.findIndex(({ range }) => range.start <= at.start && at.start < range.end);
      if (index >= 0) steps.push(String(index));
      next = node.items[index];
    }
    node = next;
  }
  return steps.map((step) => `/${step}`).join('');
}
