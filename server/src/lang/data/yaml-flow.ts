import {
  ASTERISK,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DASH,
  DOUBLE_QUOTE,
  HASH,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUESTION,
  SINGLE_QUOTE,
} from './yaml-characters';
import { isFlowIndicator } from './yaml-cursor';
import type { YamlCursor } from './yaml-cursor';
import { DEPTH_LIMIT, mapEntry } from './yaml-nodes';
import type { Properties, YamlNodes } from './yaml-nodes';
import type { ScalarReader } from './yaml-scalars';
import type { DataNode, MapEntry, MapNode, SequenceNode } from './tree';

/** Reads `[…]` and `{…}`. One that never closes ends where a line reads like the next key or item of the block around it. */
export class FlowReader {
  /** How many collections, flow and block, are open. */
  depth = 0;
  private openMaps = 0;
  private openSequences = 0;

  constructor(
    private readonly cursor: YamlCursor,
    private readonly nodes: YamlNodes,
    private readonly scalars: ScalarReader,
  ) {}

  /**
   * Reads the collection at the cursor and leaves the cursor behind it.
   *
   * @param column of the block collection around it
   */
  collection(column: number, properties?: Properties): MapNode | SequenceNode {
    const { cursor, nodes } = this;
    const { at: start } = cursor;
    const isMap = cursor.code === OPEN_BRACE;
    const entries: MapEntry[] = [];
    const sequence = isMap ? undefined : nodes.sequence(start, true, properties);
    let end = start + 1;
    if (this.depth >= DEPTH_LIMIT) {
      cursor.problem(start, start + 1, 'The document is nested too deeply to be read.');
      cursor.at = cursor.lineEnd;
    } else {
      this.depth++;
      if (isMap) this.openMaps++;
      else this.openSequences++;
      cursor.at++;
      end = this.members(column, isMap, (flowColumn) => {
        if (sequence) return this.item(flowColumn, sequence.items);
        return this.pair(flowColumn, entries, true);
      });
      if (isMap) this.openMaps--;
      else this.openSequences--;
      this.depth--;
    }
    if (!sequence) return nodes.map(start, end, true, entries, properties);
    sequence.range = { start, end };
    return nodes.register(sequence);
  }

  /** What stands between the brackets. Returns where the collection ends. */
  private members(column: number, isMap: boolean, read: (column: number) => number): number {
    const { cursor } = this;
    const start = cursor.at - 1;
    const close = isMap ? CLOSE_BRACE : CLOSE_BRACKET;
    let end = cursor.at;
    let expectsMember = true;
    for (;;) {
      const before = expectsMember || isMap ? undefined : cursor.save();
      const found = this.skipSpace(column, isMap);
      const { at, code } = cursor;
      if (found && code === close) return ++cursor.at;
      const isOther = found && (code === CLOSE_BRACE || code === CLOSE_BRACKET);
      const ends = !found || (isOther && (isMap ? this.openSequences : this.openMaps) > 0);
      const isNextKey = before !== undefined && before.lineStart !== cursor.lineStart && this.atPlainKey();
      if (ends || isNextKey) {
        if (before && isNextKey) cursor.restore(before);
        cursor.problem(start, start + 1, `The closing \`${isMap ? '}' : ']'}\` is missing.`);
        return end;
      }
      if (isOther) {
        cursor.problem(at, at + 1, `\`${String.fromCharCode(code)}\` closes nothing.`);
        end = ++cursor.at;
      } else if (code === COMMA) {
        if (expectsMember) cursor.problem(at, at + 1, 'There is no value before the comma.');
        expectsMember = true;
        end = ++cursor.at;
      } else {
        if (!expectsMember) cursor.problem(at, at + 1, 'A comma is missing before this.');
        expectsMember = false;
        end = read(column);
        // Whatever happens, something is read.
        if (cursor.at === at) end = ++cursor.at;
      }
    }
  }

  private atPlainKey(): boolean {
    const { cursor } = this;
    return cursor.code !== DOUBLE_QUOTE && cursor.code !== SINGLE_QUOTE && cursor.looksLikeKey;
  }

  /**
   * Moves over blanks, comments and line breaks. False, and still on its line, when the document ends or a line belongs
   * to the block around.
   */
  private skipSpace(column: number, inMap: boolean): boolean {
    const { cursor } = this;
    for (;;) {
      cursor.skipBlanks();
      if (cursor.at < cursor.lineEnd) {
        if (cursor.code !== HASH) return true;
        if (!cursor.atComment) cursor.problem(cursor.at, cursor.at + 1, 'A blank must stand before a comment.');
        cursor.comment();
      }
      if (cursor.nextLine >= cursor.end) return false;
      const line = cursor.save();
      cursor.openLine(cursor.nextLine);
      cursor.skipIndent();
      if (cursor.lineIsOver) continue;
      const spaces = (cursor.tab < 0 ? cursor.at : cursor.tab) - cursor.lineStart;
      if (spaces > column || this.mayDedent(column, inMap)) return true;
      cursor.restore(line);
      return false;
    }
  }

