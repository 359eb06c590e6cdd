import {
  AMPERSAND,
  COLON,
  DASH,
  EXCLAMATION,
  GREATER_THAN,
  OPEN_BRACE,
  OPEN_BRACKET,
  PIPE,
  QUESTION,
} from './yaml-characters';
import { HOLE } from '../../core/mapped-text';
import type { YamlCursor } from './yaml-cursor';
import type { FlowReader } from './yaml-flow';
import { isPlain, keyOf, LeafReader } from './yaml-leaves';
import type { Key } from './yaml-leaves';
import { DEPTH_LIMIT, mapEntry } from './yaml-nodes';
import type { GrowingSequence, Properties, YamlNodes } from './yaml-nodes';
import type { ScalarReader } from './yaml-scalars';
import type { DataNode, MapEntry, MapNode, SequenceNode } from './tree';

/**
 * Where a node begins: on a line of its own; behind a `-` or `?`, where a map or a sequence may follow; or behind a
 * `key:`, where none may.
 */
type Place = 'line' | 'dash' | 'key';

/**
 * Reads block maps and sequences by their columns. A line that stands in a wrong column belongs to the innermost
 * collection that it can belong to, so that one wrong line does not cost the rest.
 *
 * Every method that reads a node leaves the cursor at the next content of the document.
 */
export class BlockReader {
  /** The block sequence that was completed last: items in a wrong column are added to it. */
  private lastSequence: GrowingSequence | undefined;
  private readonly leaves: LeafReader;

  constructor(
    private readonly cursor: YamlCursor,
    private readonly nodes: YamlNodes,
    private readonly scalars: ScalarReader,
    private readonly flow: FlowReader,
  ) {
    this.leaves = new LeafReader(cursor, nodes, scalars, flow);
  }

  /**
   * The node at the cursor.
   *
   * @param column of the collection around it, -1 for none
   * @param indentless a sequence may stand in the column of the collection around it
   */
  node(column: number, place: Place, indentless: boolean): DataNode {
    if (this.flow.depth >= DEPTH_LIMIT) return this.tooDeep(column);
    this.flow.depth++;
    const node = this.nodeAt(column, place, indentless);
    this.flow.depth--;
    return node;
  }

  private tooDeep(column: number): DataNode {
    const { cursor } = this;
    const start = cursor.at;
    cursor.problem(start, start + 1, 'The document is nested too deeply to be read.');
    do cursor.skipLine();
    while (cursor.nextContent() && cursor.column > column);
    return this.nodes.empty(start);
  }

  private nodeAt(column: number, place: Place, indentless: boolean): DataNode {
    const { cursor, nodes, scalars } = this;
    let outer: Properties | undefined;
    let where = place;
    for (;;) {
      const own = cursor.column;
      if (cursor.isIndicator(DASH)) return this.sequence(own, column, where, outer);
      if (cursor.isIndicator(QUESTION) || cursor.isIndicator(COLON))
        return this.map(own, column, where, outer, undefined);
      const inner = scalars.properties();
      if (!inner) return this.leafOrMap(own, column, where, outer, undefined);
      if (!cursor.lineIsOver) {
        if (cursor.isIndicator(DASH)) return this.sequence(cursor.column, column, 'key', inner);
        if (cursor.isIndicator(QUESTION)) return this.map(cursor.column, column, 'key', inner, undefined);
        return this.leafOrMap(own, column, where, outer, inner);
      }
      // Alone on their line they belong to what follows on the next one.
      outer = outer ? scalars.merged(outer, inner) : inner;
      if (!cursor.nextContent() || !this.isInside(column, indentless)) return nodes.empty(outer.end, outer);
      where = 'line';
    }
  }

  private isInside(column: number, indentless: boolean): boolean {
    const { cursor } = this;
    return cursor.column > column || (indentless && cursor.column === column && cursor.isIndicator(DASH));
  }

