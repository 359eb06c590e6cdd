import {
  AMPERSAND,
  AT_SIGN,
  BACKSLASH,
  BACKTICK,
  CARRIAGE_RETURN,
  COLON,
  DASH,
  DOUBLE_QUOTE,
  EXCLAMATION,
  GREATER_THAN,
  HASH,
  LESS_THAN,
  LINE_FEED,
  PERCENT,
  PIPE,
  PLUS,
  SINGLE_QUOTE,
  SPACE,
  TAB,
} from './yaml-characters';
import { HOLE } from '../../core/mapped-text';
import type { ScalarDetails } from './decoded-scalar';
import { isBlank, isFlowIndicator } from './yaml-cursor';
import type { YamlCursor } from './yaml-cursor';
import type { Properties, YamlNodes } from './yaml-nodes';
import type { AliasNode, ScalarNode } from './tree';

const isHexadecimal = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);

/** Letters after a backslash (YAML 1.2.2, 5.7) that stand alone. */
const ESCAPES = new Set('0abefnrtvNLP_ "/\\\t'.split('').map((letter) => letter.charCodeAt(0)));
const HEXADECIMAL_DIGITS = new Map([
  [120, 2],
  [117, 4],
  [85, 8],
]);

/** Extra code units that searches for missing quotes may read before they are given up. */
const SEARCH_ALLOWANCE = 100_000;

/** Reads the leaves of a document. Every method leaves the cursor behind what it read. */
export class ScalarReader {
  private searched = 0;
  /** What `%TAG` directives say. */
  readonly tagPrefixes = new Map([['!!', 'tag:yaml.org,2002:']]);

  constructor(
    private readonly cursor: YamlCursor,
    private readonly nodes: YamlNodes,
  ) {}

  /** Anchors and tags at the cursor, if any, and the blanks after them. */
  properties(): Properties | undefined {
    const { cursor } = this;
    let anchor: string | undefined;
    let tag: string | undefined;
    let end = -1;
    for (let { code } = cursor; code === AMPERSAND || code === EXCLAMATION; code = cursor.code) {
      const start = cursor.at;
      const again = (code === AMPERSAND ? anchor : tag) !== undefined;
      if (again) cursor.problem(start, start + 1, `A node can have one ${code === AMPERSAND ? 'anchor' : 'tag'} only.`);
      if (code === AMPERSAND) anchor = this.anchorName();
      else tag = this.tag();
      end = cursor.at;
      if (!cursor.endsIndicator(end) && !isFlowIndicator(cursor.code))
        cursor.problem(end, end + 1, 'A blank must follow an anchor or a tag.');
      cursor.skipBlanks();
    }
    return end < 0 ? undefined : { anchor, tag, end };
  }

  /** The properties of one node that stand on two lines. */
  merged(outer: Properties, inner: Properties): Properties {
    if (
      (outer.anchor !== undefined && inner.anchor !== undefined) ||
      (outer.tag !== undefined && inner.tag !== undefined)
    )
      this.cursor.problem(inner.end - 1, inner.end, 'A node can have one anchor and one tag only.');
    return { anchor: inner.anchor ?? outer.anchor, tag: inner.tag ?? outer.tag, end: inner.end };
  }

  private anchorName(): string {
    const { cursor } = this;
    const start = cursor.at + 1;
    this.skipName(start);
    if (cursor.at === start) cursor.problem(start - 1, start, 'The anchor has no name.');
    return cursor.text.slice(start, cursor.at);
  }

  private skipName(start: number): void {
    const { cursor } = this;
    cursor.at = start;
    for (let { code } = cursor; code >= 0 && !isBlank(code) && !isFlowIndicator(code); code = cursor.code) cursor.at++;
  }

  private tag(): string | undefined {
    const { cursor } = this;
    const { text, at: start } = cursor;
    if (text.charCodeAt(start + 1) === LESS_THAN) {
      while (cursor.at < cursor.lineEnd && cursor.code !== GREATER_THAN && !isBlank(cursor.code)) cursor.at++;
      const closed = cursor.code === GREATER_THAN;
      if (closed) cursor.at++;
      else cursor.problem(start, cursor.at, 'The tag must end with `>`.');
      return text.slice(start + 2, closed ? cursor.at - 1 : cursor.at);
    }
    cursor.at = start + 1;
    for (let { code } = cursor; code > 32 && !isFlowIndicator(code) && code !== DOUBLE_QUOTE; code = cursor.code)
      cursor.at++;
    const written = text.slice(start, cursor.at);
    if (written === '!') return '!';
    const handle = /^!(?:[\w-]*!)?/.exec(written)?.[0] ?? '!';
    const suffix = written.slice(handle.length);
    const prefix = this.tagPrefixes.get(handle);
    if (suffix === '' || (prefix === undefined && handle !== '!')) {
      const problem = suffix === '' ? `The tag ${written} has no name.` : `No %TAG directive explains ${handle}.`;
      cursor.problem(start, cursor.at, problem);
      return undefined;
    }
    return prefix === undefined ? written : prefix + decoded(suffix);
  }

