import type { TextEdit } from '../../core/finding';
import { lineTerminator } from '../../core/text';
import { parseJson } from '../../lang/data/json';
import { asMap, type DataNode, type MapEntry, type MapNode } from '../../lang/data/tree';
import type { Body, Expression, HclFile } from '../../lang/hcl/ast';
import { parseHcl } from '../../lang/hcl/parse';
import type { ConfigBlock } from '../config-block';
import { edit, indentAt, lineStart, type EditedFile } from './hcl-text';

/** A block to insert. */
interface NewBlock {
  readonly kind: string;
  readonly labels: readonly string[];
  readonly body: { readonly [key: string]: Json };
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const roots = new WeakMap<HclFile, DataNode | undefined>();

function rootOf(file: HclFile): DataNode | undefined {
  if (!roots.has(file)) roots.set(file, parseJson(file.text).documents[0]?.root);
  return roots.get(file);
}

/** An entry or item and what holds it, from the root inwards. */
interface Step {
  readonly holder: DataNode;
  readonly entry: MapEntry | undefined;
  readonly node: DataNode;
}

/** The way to the innermost map or entry that begins at an offset. */
function pathTo(file: HclFile, start: number): readonly Step[] {
  const path: Step[] = [];
  let current = rootOf(file);
  while (current && current.range.start !== start) {
    const holder: DataNode = current;
    let next: Step | undefined;
    if (holder.type === 'map') {
      const entry = holder.entries.find(({ range }) => range.start <= start && start < range.end);
      next = entry && { holder, entry, node: entry.value };
    } else if (holder.type === 'sequence') {
      const node = holder.items.find(({ range }) => range.start <= start && start < range.end);
      next = node && { holder, entry: undefined, node };
    }
    if (!next) return [];
    path.push(next);
    if (next.entry?.keyRange.start === start) return path;
    current = next.node;
  }
  return path;
}

function mapOf(block: ConfigBlock): MapNode | undefined {
  const start = block.node.type === 'block' ? block.node.openBrace.start : block.node.range.start;
  const path = pathTo(block.file, start);
  const found = asMap(path.at(-1)?.node ?? rootOf(block.file));
  return found?.range.start === start ? found : undefined;
}

/** See `insertAttribute` in `hcl.ts`. */
export function insertJsonAttribute(
  block: ConfigBlock,
  name: string,
  value: string,
  after: string | undefined,
): TextEdit[] {
  const map = mapOf(block);
  return map ? insertEntry(block, map, name, valueOf(value), after) : [];
}

/** The JSON form of a value that is written in native syntax. */
export function jsonText(value: string, target: EditedFile, offset: number): string {
  return write(valueOf(value), indentAt(target.file.text, offset), target.file.text);
}

/** See `insertBlock` in `hcl.ts`. */
export function insertJsonBlock(block: ConfigBlock, lines: readonly string[]): TextEdit[] {
  const added = blockIn(lines);
  if (!added) return [];
  const list = block.kind === 'build' ? legacyLists.get(added.kind) : undefined;
  if (list) return insertLegacyStep(block, list, added);
  const map = mapOf(block);
  return map ? insertAt(block, map, [added.kind, ...added.labels], added.body) : [];
}

/** See `insertTopLevel` in `hcl.ts`. */
export function insertJsonTopLevel(target: EditedFile, lines: readonly string[]): TextEdit[] {
  const root = asMap(rootOf(target.file));
  const added = blockIn(lines);
  if (!root || !added) return [];
  return insertAt(target, root, [added.kind, ...added.labels], added.body);
}

/** Removes the entry or item that begins at an offset, and up to `levels` entries around it that would be left empty. */
export function removeJson(target: EditedFile, start: number, levels: number): TextEdit[] {
  const path = [...pathTo(target.file, start)];
  let removed = path.pop();
  // An object in a list of its own goes with the entry that holds the list.
  for (let climbed = 0; removed && path.length > 0;) {
    const { holder } = removed;
    const alone =
      holder.type === 'sequence' ? holder.items.length === 1 : holder.type === 'map' && holder.entries.length === 1;
    if (!alone || (holder.type === 'map' && climbed++ >= levels)) break;
    removed = path.pop();
  }
  if (!removed) return [];
  const { text } = target.file;
  const range = removed.entry?.range ?? removed.node.range;
  const before = text.slice(0, range.start).trimEnd().length;
  const after = range.end + (text.slice(range.end).length - text.slice(range.end).trimStart().length);
  if (text[after] === ',') return [edit(target, before, after + 1, '')];
  if (text[before - 1] === ',') return [edit(target, before - 1, range.end, '')];
  return [edit(target, before, after, '')];
}

/** Lists of a legacy Packer template by the block that stands for their items. */
const legacyLists: ReadonlyMap<string, string> = new Map([
  ['provisioner', 'provisioners'],
  ['post-processor', 'post-processors'],
]);

function insertLegacyStep(target: EditedFile, list: string, step: NewBlock): TextEdit[] {
  const root = asMap(rootOf(target.file));
  const body = { type: step.labels[0] ?? '', ...step.body };
  const existing = root?.entries.find((entry) => entry.key === list);
  if (!root) return [];
  if (!existing) return insertEntry(target, root, list, [body], undefined);
  return existing.value.type === 'sequence' ? appendItem(target, existing.value.range, existing.value.items, body) : [];
}

/** Adds an object at a path of keys; what is there already becomes a list of objects. */
function insertAt(target: EditedFile, map: MapNode, path: readonly string[], body: Json): TextEdit[] {
  const [key, ...rest] = path;
  if (key === undefined) return [];
  const existing = map.entries.find((entry) => entry.key === key);
  if (!existing) {
    const nested = [...rest].reverse().reduce<Json>((inner, label) => ({ [label]: inner }), body);
    return insertEntry(target, map, key, nested, undefined);
  }
  const { value } = existing;
  if (value.type === 'map' && rest.length > 0) return insertAt(target, value, rest, body);
  const nested = [...rest].reverse().reduce<Json>((inner, label) => ({ [label]: inner }), body);
  if (value.type === 'sequence') return appendItem(target, value.range, value.items, nested);
  if (value.type !== 'map') return [];
  const shown = write(nested, indentAt(target.file.text, value.range.start), target.file.text);
  return [
    edit(target, value.range.start, value.range.start, '['),
    edit(target, value.range.end, value.range.end, `, ${shown}]`),
  ];
}

function appendItem(
  target: EditedFile,
  list: { start: number; end: number },
  items: readonly DataNode[],
  item: Json,
): TextEdit[] {
  const { text } = target.file;
  const last = items.at(-1);
  if (!last) return [edit(target, list.start + 1, list.end - 1, write(item, indentAt(text, list.start), text))];
  const own = text.slice(lineStart(text, last.range.start), last.range.start).trim() === '';
  const indent = indentAt(text, last.range.start);
  const gap = own ? lineTerminator(text) + indent : ' ';
  return [edit(target, last.range.end, last.range.end, `,${gap}${write(item, indent, text)}`)];
}

function insertEntry(
  target: EditedFile,
  map: MapNode,
  key: string,
  value: Json,
  after: string | undefined,
): TextEdit[] {
  const { text } = target.file;
  const terminator = lineTerminator(text);
  const anchor = map.entries.find((entry) => entry.key === after) ?? map.entries.at(-1);
  const entryText = (indent: string): string => `${JSON.stringify(key)}: ${write(value, indent, text)}`;
  if (!anchor) {
    const outer = indentAt(text, map.range.start);
    const inner = outer + unitOf(text);
    const shown = text.trim().includes('\n')
      ? `${terminator}${inner}${entryText(inner)}${terminator}${outer}`
      : entryText(outer);
    return [edit(target, map.range.start + 1, map.range.end - 1, shown)];
  }
  const own = text.slice(lineStart(text, anchor.range.start), anchor.range.start).trim() === '';
  const indent = indentAt(text, anchor.range.start);
  const at = anchor.range.end;
  return [edit(target, at, at, `,${own ? terminator + indent : ' '}${entryText(indent)}`)];
}

/** One step of indentation: that of the first entry, two blanks in a text of one line. */
function unitOf(text: string): string {
  return /^\s*\{\r?\n([ \t]+)/.exec(text)?.[1] ?? '  ';
}

function write(value: Json, indent: string, text: string): string {
  if (!text.trim().includes('\n')) return JSON.stringify(value);
  return JSON.stringify(value, undefined, unitOf(text))
    .split('\n')
    .join(lineTerminator(text) + indent);
}

/** The block that lines in native syntax hold, with its body as JSON. */
function blockIn(lines: readonly string[]): NewBlock | undefined {
  const text = `${lines.join('\n')}\n`;
  const block = parseHcl(text).body.items.find((item) => item.type === 'block');
  return block && { kind: block.kind, labels: block.labels.map(({ value }) => value), body: bodyOf(block.body, text) };
}

function valueOf(written: string): Json {
  const text = `value = ${written}\n`;
  const item = parseHcl(text).body.items[0];
  return item?.type === 'attribute' ? toJson(item.value, text) : null;
}

function bodyOf(body: Body, text: string): { readonly [key: string]: Json } {
  const result: { [key: string]: Json } = {};
  for (const item of body.items) {
    if (item.type === 'attribute') result[item.name] = toJson(item.value, text);
    else {
      const nested = [...item.labels]
        .reverse()
        .reduce<Json>((inner, { value }) => ({ [value]: inner }), bodyOf(item.body, text));
      const existing = result[item.kind];
      result[item.kind] =
        existing === undefined ? nested : [...(Array.isArray(existing) ? (existing as Json[]) : [existing]), nested];
    }
  }
  return result;
}

function toJson(expression: Expression, text: string): Json {
  const source = (part: { readonly start: number; readonly end: number }): string => text.slice(part.start, part.end);
  switch (expression.type) {
    case 'literal':
      return expression.value;
    case 'template':
      return expression.parts
        .map((part) => (part.type === 'text' ? part.text.text.replace(/([$%])(?=\{)/g, '$1$1') : source(part.range)))
        .join('');
    case 'tuple':
      return expression.items.map((item) => toJson(item, text));
    case 'object': {
      const entries = expression.items.map((item): [string, Json] => [
        item.name ?? `\${${source(item.key.range)}}`,
        toJson(item.value, text),
      ]);
      return Object.fromEntries(entries);
    }
    case 'unary':
      if (
        expression.operator === '-' &&
        expression.operand.type === 'literal' &&
        typeof expression.operand.value === 'number'
      ) {
        return -expression.operand.value;
      }
      return `\${${source(expression.range)}}`;
    default:
      return `\${${source(expression.range)}}`;
  }
}
