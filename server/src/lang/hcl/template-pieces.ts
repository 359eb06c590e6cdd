import { MappedText } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import type { TemplateDirective, TemplateInterpolation, TemplateLiteral, TemplatePart } from './ast';
import { CARRIAGE_RETURN, LINE_FEED, SPACE, TAB } from './characters';

/** A piece of one line of literal text: what is left of the source between `outerStart` and `outerEnd`. */
export interface Run {
  readonly type: 'run';
  readonly outerStart: number;
  outerEnd: number;
  /** After the dropped sign of an escape and the blanks that were removed. */
  start: number;
  end: number;
}

export type Piece = Run | TemplateInterpolation | TemplateDirective;

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === CARRIAGE_RETURN || code === LINE_FEED;
}

/** Length of the blanks that the run begins with. */
function indentationOf(text: string, run: Run): number {
  let at = run.start;
  while (at < run.end && isBlank(text.charCodeAt(at))) at++;
  return at - run.start;
}

/** Applies `~`: removes the blanks beside it, at most to the start of its line or of the next one. */
export function stripBlanks(text: string, pieces: readonly Piece[]): void {
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i];
    if (!piece || piece.type === 'run') continue;
    const before = pieces[i - 1];
    if (piece.stripBefore && before?.type === 'run') {
      while (before.end > before.start && isBlank(text.charCodeAt(before.end - 1))) before.end--;
    }
    const after = pieces[i + 1];
    if (piece.stripAfter && after?.type === 'run') after.start += indentationOf(text, after);
  }
}

/**
 * Removes from every line the indentation that all lines share (`<<-`). Lines of blanks do not count, nor does a line
 * whose line break before it was stripped: for Terraform it is no line of its own.
 */
export function removeIndentation(text: string, pieces: readonly Piece[]): void {
  const leading: Run[] = [];
  let smallest = Infinity;
  let lineStart = true;
  for (const piece of pieces) {
    if (piece.type !== 'run') {
      if (lineStart) smallest = 0;
      lineStart = false;
      continue;
    }
    const endsLine = piece.end > piece.start && text.charCodeAt(piece.end - 1) === LINE_FEED;
    if (lineStart) {
      const indentation = indentationOf(text, piece);
      const blank = endsLine && indentation === piece.end - piece.start;
      if (!blank) {
        leading.push(piece);
        smallest = Math.min(smallest, indentation);
      }
    }
    lineStart = endsLine;
  }
  for (const run of leading) run.start += smallest;
}

/** Joins runs to literals. */
export function toParts(text: string, pieces: readonly Piece[]): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let first = 0;
  for (let i = 0; i <= pieces.length; i++) {
    const piece = pieces[i];
    if (piece?.type === 'run') continue;
    if (i > first) {
      const literal = join(text, pieces, first, i);
      if (literal) parts.push(literal);
    }
    if (piece) parts.push(piece);
    first = i + 1;
  }
  return parts;
}

/** The literal that the runs from `from` to `to` make; undefined when nothing is left of them. */
function join(text: string, pieces: readonly Piece[], from: number, to: number): TemplateLiteral | undefined {
  const range = { start: 0, end: 0 };
  const segments: Range[] = [];
  let open: { start: number; end: number } | undefined;
  for (let i = from; i < to; i++) {
    const run = pieces[i];
    if (run?.type !== 'run') continue;
    if (i === from) range.start = run.outerStart;
    range.end = run.outerEnd;
    if (open?.end === run.start) open.end = run.end;
    else if (run.end > run.start) {
      open = { start: run.start, end: run.end };
      segments.push(open);
    }
  }
  if (segments.length === 0) return undefined;
  const texts = segments.map(({ start, end }) => MappedText.verbatim(text.slice(start, end), start));
  return { type: 'text', range, text: MappedText.concat(texts) };
}