  alias(): AliasNode {
    const { cursor } = this;
    const start = cursor.at;
    this.skipName(start + 1);
    if (cursor.at === start + 1) cursor.problem(start, start + 1, 'The alias has no name.');
    return this.nodes.alias(start, cursor.at);
  }

  /**
   * A quoted scalar. When its closing quote is missing — at a line that is not indented more than the collection around
   * it, or when what follows the quote makes no sense — it ends with its first line.
   *
   * @param column of the block collection around it
   */
  quoted(column: number, inFlow: boolean, properties?: Properties): ScalarNode {
    const { cursor } = this;
    const start = cursor.at;
    const quote = cursor.code;
    const style = quote === DOUBLE_QUOTE ? 'double' : 'single';
    cursor.at++;
    const first = cursor.save();
    const problems = cursor.problems.length;
    let open = !this.closeOnLine(quote);
    if (open) {
      const budget = cursor.end - cursor.lineStart + SEARCH_ALLOWANCE;
      open = this.searched > budget || !this.closeLater(quote, column) || !this.mayFollow(inFlow);
      if (open) {
        this.searched += cursor.at - first.at;
        cursor.problems.length = problems;
        cursor.restore(first);
        cursor.at = cursor.trimmed(first.at, first.lineEnd);
        cursor.problem(start, cursor.at, 'The closing quote is missing.');
      }
    }
    if (!open && !properties) return this.nodes.scalar(start, cursor.at, style);
    return this.leaf(start, cursor.at, style, properties, { open });
  }

