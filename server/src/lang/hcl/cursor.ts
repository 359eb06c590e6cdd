import type { Range } from '../../core/text';
import type { Comment, SyntaxProblem } from '../syntax';
import type { MissingExpression } from './ast';
import { CARRIAGE_RETURN, HASH, identifierEnd, LINE_FEED, SLASH, SPACE, STAR, TAB } from './characters';
import { Layout } from './layout';

/** How deep blocks, brackets and templates may nest, and how high an expression's tree may grow. */
export const DEPTH_LIMIT = 500;

/** Thrown by the strict pass at the first problem; the tolerant pass then starts over. */
export class StrictPassEnded extends Error {}

/**
 * A position in an HCL text with the state that the parse functions share. A strict cursor gives up at the first
 * problem; a tolerant one records it and goes on, and asks the layout where half-typed constructs end.
 */
export class Cursor {
  /** Where the text ends for the construct being parsed: the terminator's line inside a heredoc. */
  end: number;
  /** True inside brackets, where a newline is a blank. */
  multiline = false;
  /** How many constructs are open: guards the stack. */
  depth = 0;
  /** Upper bound of the height of the trees built in the expression being parsed: guards those who walk the tree. */
  height = 0;
  /** How many `(` and `[` are open: a stray closer is skipped, a closer that an outer construct waits for is not. */
  openParens = 0;
  openBrackets = 0;
  readonly comments: Comment[] = [];
  readonly problems: SyntaxProblem[] = [];
  readonly layout: Layout | undefined;
  /** True when no `*` + `/` follows: searched once, or 10,000 open comments would take quadratic time. */
  private noCommentEnd = false;

  constructor(
    readonly text: string,
    readonly tolerant: boolean,
    /** Where the parser stands. */
    public pos = 0,
  ) {
    this.end = text.length;
    this.layout = tolerant ? new Layout(text) : undefined;
  }

  /** The code unit at the position, or -1 at the end. */
  peek(): number {
    return this.pos < this.end ? this.text.charCodeAt(this.pos) : -1;
  }

  /** The code unit `distance` after the position, or -1 at the end. */
  ahead(distance: number): number {
    const at = this.pos + distance;
    return at < this.end ? this.text.charCodeAt(at) : -1;
  }

  /** Skips blanks and comments, and newlines inside brackets; then the code unit at the position. */
  next(): number {
    for (;;) {
      const code = this.peek();
      if (code === SPACE || code === TAB) this.pos++;
      else if (code === CARRIAGE_RETURN) {
        if (this.ahead(1) !== LINE_FEED) this.problem(this.pos, this.pos + 1, 'Remove this lone carriage return.');
        this.pos++;
      } else if (code === LINE_FEED) {
        if (!this.multiline || this.layout?.statementAt(this.pos + 1)) return code;
        this.pos++;
      } else if (!this.comment(code)) return code;
    }
  }

  /** As `next`, but skips newlines everywhere. */
  nextLine(): number {
    for (;;) {
      const code = this.next();
      if (code !== LINE_FEED) return code;
      this.pos++;
    }
  }

  /** Offset after the identifier at the position; the position itself when there is none. */
  wordEnd(): number {
    return identifierEnd(this.text, this.pos, this.end);
  }

  /** True when exactly this word stands at the position. */
  atWord(word: string): boolean {
    return this.text.startsWith(word, this.pos) && this.wordEnd() === this.pos + word.length;
  }

  /** Moves to the end of the line: the line feed, or the end. */
  skipLine(): void {
    const feed = this.text.indexOf('\n', this.pos);
    this.pos = feed < 0 || feed > this.end ? this.end : feed;
  }

  /** Records a problem; in the strict pass, ends it. */
  problem(start: number, end: number, message: string): void {
    if (!this.tolerant) throw new StrictPassEnded(message);
    this.problems.push({ range: { start, end }, message });
  }

  /** A problem at the position, and the expression that stands for what is not there. */
  missing(message: string): MissingExpression {
    const range: Range = { start: this.pos, end: this.pos };
    this.problem(this.pos, Math.min(this.pos + 1, this.end), message);
    return { type: 'missing', range };
  }

  private comment(code: number): boolean {
    if (code === HASH) return this.lineComment(1);
    if (code !== SLASH) return false;
    const second = this.ahead(1);
    if (second === SLASH) return this.lineComment(2);
    return second === STAR && this.blockComment();
  }

  private lineComment(delimiter: number): boolean {
    const start = this.pos;
    this.skipLine();
    const end = this.pos > start && this.text.charCodeAt(this.pos - 1) === CARRIAGE_RETURN ? this.pos - 1 : this.pos;
    const textStart = start + delimiter;
    this.comments.push({ range: { start, end }, textStart, text: this.text.slice(textStart, end) });
    return true;
  }

  private blockComment(): boolean {
    const start = this.pos;
    const closer = this.noCommentEnd ? -1 : this.text.indexOf('*/', start + 2);
    if (closer < 0) this.noCommentEnd = true;
    const closed = closer >= 0 && closer + 2 <= this.end;
    if (closed) this.pos = closer + 2;
    else {
      this.problem(start, start + 2, 'This comment is not closed: add `*/`.');
      // Half-typed: the rest of the file is more likely code than comment.
      this.skipLine();
    }
    const textEnd = closed ? closer : this.pos;
    this.comments.push({
      range: { start, end: this.pos },
      textStart: start + 2,
      text: this.text.slice(start + 2, textEnd),
    });
    return true;
  }
}