  /** Whether a line that is not indented more than the block around still belongs to the collection. */
  private mayDedent(column: number, inMap: boolean): boolean {
    const { cursor } = this;
    const { at, code } = cursor;
    const closes = code === CLOSE_BRACE || code === CLOSE_BRACKET;
    // A closing bracket below the key is not in the letter of YAML, but every parser takes it.
    if (closes && cursor.column === column && this.openMaps + this.openSequences === 1) return true;
    const isQuoted = code === DOUBLE_QUOTE || code === SINGLE_QUOTE;
    if (!closes && (cursor.isIndicator(DASH) || (cursor.looksLikeKey && !(inMap && isQuoted)))) return false;
    cursor.problem(at, at + 1, 'What is in brackets must be indented more than the key.');
    return true;
  }

  /** An item of a sequence. Returns where it ends. */
  private item(column: number, items: DataNode[]): number {
    const { cursor } = this;
    if (cursor.isIndicator(QUESTION) || this.atColon(false)) return this.single(column, items);
    const start = cursor.save();
    const properties = this.scalars.properties();
    const node = this.node(column, false, properties);
    const end = cursor.at;
    cursor.skipBlanks();
    if (!this.atColon(isJson(node))) {
      items.push(node);
      return Math.max(node.range.end, end);
    }
    if (start.lineStart !== cursor.lineStart) {
      cursor.problem(node.range.start, node.range.end, 'A key must stand on one line.');
      items.push(node);
      return (cursor.at += 1);
    }
    return this.single(column, items, node);
  }

  /** A pair in a sequence: a map of one entry. */
  private single(column: number, items: DataNode[], key?: DataNode): number {
    const { cursor, nodes } = this;
    const start = key?.range.start ?? cursor.at;
    const entries: MapEntry[] = [];
    const end = key ? this.afterKey(column, entries, key) : this.pair(column, entries, false);
    items.push(nodes.map(Math.min(start, entries[0]?.range.start ?? start), end, true, entries));
    return end;
  }

  /** A pair of a map, or one in a sequence that begins with `?` or `:`. Returns where it ends. */
  private pair(column: number, entries: MapEntry[], inMap: boolean): number {
    const { cursor, nodes, scalars } = this;
    const start = cursor.at;
    if (cursor.isIndicator(QUESTION)) {
      cursor.at++;
      if (!this.skipSpace(column, inMap)) return start + 1;
    }
    const properties = scalars.properties();
    const isEmpty = this.atColon(false) || this.endsValue();
    const key = isEmpty ? nodes.empty(properties?.end ?? cursor.at, properties) : this.node(column, true, properties);
    return this.afterKey(column, entries, key);
  }

  /** The colon and the value after a key. */
  private afterKey(column: number, entries: MapEntry[], key: DataNode): number {
    const { cursor, nodes } = this;
    const keyEnd = cursor.at;
    const here = cursor.save();
    let value: DataNode;
    if (this.skipSpace(column, true) && this.atColon(isJson(key))) {
      const after = ++cursor.at;
      value = this.value(column, after);
    } else {
      cursor.restore(here);
      value = nodes.empty(key.range.end);
    }
    if (key.type === 'scalar') {
      entries.push(mapEntry(key.text.text, key.range, value));
    }
    return Math.max(keyEnd, value.range.end);
  }

  private value(column: number, after: number): DataNode {
    const { nodes, scalars } = this;
    if (!this.skipSpace(column, true) || this.endsValue()) return nodes.empty(after);
    const properties = scalars.properties();
    if (!this.skipSpace(column, true) || this.endsValue()) return nodes.empty(properties?.end ?? after, properties);
    return this.node(column, false, properties);
  }

  private endsValue(): boolean {
    const { code } = this.cursor;
    return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET;
  }

  /** One node. `keys`: a plain scalar of several lines may be a key. */
  private node(column: number, keys: boolean, properties: Properties | undefined): DataNode {
    const { cursor, nodes, scalars } = this;
    if (properties && (cursor.lineIsOver || this.endsValue())) {
      if (!this.skipSpace(column, true) || this.endsValue()) return nodes.empty(properties.end, properties);
    }
    if (cursor.isIndicator(DASH)) {
      cursor.problem(cursor.at, cursor.at + 1, 'A list with dashes cannot stand in brackets.');
      cursor.at++;
      if (!this.skipSpace(column, keys) || this.endsValue()) return nodes.empty(cursor.at, properties);
    }
    switch (cursor.code) {
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE:
        return scalars.quoted(column, true, properties);
      case OPEN_BRACKET:
      case OPEN_BRACE:
        return this.collection(column, properties);
      case ASTERISK:
        if (properties) cursor.problem(cursor.at, cursor.at + 1, 'An alias can have no anchor and no tag.');
        return scalars.alias();
      default:
        return scalars.plain(column, true, keys, properties);
    }
  }

  /** True at a `:` that separates key and value. After a quoted key or a collection it needs no blank. */
  private atColon(afterJson: boolean): boolean {
    const { cursor } = this;
    if (cursor.code !== COLON) return false;
    const next = cursor.at + 1;
    return afterJson || cursor.endsIndicator(next) || isFlowIndicator(cursor.text.charCodeAt(next));
  }
}

const isJson = (node: DataNode): boolean =>
  node.type === 'map' ||
  node.type === 'sequence' ||
  (node.type === 'scalar' && (node.style === 'double' || node.style === 'single'));