  /** Moves behind the closing quote if it is on the line, else to the line's end. */
  private closeOnLine(quote: number): boolean {
    const { cursor } = this;
    const { text, lineEnd } = cursor;
    let at = cursor.at;
    while (at < lineEnd) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        if (quote === DOUBLE_QUOTE || text.charCodeAt(at + 1) !== SINGLE_QUOTE || at + 1 >= lineEnd) {
          cursor.at = at + 1;
          return true;
        }
        at += 2;
      } else if (code === BACKSLASH && quote === DOUBLE_QUOTE) at = this.escapeEnd(at);
      else at++;
    }
    cursor.at = lineEnd;
    return false;
  }

  private escapeEnd(at: number): number {
    const { cursor } = this;
    const { text, lineEnd } = cursor;
    if (at + 1 >= lineEnd) return lineEnd;
    const letter = text.charCodeAt(at + 1);
    if (ESCAPES.has(letter)) return at + 2;
    const digits = HEXADECIMAL_DIGITS.get(letter);
    let valid = digits !== undefined;
    for (let i = 0; i < (digits ?? 0); i++) valid &&= isHexadecimal(text.charCodeAt(at + 2 + i));
    if (valid && digits === 8) valid = Number.parseInt(text.slice(at + 2, at + 10), 16) <= 0x10ffff;
    if (!valid) cursor.problem(at, at + 2, `\`${text.slice(at, at + 2)}\` is no escape sequence of YAML.`);
    return at + 2;
  }

  private closeLater(quote: number, column: number): boolean {
    const { cursor } = this;
    while (cursor.nextLine < cursor.end) {
      cursor.openLine(cursor.nextLine);
      cursor.skipIndent();
      if (cursor.at >= cursor.lineEnd) continue;
      const spaces = (cursor.tab < 0 ? cursor.at : cursor.tab) - cursor.lineStart;
      if (spaces <= column) {
        if (cursor.tab < 0) return false;
        cursor.tabProblem(cursor.tab);
      }
      if (this.closeOnLine(quote)) return true;
    }
    return false;
  }

  /** Whether what stands behind the closing quote can follow a value. */
  private mayFollow(inFlow: boolean): boolean {
    const { cursor } = this;
    const end = cursor.at;
    cursor.skipBlanks();
    const fits = cursor.lineIsOver || cursor.code === COLON || (inFlow && isFlowIndicator(cursor.code));
    cursor.at = end;
    return fits;
  }

  /**
   * A plain scalar with the lines that continue it. A line that reads like `key: …` does not: in a plain scalar it could
   * not stand.
   *
   * @param column of the block collection around it
   * @param keys the scalar may be a key of several lines (in a flow map)
   */
  plain(column: number, inFlow: boolean, keys: boolean, properties?: Properties): ScalarNode {
    const { cursor } = this;
    const start = cursor.at;
    this.checkStart();
    // In a template, the items below `args: {{ … }}` go on with what the action writes.
    const isRendered = cursor.text[start] === HOLE && this.nodes.origin.actions.length > 0;
    let stop = cursor.plainEnd(start, inFlow);
    let end = cursor.trimmed(start, stop);
    cursor.at = stop;
    while (stop >= cursor.lineEnd && this.nextLineContinues(column)) {
      const line = cursor.save();
      if (!this.openContinuation(column)) {
        cursor.restore(line);
        break;
      }
      const from = cursor.at;
      stop = cursor.plainEnd(from, inFlow);
      const isKey = stop < cursor.lineEnd && cursor.text.charCodeAt(stop) === COLON;
      const isItem = isRendered && cursor.isIndicator(DASH);
      if (stop === from || (isKey && !keys) || isItem) {
        cursor.restore(line);
        break;
      }
      if (cursor.tab >= 0 && cursor.tab - cursor.lineStart <= column) cursor.tabProblem(cursor.tab);
      end = cursor.trimmed(from, stop);
      cursor.at = stop;
    }
    if (!properties) return this.nodes.scalar(start, end, 'plain');
    return this.leaf(start, end, 'plain', properties);
  }

  /** A quick look at the next line: most scalars have one line. */
  private nextLineContinues(column: number): boolean {
    const { text, nextLine, end } = this.cursor;
    if (nextLine >= end) return false;
    let at = nextLine;
    while (at < end && text.charCodeAt(at) === SPACE) at++;
    const code = text.charCodeAt(at);
    return at - nextLine > column || code === TAB || code === LINE_FEED || code === CARRIAGE_RETURN;
  }

  /** Moves to the next line that is not blank if it can continue a plain scalar. */
  private openContinuation(column: number): boolean {
    const { cursor } = this;
    do {
      if (cursor.nextLine >= cursor.end) return false;
      cursor.openLine(cursor.nextLine);
      cursor.skipIndent();
    } while (cursor.at >= cursor.lineEnd);
    return cursor.column > column && cursor.code !== HASH;
  }

  /** Reports a plain scalar that begins with a reserved character. */
  checkStart(): void {
    const { cursor } = this;
    const { code, at } = cursor;
    const bad =
      code === PERCENT ||
      code === AT_SIGN ||
      code === BACKTICK ||
      code === PIPE ||
      code === GREATER_THAN ||
      isFlowIndicator(code) ||
      code === HASH;
    if (bad) cursor.problem(at, at + 1, `A value cannot begin with \`${String.fromCharCode(code)}\`: quote it.`);
  }

  /**
   * A block scalar. The cursor is left at the beginning of the line after it.
   *
   * @param column of the block collection around it
   */
  block(column: number, properties?: Properties): ScalarNode {
    const { cursor } = this;
    const { text, at: start, end: limit } = cursor;
    const parent = Math.max(column, 0);
    cursor.at++;
    let indent = -1;
    let chomping = false;
    for (let { code } = cursor; ; code = cursor.code) {
      if (code >= 49 && code <= 57 && indent < 0) indent = parent + code - 48;
      else if ((code === PLUS || code === DASH) && !chomping) chomping = true;
      else break;
      cursor.at++;
    }
    const headerEnd = cursor.at;
    cursor.skipBlanks();
    if (!cursor.lineIsOver) {
      const end = cursor.skipLine();
      cursor.problem(headerEnd, end, 'Nothing but a comment may follow the `|` or `>`.');
      cursor.skipBlanks();
    }
    if (cursor.at < cursor.lineEnd) cursor.comment();
    let end = headerEnd;
    let contentEnd = cursor.nextLine;
    let widestBlank = 0;
    while (contentEnd < limit) {
      const line = contentEnd;
      let at = line;
      while (at < limit && text.charCodeAt(at) === SPACE) at++;
      const found = text.indexOf('\n', at);
      const next = found < 0 || found >= limit ? limit : found + 1;
      let lineEnd = next;
      while (lineEnd > at && isSpace(text.charCodeAt(lineEnd - 1))) lineEnd--;
      const spaces = at - line;
      const empty =
        at >= next ||
        text.charCodeAt(at) === LINE_FEED ||
        (text.charCodeAt(at) === CARRIAGE_RETURN && at + 1 === found);
      if (!empty) {
        if (indent < 0) {
          if (spaces <= column && lineEnd > at) break;
          if (spaces <= column) {
            contentEnd = next;
            continue;
          }
          indent = spaces;
          if (widestBlank > indent)
            cursor.problem(start, headerEnd, 'A blank line above the text is indented more than the text.');
        } else if (spaces < indent && lineEnd > at) break;
      } else if (indent < 0) widestBlank = Math.max(widestBlank, spaces);
      if (lineEnd > at) end = lineEnd;
      contentEnd = next;
    }
    cursor.openLine(contentEnd);
    const style = text.charCodeAt(start) === GREATER_THAN ? 'folded' : 'literal';
    return this.leaf(start, end, style, properties, {
      block: { end: contentEnd, indent: indent < 0 ? widestBlank : indent },
    });
  }

  private leaf(
    start: number,
    end: number,
    style: ScalarNode['style'],
    properties: Properties | undefined,
    details?: ScalarDetails,
  ): ScalarNode {
    const { anchor, tag } = properties ?? {};
    return this.nodes.register(this.nodes.scalar(start, end, style, { ...details, anchor, tag }));
  }
}

const isSpace = (code: number): boolean =>
  code === SPACE || code === TAB || code === LINE_FEED || code === CARRIAGE_RETURN;

function decoded(suffix: string): string {
  try {
    return decodeURIComponent(suffix);
  } catch {
    return suffix;
  }
}
