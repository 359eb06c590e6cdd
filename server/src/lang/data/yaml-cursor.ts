import {
  BACKSLASH,
  CARRIAGE_RETURN,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DOUBLE_QUOTE,
  HASH,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUESTION,
  SINGLE_QUOTE,
  SPACE,
  TAB,
} from './yaml-characters';
import type { Comment, SyntaxProblem } from '../syntax';

/** More problems than this in one document help nobody, and hostile input could make millions. */
const PROBLEM_LIMIT = 100;

/** A place to come back to. */
export interface LineState {
  readonly at: number;
  readonly lineStart: number;
  readonly lineEnd: number;
  readonly nextLine: number;
  readonly tab: number;
}

/** `[`, `]`, `{`, `}` and `,`. */
export const isFlowIndicator = (code: number): boolean =>
  code === COMMA || code === OPEN_BRACKET || code === CLOSE_BRACKET || code === OPEN_BRACE || code === CLOSE_BRACE;

export const isBlank = (code: number): boolean => code === SPACE || code === TAB;

/** Moves through one document of a YAML text, line by line, and gathers comments and problems on its way. */
export class YamlCursor {
  at = 0;
  lineStart = 0;
  /** Before the line's terminator. */
  lineEnd = 0;
  /** After the line's terminator. */
  nextLine = 0;
  /** Offset of the first tab in the blanks that the line begins with, or -1. */
  tab = -1;
  readonly comments: Comment[] = [];
  readonly problems: SyntaxProblem[] = [];
  private commentsUntil: number;

  /**
   * @param start offset of the first line, after a byte order mark
   * @param end where the document ends: the end of the text or the beginning of a line
   */
  constructor(
    readonly text: string,
    start: number,
    readonly end: number,
  ) {
    this.commentsUntil = start;
    this.openLine(start);
  }

  /** True when nothing is left of the document. */
  get ended(): boolean {
    return this.at >= this.end;
  }

  get column(): number {
    return this.at - this.lineStart;
  }

  get code(): number {
    return this.at < this.lineEnd ? this.text.charCodeAt(this.at) : -1;
  }

  /** Moves to the beginning of a line. A lone `\r` is content, as the `yaml` package has it. */
  openLine(start: number): void {
    const { text, end } = this;
    this.at = start;
    this.lineStart = start;
    this.tab = -1;
    const found = start < end ? text.indexOf('\n', start) : -1;
    if (found < 0 || found >= end) {
      this.lineEnd = end;
      this.nextLine = end;
      return;
    }
    this.nextLine = found + 1;
    this.lineEnd = found > start && text.charCodeAt(found - 1) === CARRIAGE_RETURN ? found - 1 : found;
  }

  save(): LineState {
    const { at, lineStart, lineEnd, nextLine, tab } = this;
    return { at, lineStart, lineEnd, nextLine, tab };
  }

  restore(state: LineState): void {
    this.at = state.at;
    this.lineStart = state.lineStart;
    this.lineEnd = state.lineEnd;
    this.nextLine = state.nextLine;
    this.tab = state.tab;
  }

  /** Skips blanks of the line. */
  skipBlanks(): void {
    const { text, lineEnd } = this;
    let at = this.at;
    while (at < lineEnd && isBlank(text.charCodeAt(at))) at++;
    this.at = at;
  }

  /** Skips the blanks that a line begins with and notes a tab among them. */
  skipIndent(): void {
    const { text, lineEnd } = this;
    let at = this.at;
    while (at < lineEnd && text.charCodeAt(at) === SPACE) at++;
    this.at = at;
    if (at < lineEnd && text.charCodeAt(at) === TAB) {
      this.tab = at;
      this.skipBlanks();
    }
  }

  /** True when the line holds nothing more than blanks and a comment. */
  get lineIsOver(): boolean {
    return this.at >= this.lineEnd || this.atComment;
  }

  /** True at a `#` that begins a comment. */
  get atComment(): boolean {
    const { at, text } = this;
    return this.code === HASH && (at === this.lineStart || isBlank(text.charCodeAt(at - 1)));
  }