  /** What follows a `-`, a `?` or a `:`. `after` is where it would stand when nothing is written. */
  private value(column: number, place: Place, indentless: boolean, after: number): DataNode {
    const { cursor } = this;
    cursor.skipBlanks();
    if (!cursor.lineIsOver) return this.node(column, place, indentless);
    if (!cursor.nextContent() || !this.isInside(column, indentless)) return this.nodes.empty(after);
    return this.node(column, 'line', indentless);
  }

  private leafOrMap(
    own: number,
    column: number,
    place: Place,
    outer: Properties | undefined,
    inner: Properties | undefined,
  ): DataNode {
    const { cursor, scalars } = this;
    const { code, at: start, tab } = cursor;
    if (
      place === 'line' &&
      tab >= 0 &&
      tab - cursor.lineStart <= Math.max(column, 0) &&
      code !== OPEN_BRACKET &&
      code !== OPEN_BRACE
    )
      cursor.tabProblem(tab);
    if (code === PIPE || code === GREATER_THAN) {
      const scalar = scalars.block(column, outer && inner ? scalars.merged(outer, inner) : (outer ?? inner));
      cursor.nextContent();
      return scalar;
    }
    if (isPlain(code)) {
      const stop = cursor.plainEnd(start, false);
      if (stop < cursor.lineEnd && cursor.text.charCodeAt(stop) === COLON) {
        scalars.checkStart();
        cursor.at = stop;
        return this.map(own, column, place, outer, this.leaves.plainKey(start, stop, inner));
      }
    }
    const firstLine = cursor.save();
    const problems = cursor.problems.length;
    let leaf = this.leaves.read(column, inner);
    if (this.atColon()) {
      const { range } = leaf;
      if (firstLine.lineStart !== cursor.lineStart)
        cursor.problem(range.start, range.end, 'A key must stand on one line.');
      return this.map(own, column, place, outer, keyOf(leaf));
    }
    if (outer) {
      // No key, so the properties on the line before belong to it too.
      cursor.problems.length = problems;
      cursor.restore(firstLine);
      leaf = this.leaves.read(column, inner ? scalars.merged(outer, inner) : outer);
    }
    if (place !== 'key' && leaf.type === 'scalar' && leaf.style === 'plain') {
      const end = cursor.save();
      if (this.keysFollow(own, place)) {
        cursor.restore(firstLine);
        cursor.at = cursor.plainEnd(start, false);
        return this.map(own, column, place, outer, this.leaves.plainKey(start, cursor.at, inner));
      }
      cursor.restore(end);
    }
    this.finishLine();
    return place === 'key' && cursor.text[start] === HOLE ? this.withRendered(column, leaf) : leaf;
  }

  /**
   * In a template, `labels: {{ include … | nindent 4 }}` may go on with more entries or items below: then the action
   * stands for an entry or an item of which nothing is known.
   */
  private withRendered(column: number, rendered: DataNode): DataNode {
    const { cursor, nodes } = this;
    if (nodes.origin.actions.length === 0 || cursor.ended || cursor.column <= column) return rendered;
    if (!cursor.isIndicator(DASH) && !cursor.looksLikeKey) return rendered;
    const node = this.node(column, 'line', false);
    const { start, end } = rendered.range;
    const range = { start, end: Math.max(end, node.range.end) };
    if (node.type === 'map')
      return { ...node, range, entries: [mapEntry(HOLE, rendered.range, nodes.empty(end)), ...node.entries] };
    return node.type === 'sequence' ? { ...node, range, items: [rendered, ...node.items] } : rendered;
  }

  /**
   * Whether the content after a scalar shows that it is a key whose colon is missing: keys in its own column, or keys or
   * items below it.
   */
  private keysFollow(own: number, place: Place): boolean {
    const { cursor } = this;
    if (!cursor.lineIsOver || !cursor.nextContent() || cursor.column < own) return false;
    return cursor.isIndicator(DASH) ? place === 'line' || cursor.column > own : cursor.looksLikeKey;
  }

  /** Skips blanks; true at a `:` that ends a key. */
  private atColon(): boolean {
    const { cursor } = this;
    cursor.skipBlanks();
    return cursor.isIndicator(COLON);
  }

