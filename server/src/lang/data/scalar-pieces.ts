/**
 * A piece of a decoded scalar. Offsets are those of the document's text. When `verbatim`, the text stands in the source
 * at `start` as it is; otherwise it stands for the whole of `start … end` (an escape, a folded line break).
 */
export interface Piece {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly verbatim: boolean;
}

class Pieces {
  readonly list: Piece[] = [];

  verbatim(source: string, start: number, end: number): void {
    if (end > start) this.list.push({ text: source.slice(start, end), start, end, verbatim: true });
  }

  opaque(text: string, start: number, end: number): void {
    if (text !== '') this.list.push({ text, start, end, verbatim: false });
  }
}

const isBlank = (code: number): boolean => code === 32 || code === 9;

/** Length of the line break at `at`: `\n`, `\r\n`, or 0. A lone `\r` is content, as the `yaml` package has it. */
function breakLength(source: string, at: number): number {
  const code = source.charCodeAt(at);
  if (code === 10) return 1;
  return code === 13 && source.charCodeAt(at + 1) === 10 ? 2 : 0;
}

/** Skips blanks and line breaks from a line break on: how many breaks there were and where the next content begins. */
function skipBreaks(source: string, from: number, end: number): { breaks: number; at: number } {
  let breaks = 0;
  let at = from;
  while (at < end) {
    const length = breakLength(source, at);
    if (length > 0) {
      breaks++;
      at += length;
    } else if (isBlank(source.charCodeAt(at))) at++;
    else break;
  }
  return { breaks, at };
}

const folded = (breaks: number): string => (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1));

/** A plain scalar: lines are trimmed and folded (YAML 1.2.2, 6.5 "Line Folding"). */
export function plainPieces(source: string, start: number, end: number): Piece[] {
  return flowPieces(source, start, end, () => undefined);
}

/** The inside of a single-quoted scalar: `''` is a quote. `start` and `end` exclude the quotes. */
export function singlePieces(source: string, start: number, end: number): Piece[] {
  return flowPieces(source, start, end, (at) =>
    source.startsWith("''", at) ? { text: "'", end: Math.min(at + 2, end) } : undefined,
  );
}

/** The inside of a double-quoted scalar with its escapes. `start` and `end` exclude the quotes. */
export function doublePieces(source: string, start: number, end: number): Piece[] {
  return flowPieces(source, start, end, (at) => (source.charCodeAt(at) === 92 ? escapeAt(source, at, end) : undefined));
}

function flowPieces(
  source: string,
  start: number,
  end: number,
  special: (at: number) => { text: string; end: number } | undefined,
): Piece[] {
  const pieces = new Pieces();
  let from = start;
  let at = start;
  while (at < end) {
    if (breakLength(source, at) > 0) {
      let contentEnd = at;
      while (contentEnd > from && isBlank(source.charCodeAt(contentEnd - 1))) contentEnd--;
      pieces.verbatim(source, from, contentEnd);
      const next = skipBreaks(source, at, end);
      pieces.opaque(folded(next.breaks), contentEnd, next.at);
      from = at = next.at;
      continue;
    }
    const found = special(at);
    if (!found) {
      at++;
      continue;
    }
    pieces.verbatim(source, from, at);
    pieces.opaque(found.text, at, found.end);
    from = at = found.end;
  }
  pieces.verbatim(source, from, end);
  return pieces.list;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  '\t': '\t',
};

const HEXADECIMAL_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** One escape sequence of a double-quoted scalar (YAML 1.2.2, 5.7); an unknown one stands for itself. */
function escapeAt(source: string, at: number, end: number): { text: string; end: number } {
  const lineBreak = breakLength(source, at + 1);
  if (lineBreak > 0) {
    let next = at + 1 + lineBreak;
    while (next < end && isBlank(source.charCodeAt(next))) next++;
    return { text: '', end: next };
  }
  const letter = source[at + 1] ?? '';
  const simple = ESCAPES[letter];
  if (simple !== undefined) return { text: simple, end: Math.min(at + 2, end) };
  const count = HEXADECIMAL_DIGITS[letter];
  if (count !== undefined) {
    const digits = source.slice(at + 2, at + 2 + count);
    const code = /^[0-9a-fA-F]+$/.test(digits) && digits.length === count ? Number.parseInt(digits, 16) : -1;
    if (code >= 0 && code <= 0x10ffff) return { text: String.fromCodePoint(code), end: at + 2 + count };
  }
  return { text: source.slice(at, at + 2), end: Math.min(at + 2, end) };
}

