/** A half-open interval of UTF-16 code unit offsets in one text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * A range that may lie in another file than the one being linted: the variable's default in
 * `variables.tf`, a line of a script read with `templatefile`.
 * `path` is absent when the range lies in the file being linted.
 */
export interface Place extends Range {
  readonly path?: string | undefined;
}

/** Zero-based line and UTF-16 column, as in the Language Server Protocol. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** True when `outer` holds every offset of `inner`. */
export function contains(outer: Range, inner: Range): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** True when the two ranges share at least one offset, or one is empty and lies inside the other. */
export function overlaps(a: Range, b: Range): boolean {
  return a.start < b.end && b.start < a.end;
}

/** The smallest range that holds both. */
export function cover(a: Range, b: Range): Range {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/**
 * Offset ↔ line and column for one text. `\n`, `\r\n` and a lone `\r` end a line, as in the
 * Language Server Protocol (3.17, "Text Documents"). Built when first asked: most files have no finding. Look-ups are
 * O(log lines).
 */
export class LineIndex {
  private known: readonly number[] | undefined;

  constructor(private readonly text: string) {}

  private get starts(): readonly number[] {
    return (this.known ??= lineStarts(this.text));
  }

  get lineCount(): number {
    return this.starts.length;
  }

  /** The zero-based line that holds `offset`; an offset past the end gives the last line. */
  lineAt(offset: number): number {
    const { starts } = this;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Offset of the first code unit of a line; a line past the last gives the length of the text. */
  lineStart(line: number): number {
    return this.starts[line] ?? this.text.length;
  }

  /** Offset just before the line's terminator. */
  lineEnd(line: number): number {
    let end = this.lineStart(line + 1);
    if (line + 1 < this.starts.length) {
      if (this.text.charCodeAt(end - 1) === 10) end--;
      if (end > this.lineStart(line) && this.text.charCodeAt(end - 1) === 13) end--;
    }
    return end;
  }

  position(offset: number): Position {
    const line = this.lineAt(offset);
    return { line, column: offset - this.lineStart(line) };
  }

  offset(position: Position): number {
    return Math.min(this.lineStart(position.line) + position.column, this.text.length);
  }

  /** The text of a line without its terminator. */
  line(line: number): string {
    return this.text.slice(this.lineStart(line), this.lineEnd(line));
  }

  /** The blanks at the beginning of the line that holds `offset`. */
  indentAt(offset: number): string {
    const line = this.line(this.lineAt(offset));
    return line.slice(0, line.length - line.trimStart().length);
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  if (!text.includes('\r')) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    return starts;
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return starts;
}

/** The line terminator a text uses: what an inserted line must end with. */
export function lineTerminator(text: string): '\r\n' | '\n' {
  const at = text.indexOf('\n');
  return at > 0 && text.charCodeAt(at - 1) === 13 ? '\r\n' : '\n';
}
