import { BYTE_ORDER_MARK, CARRIAGE_RETURN, DOT, HASH, LINE_FEED, PERCENT } from './yaml-characters';
import type { Origin } from './decoded-scalar';
import type { DataDocument, DataNode } from './tree';
import { BlockReader } from './yaml-block';
import { isBlank, YamlCursor } from './yaml-cursor';
import { FlowReader } from './yaml-flow';
import { YamlNodes } from './yaml-nodes';
import { ScalarReader } from './yaml-scalars';

/** One document of a stream. */
export interface DocumentPlace {
  readonly start: number;
  /** Past the `...` line that ends it. */
  readonly end: number;
  /** Offset of its `---`, or -1. */
  readonly marker: number;
  /** Offset of its `...`, or `end`. */
  readonly contentEnd: number;
}

/**
 * Where each document of a stream begins and ends. A `---` or `...` at the beginning of a line ends a document whatever
 * stands before it (YAML 1.2.2, 9.1.2); directives and comments before a `---` belong to the document it opens.
 */
export function documentPlaces(text: string): DocumentPlace[] {
  const places: DocumentPlace[] = [];
  let start = 0;
  let marker = -1;
  const finish = (end: number, contentEnd: number): void => {
    if (end > start && (marker >= 0 || !isPrelude(text, start, end))) places.push({ start, end, marker, contentEnd });
  };
  const found = new MarkerSearch(text);
  for (let at = found.next(); at >= 0; at = found.next()) {
    if (text.charCodeAt(at) === DOT) {
      const lineBreak = text.indexOf('\n', at);
      const end = lineBreak < 0 ? text.length : lineBreak + 1;
      finish(end, at);
      start = end;
      marker = -1;
    } else {
      if (marker >= 0 || !isPrelude(text, start, at)) {
        finish(at, at);
        start = at;
      }
      marker = at;
    }
  }
  if (places.length === 0 || marker >= 0 || !isPrelude(text, start, text.length))
    places.push({ start, end: text.length, marker, contentEnd: text.length });
  return places;
}

/** Finds `---` and `...` at the beginning of lines, in order. */
class MarkerSearch {
  private at = 0;
  private dashes = -2;
  private dots = -2;

  constructor(private readonly text: string) {}

  next(): number {
    const { text } = this;
    if (this.at === 0) {
      this.at = text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
      const first = text.slice(this.at, this.at + 3);
      if ((first === '---' || first === '...') && this.endsMarker(this.at + 3)) return this.at++;
    }
    if (this.dashes !== -1 && this.dashes < this.at) this.dashes = this.search('\n---');
    if (this.dots !== -1 && this.dots < this.at) this.dots = this.search('\n...');
    const nearest = this.dots < 0 || (this.dashes >= 0 && this.dashes < this.dots) ? this.dashes : this.dots;
    this.at = nearest + 1;
    return nearest;
  }

  private search(marker: string): number {
    let from = Math.max(0, this.at - 1);
    for (;;) {
      const found = this.text.indexOf(marker, from);
      if (found < 0) return -1;
      if (this.endsMarker(found + 4)) return found + 1;
      from = found + 4;
    }
  }

  private endsMarker(at: number): boolean {
    const code = this.text.charCodeAt(at);
    return at >= this.text.length || isBlank(code) || code === LINE_FEED || code === CARRIAGE_RETURN;
  }
}

/** True when a part of the text holds only blank lines, comments and directives. */
function isPrelude(text: string, start: number, end: number): boolean {
  for (let at = text.charCodeAt(start) === BYTE_ORDER_MARK ? start + 1 : start; at < end;) {
    const lineBreak = text.indexOf('\n', at);
    const next = lineBreak < 0 || lineBreak >= end ? end : lineBreak + 1;
    let first = at;
    while (first < next && (isBlank(text.charCodeAt(first)) || text.charCodeAt(first) === CARRIAGE_RETURN)) first++;
    const code = text.charCodeAt(first);
    if (first < next && code !== LINE_FEED && code !== HASH && text.charCodeAt(at) !== PERCENT) return false;
    at = next;
  }
  return true;
}

/** Reads one document. Never throws: what cannot be read is missing from the tree, and a problem says so. */
export function readDocument(origin: Origin, { start, end, marker, contentEnd }: DocumentPlace): DataDocument {
  const { text } = origin;
  const cursor = new YamlCursor(text, text.charCodeAt(start) === BYTE_ORDER_MARK ? start + 1 : start, contentEnd);
  const nodes = new YamlNodes(origin);
  const scalars = new ScalarReader(cursor, nodes);
  const block = new BlockReader(cursor, nodes, scalars, new FlowReader(cursor, nodes, scalars));
  readDirectives(cursor, scalars, marker);
  const root = readRoot(cursor, block, marker >= 0);
  if (contentEnd < end) readEnd(cursor, contentEnd, end);
  return { range: { start, end }, root, comments: cursor.comments, problems: cursor.problems };
}

/** The lines before the `---`: comments and directives. */
function readDirectives(cursor: YamlCursor, scalars: ScalarReader, marker: number): void {
  const { text } = cursor;
  while (cursor.nextContent() && cursor.code === PERCENT && cursor.column === 0) {
    const { at } = cursor;
    const end = cursor.skipLine();
    const [name, handle, prefix] = text.slice(at, end).split(/[ \t]+/);
    if (marker < 0) cursor.problem(at, end, 'A `---` line must follow a directive.');
    else if (name === '%TAG' && handle !== undefined && prefix !== undefined) scalars.tagPrefixes.set(handle, prefix);
  }
}

function readRoot(cursor: YamlCursor, block: BlockReader, marked: boolean): DataNode | undefined {
  let isOnMarkerLine = false;
  if (marked) {
    cursor.at += 3;
    const { lineStart } = cursor;
    cursor.nextContent();
    isOnMarkerLine = cursor.lineStart === lineStart;
  }
  if (cursor.ended) return undefined;
  let root = block.node(-1, isOnMarkerLine ? 'key' : 'line', true);
  while (!cursor.ended) {
    const { at } = cursor;
    cursor.problem(at, at + 1, 'This does not belong to what stands before it.');
    const other = block.node(-1, 'line', true);
    if (weight(other) > weight(root)) root = other;
    // Whatever happens, something is read.
    if (cursor.at === at) cursor.at = cursor.lineEnd;
  }
  return root;
}

/** Of several nodes at the top the one that looks most like the document: a block rather than a stray line. */
function weight(node: DataNode): number {
  const isBlock = (node.type === 'map' || node.type === 'sequence') && !node.flow;
  return node.range.end - node.range.start + (isBlock ? 1e9 : 0);
}

/** The `...` line. */
function readEnd(cursor: YamlCursor, contentEnd: number, end: number): void {
  const line = new YamlCursor(cursor.text, contentEnd, end);
  line.at += 3;
  if (line.nextContent()) cursor.problem(line.at, line.skipLine(), 'Nothing but a comment may follow `...`.');
  line.nextContent();
  cursor.comments.push(...line.comments);
}