  /** Goes on to the next content. What is left of the line belongs to nothing. */
  private finishLine(): void {
    const { cursor } = this;
    cursor.skipBlanks();
    if (!cursor.lineIsOver) {
      const { at } = cursor;
      cursor.problem(at, cursor.skipLine(), 'This does not belong to the value before it.');
    }
    cursor.nextContent();
  }

  /**
   * A block map from the cursor on, which stands at the first entry or, when its key was read already, at the colon.
   *
   * @param own the map's column
   * @param column of the collection around it
   */
  private map(
    own: number,
    column: number,
    place: Place,
    properties: Properties | undefined,
    first: Key | undefined,
  ): MapNode {
    const { cursor, nodes } = this;
    const start = first?.start ?? cursor.at;
    if (place === 'key') cursor.problem(start, start + 1, 'A map must begin on a line of its own.');
    else cursor.checkIndent(cursor.lineStart + own);
    const entries: MapEntry[] = [];
    let key = first;
    let end: number;
    do {
      end = key ? this.finishEntry(own, entries, key) : this.entry(own, entries);
      key = undefined;
    } while (this.findEntry(own, column, place === 'dash', entries));
    // Items in a wrong column may have made the last entry longer.
    end = Math.max(end, entries[entries.length - 1]?.range.end ?? 0);
    return nodes.map(start, end, false, entries, properties);
  }

  /** Whether an entry of the map comes next. Passes over lines that fit nowhere. */
  private findEntry(own: number, column: number, inSequence: boolean, entries: MapEntry[]): boolean {
    const { cursor } = this;
    while (!cursor.ended) {
      const here = cursor.column;
      const isItem = cursor.isIndicator(DASH);
      if (here === own && !isItem) {
        if (cursor.tab >= 0) cursor.checkIndent(cursor.at);
        return true;
      }
      if (here <= column || (isItem && inSequence)) return false;
      const { at } = cursor;
      if (isItem) {
        cursor.problem(at, at + 1, 'A list item cannot stand among the keys of a map.');
        this.strayItems(here, column, entries);
        continue;
      }
      cursor.problem(at, at + 1, `This line is indented ${here > own ? 'more' : 'less'} than the keys beside it.`);
      if (cursor.looksLikeKey) return true;
      cursor.skipLine();
      cursor.nextContent();
    }
    return false;
  }

  /** Items in a wrong column: they go on with the sequence of the last entry, or are its value when it has none. */
  private strayItems(here: number, column: number, entries: MapEntry[]): void {
    const last = entries[entries.length - 1];
    const { lastSequence } = this;
    let value: DataNode | undefined;
    if (last && last.value === lastSequence) {
      this.items(lastSequence, here, column);
      value = lastSequence;
      this.lastSequence = lastSequence;
    } else {
      const sequence = this.sequence(here, column, 'line', undefined);
      if (last?.value.type === 'scalar' && last.value.range.start === last.value.range.end) value = sequence;
    }
    if (last && value) entries[entries.length - 1] = mapEntry(last.key, last.keyRange, value);
  }

  /** One entry, from its key on. Returns where it ends, as the methods below do. */
  private entry(own: number, entries: MapEntry[]): number {
    const { cursor, scalars } = this;
    const { at: start, code } = cursor;
    if (cursor.isIndicator(QUESTION)) return this.explicitEntry(own, entries);
    if (cursor.isIndicator(COLON)) return this.finishEntry(own, entries, { text: '', start, end: start });
    const properties = code === AMPERSAND || code === EXCLAMATION ? scalars.properties() : undefined;
    const { at: from } = cursor;
    let key: Key;
    if (isPlain(cursor.code)) {
      scalars.checkStart();
      cursor.at = cursor.plainEnd(from, false);
      key = this.leaves.plainKey(from, cursor.at, properties);
    } else if (cursor.code === PIPE || cursor.code === GREATER_THAN) {
      const { range } = scalars.block(own, properties);
      cursor.problem(range.start, range.end, 'A key and a colon are missing before this text.');
      cursor.nextContent();
      return range.end;
    } else key = keyOf(this.leaves.read(own, properties));
    return this.atColon() ? this.finishEntry(own, entries, key) : this.keyWithoutColon(own, entries, key);
  }