interface Line {
  readonly start: number;
  /** Before the terminator. */
  readonly end: number;
  /** After the terminator. */
  readonly next: number;
}

/**
 * The content of a block scalar.
 *
 * @param start offset of `|` or `>`
 * @param content where the content ends, trailing blank lines included, and how many spaces are taken off each line
 */
export function blockPieces(
  source: string,
  start: number,
  { end, indent }: { readonly end: number; readonly indent: number },
): Piece[] {
  const header = lineAt(source, start, end);
  const lines: Line[] = [];
  for (let at = header.next; at < end;) {
    const line = lineAt(source, at, end);
    lines.push(line);
    at = line.next;
  }
  const indicators = /^[|>][-+0-9]*/.exec(source.slice(start, Math.min(header.end, start + 10)))?.[0] ?? '|';
  const keep = indicators.includes('+');
  const strip = indicators.includes('-');
  let last = lines.length - 1;
  while (last >= 0 && contentOf(source, lines[last], indent) === undefined) last--;
  const pieces = new Pieces();
  const content = lines.slice(0, last + 1);
  if (source[start] === '>') foldLines(source, content, indent, pieces);
  else literalLines(source, content, indent, pieces);
  const lastLine = lines[last];
  if (lastLine && !strip) lineBreak(source, lastLine, pieces);
  // Blanks behind the last line break are no line.
  if (keep) for (const line of lines.slice(last + 1)) if (line.next > line.end) lineBreak(source, line, pieces);
  return pieces.list;
}

function lineAt(source: string, start: number, limit: number): Line {
  const found = source.indexOf('\n', start);
  const next = found < 0 || found >= limit ? limit : found + 1;
  let end = next;
  if (source.charCodeAt(end - 1) === 10 && end > start) end--;
  if (end < next && source.charCodeAt(end - 1) === 13 && end > start) end--;
  return { start, end, next };
}

function lineBreak(source: string, line: Line, pieces: Pieces): void {
  if (line.next - line.end === 1 && source.charCodeAt(line.end) === 10) pieces.verbatim(source, line.end, line.next);
  else pieces.opaque('\n', line.end, line.next);
}

/** Where the content of a line begins, or undefined when nothing is left of it after the indentation. */
function contentOf(source: string, line: Line | undefined, indent: number): number | undefined {
  if (!line || line.end - line.start <= indent) return undefined;
  const start = line.start + indent;
  return source.slice(line.start, start).trim() === '' ? start : undefined;
}

function literalLines(source: string, lines: readonly Line[], indent: number, pieces: Pieces): void {
  lines.forEach((line, index) => {
    const start = contentOf(source, line, indent);
    if (start !== undefined) pieces.verbatim(source, start, line.end);
    if (index < lines.length - 1) lineBreak(source, line, pieces);
  });
}

/**
 * Folding (YAML 1.2.2, 8.1.3): the break between two lines of text becomes a space; each empty line between them a line
 * break; around lines that begin with a blank all breaks stay.
 */
function foldLines(source: string, lines: readonly Line[], indent: number, pieces: Pieces): void {
  let previous: Line | undefined;
  let previousIndented = false;
  let empty: Line[] = [];
  for (const line of lines) {
    const start = contentOf(source, line, indent);
    if (start === undefined) {
      empty.push(line);
      continue;
    }
    const indented = isBlank(source.charCodeAt(start));
    if (previous) {
      if (indented || previousIndented) lineBreak(source, previous, pieces);
      else if (empty.length === 0) pieces.opaque(' ', previous.end, start);
    }
    for (const line of empty) lineBreak(source, line, pieces);
    empty = [];
    pieces.verbatim(source, start, line.end);
    previous = line;
    previousIndented = indented;
  }
}