  /** True when a blank or the end of the line is at the offset: what stands before it may be an indicator. */
  endsIndicator(at: number): boolean {
    return at >= this.lineEnd || isBlank(this.text.charCodeAt(at));
  }

  /** True at a `-`, `?` or `:` that is an indicator. */
  isIndicator(code: number): boolean {
    return this.code === code && this.endsIndicator(this.at + 1);
  }

  /** Moves over blanks, comments and line breaks. False, and at the end, when there is nothing more. */
  nextContent(): boolean {
    for (;;) {
      if (this.at === this.lineStart) this.skipIndent();
      else this.skipBlanks();
      if (this.at < this.lineEnd) {
        if (!this.atComment) return true;
        this.comment();
      }
      if (this.nextLine >= this.end) {
        this.at = this.end;
        return false;
      }
      this.openLine(this.nextLine);
    }
  }

  /** Takes the rest of the line, from the `#` on, for a comment. */
  comment(): void {
    const { at, lineEnd } = this;
    if (at >= this.commentsUntil) {
      this.comments.push({
        range: { start: at, end: lineEnd },
        textStart: at + 1,
        text: this.text.slice(at + 1, lineEnd),
      });
      this.commentsUntil = lineEnd;
    }
    this.at = lineEnd;
  }

  /** Leaves out the rest of the line, up to a comment. Returns where it ended. */
  skipLine(): number {
    const { text, lineEnd } = this;
    let at = this.at;
    while (at < lineEnd && !(text.charCodeAt(at) === HASH && isBlank(text.charCodeAt(at - 1)))) at++;
    this.at = at;
    while (at > this.lineStart && isBlank(text.charCodeAt(at - 1))) at--;
    return at;
  }

  problem(start: number, end: number, message: string): void {
    const last = this.problems[this.problems.length - 1];
    if (this.problems.length >= PROBLEM_LIMIT || last?.range.start === start) return;
    this.problems.push({ range: { start, end: Math.max(start, end) }, message });
  }

  tabProblem(tab: number): void {
    this.problem(tab, tab + 1, 'Indent with spaces, not with tabs.');
  }

  /** Reports a tab before the offset, or in the indentation, where the column counts. */
  checkIndent(at: number): void {
    const tab = this.tab >= 0 ? this.tab : at - 1;
    if (this.text.charCodeAt(tab) === TAB) this.tabProblem(tab);
  }

  /**
   * Where plain text ends on the line: before `: `, ` #` and, in a flow collection, before its indicators. Blanks at the
   * end are still part of it.
   */
  plainEnd(from: number, inFlow: boolean): number {
    const { text, lineEnd } = this;
    for (let at = from; at < lineEnd; at++) {
      const code = text.charCodeAt(at);
      if (code === COLON) {
        if (at + 1 >= lineEnd) return at;
        const next = text.charCodeAt(at + 1);
        if (next === SPACE || next === TAB || (inFlow && isFlowIndicator(next))) return at;
      } else if (code === HASH) {
        if (at > from && isBlank(text.charCodeAt(at - 1))) return at;
      } else if (inFlow && isFlowIndicator(code)) return at;
    }
    return lineEnd;
  }

  /** The offset after the last code unit before `end` that is no blank. */
  trimmed(from: number, end: number): number {
    let at = end;
    while (at > from && isBlank(this.text.charCodeAt(at - 1))) at--;
    return at;
  }

  /** True when the rest of the line reads like `key: …`, `"key": …` or `? …`. */
  get looksLikeKey(): boolean {
    const { text, lineEnd, code } = this;
    if (code === OPEN_BRACKET || code === OPEN_BRACE) return false;
    if (this.isIndicator(QUESTION)) return true;
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      let at = this.at + 1;
      while (at < lineEnd && text.charCodeAt(at) !== code)
        at += text.charCodeAt(at) === BACKSLASH && code === DOUBLE_QUOTE ? 2 : 1;
      at++;
      while (at < lineEnd && isBlank(text.charCodeAt(at))) at++;
      return at < lineEnd && text.charCodeAt(at) === COLON && this.endsIndicator(at + 1);
    }
    const stop = this.plainEnd(this.at, false);
    return stop < lineEnd && text.charCodeAt(stop) === COLON;
  }
}
