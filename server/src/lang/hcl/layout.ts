import {
  CARRIAGE_RETURN,
  COMMA,
  EQUALS,
  GREATER,
  identifierEnd,
  LESS,
  LINE_FEED,
  MINUS,
  OPEN_BRACE,
  OPEN_PAREN,
  QUOTE,
  SPACE,
  TAB,
} from './characters';

/** What a line begins with, judged without parsing it. */
export type StatementLook = 'attribute' | 'block' | undefined;

/**
 * The lines of a text and how far each is indented. The second, tolerant pass takes indentation as a witness of
 * where a block or a bracket that nobody closed ends. Every question is answered in O(log lines).
 */
export class Layout {
  private readonly starts: number[] = [0];
  private readonly indents: number[] = [];
  private terminators: Map<string, number[]> | undefined;
  private lookedAt = -1;
  private look: StatementLook;

  constructor(private readonly text: string) {
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) === LINE_FEED) this.starts.push(i + 1);
    for (const start of this.starts) this.indents.push(this.afterBlanks(start) - start);
  }

  /** Column of an offset in its line. */
  columnOf(offset: number): number {
    return offset - (this.starts[this.lineOf(offset)] ?? 0);
  }

  /** Indentation of the line that holds the offset. */
  indentOf(offset: number): number {
    return this.indents[this.lineOf(offset)] ?? 0;
  }

  /** True when only blanks stand before the offset in its line. */
  startsLine(offset: number): boolean {
    const line = this.lineOf(offset);
    return offset - (this.starts[line] ?? 0) === this.indents[line];
  }

  /** What the first word at or after `offset` (blanks skipped) begins: `name =`, `name "label" {`, or neither. */
  statementAt(offset: number): StatementLook {
    if (this.lookedAt !== offset) {
      this.lookedAt = offset;
      this.look = this.lookAt(offset);
    }
    return this.look;
  }

  /**
   * Start of the line that closes a heredoc, or undefined when the heredoc is not closed: no such line follows, or
   * another `= <<name` or `(<<name` stands before it, to which it belongs.
   */
  heredocEnd(name: string, from: number): number | undefined {
    this.terminators ??= this.collectTerminators();
    const candidates = this.terminators.get(name);
    if (!candidates) return undefined;
    let low = 0;
    let high = candidates.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((candidates[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    const end = candidates[low];
    return end === undefined || this.opensAgain(name, from, end) ? undefined : end;
  }

  private lineOf(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private afterBlanks(offset: number): number {
    let at = offset;
    while (this.isBlank(at)) at++;
    return at;
  }

  private isBlank(offset: number): boolean {
    const code = this.text.charCodeAt(offset);
    return code === SPACE || code === TAB || code === CARRIAGE_RETURN;
  }

  private lookAt(offset: number): StatementLook {
    const start = this.afterBlanks(offset);
    let at = identifierEnd(this.text, start, this.text.length);
    if (at === start) return undefined;
    for (at = this.afterBlanks(at); at < this.text.length; at = this.afterBlanks(at)) {
      const code = this.text.charCodeAt(at);
      if (code === EQUALS) {
        const next = this.text.charCodeAt(at + 1);
        return next === EQUALS || next === GREATER ? undefined : 'attribute';
      }
      if (code === OPEN_BRACE) return 'block';
      const end = code === QUOTE ? this.labelEnd(at) : identifierEnd(this.text, at, this.text.length);
      if (end === at) return undefined;
      at = end;
    }
    return undefined;
  }

  private labelEnd(quote: number): number {
    for (let at = quote + 1; at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === QUOTE) return at + 1;
      if (code === LINE_FEED) break;
    }
    return quote;
  }

  /** Starts of the lines that hold a single identifier, by identifier. */
  private collectTerminators(): Map<string, number[]> {
    const found = new Map<string, number[]>();
    for (const start of this.starts) {
      const from = this.afterBlanks(start);
      const to = identifierEnd(this.text, from, this.text.length);
      if (to === from) continue;
      const after = this.afterBlanks(to);
      if (after < this.text.length && this.text.charCodeAt(after) !== LINE_FEED) continue;
      const name = this.text.slice(from, to);
      const known = found.get(name);
      if (known) known.push(start);
      else found.set(name, [start]);
    }
    return found;
  }

  private opensAgain(name: string, from: number, to: number): boolean {
    for (let line = this.lineOf(from); (this.starts[line] ?? to) < to; line++) {
      let at = Math.min(this.starts[line + 1] ?? to, to) - 1;
      while (at >= from && (this.isBlank(at) || this.text.charCodeAt(at) === LINE_FEED)) at--;
      at -= name.length - 1;
      if (at < from || !this.text.startsWith(name, at)) continue;
      at--;
      if (this.text.charCodeAt(at) === MINUS) at--;
      if (this.text.charCodeAt(at) !== LESS || this.text.charCodeAt(at - 1) !== LESS) continue;
      at -= 2;
      while (at >= from && this.isBlank(at)) at--;
      const before = this.text.charCodeAt(at);
      if (before === EQUALS || before === OPEN_PAREN || before === COMMA) return true;
    }
    return false;
  }
}
