import type { TextEdit } from '../../core/finding';
import { lineTerminator } from '../../core/text';
import type { DataNode, MapEntry, MapNode, ScalarNode, SequenceNode } from '../../lang/data/tree';

/**
 * Adds an entry to a block or flow map. `lines` are the entry's lines without the map's own indentation:
 * `['securityContext:', '  readOnlyRootFilesystem: true']`. It goes after the entry named `after`, else after the last one.
 * Undefined when there is no place that keeps the text well-formed (a flow map with a nested entry).
 */
export function insertEntry(
  text: string,
  map: MapNode,
  lines: readonly string[],
  after?: string,
): TextEdit | undefined {
  const anchor = map.entries.find((entry) => entry.key === after) ?? map.entries.at(-1);
  if (map.flow) {
    if (lines.length !== 1) return undefined;
    const open = text.indexOf('{', map.range.start) + 1;
    if (!anchor) return { at: { start: open, end: open }, text: ` ${lines[0] ?? ''} ` };
    return { at: { start: anchor.range.end, end: anchor.range.end }, text: `, ${lines[0] ?? ''}` };
  }
  if (!anchor) return undefined;
  return insertAfter(text, anchor.range.end, columnIndent(text, anchor.keyRange.start), lines);
}

/** Adds an item to a block sequence, after its last one. `lines` are the item's lines without the dash. */
export function appendItem(text: string, sequence: SequenceNode, lines: readonly string[]): TextEdit | undefined {
  const last = sequence.items.at(-1);
  if (sequence.flow || !last) return undefined;
  const lineStart = text.lastIndexOf('\n', last.range.start - 1) + 1;
  const before = text.slice(lineStart, last.range.start);
  const dash = before.lastIndexOf('-');
  if (dash < 0 || before.slice(0, dash).trim() !== '') return undefined;
  const shown = lines.map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`));
  return insertAfter(text, last.range.end, before.slice(0, dash), shown);
}

/** Adds a nested entry `key:` with `lines` below it when the value is absent, or adds `lines` to the map that is there. */
export function insertInto(
  text: string,
  parent: MapNode,
  key: string,
  lines: readonly string[],
  after?: string,
): TextEdit | undefined {
  const existing = parent.entries.find((entry) => entry.key === key);
  if (existing?.value.type === 'map') return insertEntry(text, existing.value, lines);
  if (existing) return undefined;
  return insertEntry(text, parent, [`${key}:`, ...lines.map((line) => `  ${line}`)], after);
}

/** Replaces a scalar with its quotes. `replacement` is written as it is: quote it when it needs quotes. */
export function replaceScalar(scalar: ScalarNode, replacement: string): TextEdit {
  return { at: scalar.range, text: replacement };
}

/**
 * Removes an entry with its lines. In a map of one entry the parent would be left empty: then undefined, as for an entry
 * that comes through a merge key.
 */
export function removeEntry(text: string, map: MapNode, entry: MapEntry): TextEdit | undefined {
  if (map.entries.length < 2 || !map.entries.includes(entry)) return undefined;
  if (map.flow) {
    const index = map.entries.indexOf(entry);
    const next = map.entries[index + 1];
    const previous = map.entries[index - 1];
    if (next) return { at: { start: entry.range.start, end: next.range.start }, text: '' };
    return previous && { at: { start: previous.range.end, end: entry.range.end }, text: '' };
  }
  const lineStart = text.lastIndexOf('\n', entry.range.start - 1) + 1;
  const before = text.slice(lineStart, entry.range.start);
  const end = nextLine(text, entry.range.end);
  if (before.trim() === '') return { at: { start: lineStart, end }, text: '' };
  // The first entry of a sequence item (`- name: x`): the next entry moves up behind the dash.
  const next = map.entries[map.entries.indexOf(entry) + 1];
  return next && { at: { start: entry.range.start, end: next.range.start }, text: '' };
}

/** Removes an item of a block sequence with its lines; undefined for the only item and for flow sequences. */
export function removeItem(text: string, sequence: SequenceNode, item: DataNode): TextEdit | undefined {
  if (sequence.items.length < 2) return undefined;
  if (sequence.flow) {
    const index = sequence.items.indexOf(item);
    const next = sequence.items[index + 1];
    const previous = sequence.items[index - 1];
    if (next) return { at: { start: item.range.start, end: next.range.start }, text: '' };
    return previous && { at: { start: previous.range.end, end: item.range.end }, text: '' };
  }
  const lineStart = text.lastIndexOf('\n', item.range.start - 1) + 1;
  if (text.slice(lineStart, item.range.start).trim() !== '-') return undefined;
  return { at: { start: lineStart, end: nextLine(text, item.range.end) }, text: '' };
}

/** The blanks that put a new line in the column of an offset; a dash before it counts as a blank. */
function columnIndent(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return text.slice(lineStart, offset).replace(/[^\s]/g, ' ');
}

function insertAfter(text: string, end: number, indent: string, lines: readonly string[]): TextEdit {
  const terminator = lineTerminator(text);
  const at = lineEnd(text, end);
  const body = lines.map((line) => (line === '' ? '' : indent + line)).join(terminator);
  return { at: { start: at, end: at }, text: terminator + body };
}

/** End of the last line that a node occupies. A block scalar's range may end after its line break. */
function lineEnd(text: string, end: number): number {
  let at = end;
  while (at > 0 && (text[at - 1] === '\n' || text[at - 1] === '\r')) at--;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

function nextLine(text: string, end: number): number {
  let at = lineEnd(text, end);
  if (text[at] === '\r') at++;
  if (text[at] === '\n') at++;
  return at;
}