  /** The colon at the cursor and the value behind it. */
  private finishEntry(own: number, entries: MapEntry[], key: Key): number {
    const { cursor } = this;
    if (!cursor.isIndicator(COLON)) return this.keyWithoutColon(own, entries, key);
    const after = ++cursor.at;
    const value = this.value(own, 'key', true, after);
    if (key.text !== undefined) entries.push(mapEntry(key.text, { start: key.start, end: key.end }, value));
    return value.range.end;
  }

  /** Somebody is typing: the key counts, and so does what is indented below it. */
  private keyWithoutColon(own: number, entries: MapEntry[], key: Key): number {
    const { cursor, nodes } = this;
    cursor.problem(key.start, key.end, 'A colon is missing after this key.');
    cursor.skipBlanks();
    if (!cursor.lineIsOver) cursor.skipLine();
    let value: DataNode | undefined;
    if (cursor.nextContent()) {
      const isItem = cursor.isIndicator(DASH);
      if (isItem ? cursor.column >= own : cursor.column > own && cursor.looksLikeKey)
        value = this.node(own, 'line', true);
    }
    value ??= nodes.empty(key.end);
    if (key.text !== undefined) entries.push(mapEntry(key.text, { start: key.start, end: key.end }, value));
    return value.range.end;
  }

  /** `? key` and, on a line of its own, `: value`. */
  private explicitEntry(own: number, entries: MapEntry[]): number {
    const { cursor, nodes } = this;
    const after = ++cursor.at;
    const key = this.value(own, 'dash', true, after);
    let value: DataNode | undefined;
    if (!cursor.ended && cursor.column === own && cursor.isIndicator(COLON)) {
      const colonEnd = ++cursor.at;
      value = this.value(own, 'dash', true, colonEnd);
    }
    value ??= nodes.empty(key.range.end);
    if (key.type === 'scalar') entries.push(mapEntry(key.text.text, key.range, value));
    return Math.max(key.range.end, value.range.end);
  }

  /**
   * A block sequence from its first `-` on.
   *
   * @param own the sequence's column
   * @param column of the collection around it
   */
  private sequence(own: number, column: number, place: Place, properties: Properties | undefined): SequenceNode {
    const { cursor, nodes } = this;
    if (place === 'key') cursor.problem(cursor.at, cursor.at + 1, 'A list must begin on a line of its own.');
    else cursor.checkIndent(cursor.at);
    const sequence = nodes.sequence(cursor.at, false, properties);
    this.items(sequence, own, column);
    return nodes.register(sequence);
  }

  private items(sequence: GrowingSequence, own: number, column: number): void {
    const { cursor } = this;
    const { start } = sequence.range;
    for (;;) {
      const here = cursor.column;
      const after = ++cursor.at;
      const item = this.value(here, 'dash', false, after);
      sequence.items.push(item);
      sequence.range = { start, end: item.range.end };
      if (!this.findItem(sequence, own, column)) break;
    }
    this.lastSequence = sequence;
  }

  /** Whether an item of the sequence comes next. Passes over lines that fit nowhere. */
  private findItem(sequence: GrowingSequence, own: number, column: number): boolean {
    const { cursor } = this;
    while (!cursor.ended) {
      const here = cursor.column;
      const { at } = cursor;
      if (cursor.isIndicator(DASH)) {
        if (here === own) {
          if (cursor.tab >= 0) cursor.checkIndent(at);
          return true;
        }
        if (here <= column) return false;
        cursor.problem(at, at + 1, `This item is indented ${here > own ? 'more' : 'less'} than the items beside it.`);
        return true;
      }
      if (here <= own) return false;
      cursor.problem(at, at + 1, 'This does not belong to the item before it.');
      const extra = this.node(own, 'line', false);
      const last = sequence.items[sequence.items.length - 1];
      if (extra.type === 'map' && !extra.flow && last && last.type !== 'map' && last.type !== 'sequence') {
        sequence.items.push(extra);
        sequence.range = { start: sequence.range.start, end: extra.range.end };
      }
    }
    return false;
  }
}
