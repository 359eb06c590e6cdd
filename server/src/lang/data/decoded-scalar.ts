import { HOLE, MappedText, MappedTextBuilder } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import { blockPieces, doublePieces, plainPieces, singlePieces } from './scalar-pieces';
import type { Piece } from './scalar-pieces';
import type { ScalarValue } from './scalar-value';
import { actionAt, firstActionEndingAfter } from './template-actions';
import type { TemplateAction } from './template-actions';
import type { ScalarNode } from './tree';

/** The text of one document and where it stands. */
export interface Origin {
  /** What was parsed: template actions are blanked. */
  readonly text: string;
  /** Offset of the document in the file's text. */
  readonly base: number;
  /** When the file's text is derived itself. */
  readonly outer?: MappedText | undefined;
  /** Offsets in `text`. */
  readonly actions: readonly TemplateAction[];
}

/** The parts of a scalar that do not depend on where its document stands. */
export interface ScalarParts {
  /** In the document's text. */
  readonly start: number;
  readonly end: number;
  /** Where the content ends for decoding: a block scalar's trailing blank lines are past `end`. */
  readonly contentEnd: number;
  readonly style: ScalarNode['style'];
  /** What the parser decoded. */
  readonly decoded: string;
  readonly value: ScalarValue;
  readonly anchor: string | undefined;
  readonly tag: string | undefined;
  /** True when the whole range is a template action that writes the value. */
  readonly hole?: boolean | undefined;
}

/** A scalar whose mapped text is built when it is first asked for: most scalars of a manifest are never looked at. */
export class DecodedScalar implements ScalarNode {
  readonly type = 'scalar';
  readonly range: Range;
  private mapped: MappedText | undefined;

  constructor(
    private readonly origin: Origin,
    private readonly parts: ScalarParts,
  ) {
    this.range = { start: origin.base + parts.start, end: origin.base + parts.end };
  }

  get style(): ScalarNode['style'] {
    return this.parts.style;
  }

  get value(): ScalarValue {
    return this.parts.value;
  }

  get anchor(): string | undefined {
    return this.parts.anchor;
  }

  get tag(): string | undefined {
    return this.parts.tag;
  }

  get text(): MappedText {
    this.mapped ??= decode(this.origin, this.parts);
    return this.mapped;
  }

  /** The same scalar in a document that stands elsewhere. */
  at(origin: Origin): DecodedScalar {
    return new DecodedScalar(origin, this.parts);
  }
}

/** The decoded text of a scalar, mapped to the file or, when that is derived, to its source. */
export function decode(origin: Origin, parts: ScalarParts): MappedText {
  const { text: source, base, outer } = origin;
  let pieces = piecesOf(source, parts);
  if (parts.hole) pieces = [{ text: HOLE, start: parts.start, end: parts.end, verbatim: false }];
  else if (pieces.map((piece) => piece.text).join('') !== parts.decoded) {
    // Broken input that the parser mended in its own way: the text maps to the scalar as a whole.
    pieces = [{ text: parts.decoded, start: parts.start, end: parts.end, verbatim: false }];
  }
  if (origin.actions.length > 0 && !parts.hole) pieces = withHoles(pieces, origin.actions, parts);
  const builder = new MappedTextBuilder();
  if (outer) appendDerived(builder, pieces, outer, base);
  else {
    for (const piece of pieces) {
      if (piece.verbatim) builder.verbatim(piece.text, base + piece.start);
      else builder.opaque(piece.text, { start: base + piece.start, end: base + piece.end });
    }
  }
  return builder.build();
}

/** Appends pieces of derived text with their places in its source. Pieces of one literal there stay one literal. */
function appendDerived(builder: MappedTextBuilder, pieces: readonly Piece[], outer: MappedText, base: number): void {
  let previousEnd: number | undefined;
  for (const piece of pieces) {
    const range = { start: base + piece.start, end: base + piece.end };
    const from = previousEnd === undefined ? range.start : Math.max(0, previousEnd - 1);
    const skipped = outer.slice(from, range.start + 1);
    const mapped = piece.verbatim ? outer.slice(range.start, range.end) : opaqueIn(outer, piece.text, range);
    mapped.segments.forEach((segment, index) => {
      const text = mapped.text.slice(segment.start, segment.end);
      const foreign = index === 0 ? skipped.segments.some((part) => part.foreign) : segment.foreign === true;
      if (foreign)
        builder.append(new MappedText(text, [{ ...segment, start: 0, end: text.length, foreign: undefined }]));
      else if (segment.verbatim) builder.verbatim(text, segment.source.start, segment.source.path);
      else builder.opaque(text, segment.source);
    });
    previousEnd = range.end;
  }
}

/** An escape or a folded line break of derived text; at its first offset when it is pieced together from several places. */
function opaqueIn(outer: MappedText, text: string, range: Range): MappedText {
  const place = range.end > range.start ? outer.sourceOf(range) : undefined;
  return MappedText.opaque(text, place ?? outer.placeAt(range.start) ?? { start: 0, end: 0 });
}

function piecesOf(source: string, parts: ScalarParts): readonly Piece[] {
  const { start, end } = parts;
  switch (parts.style) {
    case 'plain':
      return plainPieces(source, start, end);
    case 'single':
      return singlePieces(source, start + 1, closedEnd(source, start, end, "'"));
    case 'double':
    case 'json':
      return source[start] === '"'
        ? doublePieces(source, start + 1, closedEnd(source, start, end, '"'))
        : [{ text: source.slice(start, end), start, end, verbatim: true }];
    default:
      return blockPieces(source, start, parts.contentEnd, parts.decoded);
  }
}

/** The end of a quoted scalar without its closing quote, which half-typed text lacks. */
function closedEnd(source: string, start: number, end: number, quote: string): number {
  return end - start >= 2 && source[end - 1] === quote ? end - 1 : end;
}

/** Puts one HOLE for each template action: runs of filler inside lines, and whole lines of block scalars. */
function withHoles(pieces: readonly Piece[], actions: readonly TemplateAction[], parts: ScalarParts): readonly Piece[] {
  const result: Piece[] = [];
  let last: TemplateAction | undefined;
  for (const piece of pieces) {
    if (!piece.text.includes(HOLE)) {
      result.push(piece);
      continue;
    }
    for (const run of piece.text.matchAll(RUN)) {
      const from = run.index;
      if (run[0][0] !== HOLE) {
        result.push({
          ...piece,
          text: run[0],
          ...(piece.verbatim ? { start: piece.start + from, end: piece.start + from + run[0].length } : {}),
        });
        continue;
      }
      for (let i = from; i < from + run[0].length;) {
        const action = actionAt(actions, piece.verbatim ? piece.start + i : piece.start);
        if (action && action !== last)
          result.push({ text: HOLE, start: action.start, end: action.end, verbatim: false });
        else if (!action) result.push({ text: HOLE, start: piece.start, end: piece.end, verbatim: false });
        last = action;
        i = action && piece.verbatim ? Math.max(i + 1, action.end - piece.start) : from + run[0].length;
      }
    }
  }
  return parts.style === 'literal' || parts.style === 'folded' ? withLines(result, actions, parts) : result;
}

const RUN = new RegExp(`${HOLE}+|[^${HOLE}]+`, 'g');

/** In a block scalar, takes out the blanks that stand for action lines and puts a HOLE where one writes text. */
function withLines(pieces: readonly Piece[], actions: readonly TemplateAction[], parts: ScalarParts): readonly Piece[] {
  const lines: TemplateAction[] = [];
  for (let i = firstActionEndingAfter(actions, parts.start); i < actions.length; i++) {
    const action = actions[i];
    if (!action || action.start >= parts.contentEnd) break;
    if (action.wholeLine) lines.push(action);
  }
  if (lines.length === 0) return pieces;
  const result: Piece[] = [];
  let next = 0;
  let written = -1;
  const write = (index: number): void => {
    const line = lines[index];
    if (line?.output && index > written) result.push({ text: HOLE, start: line.start, end: line.end, verbatim: false });
    written = Math.max(written, index);
  };
  for (const piece of pieces) {
    for (let line = lines[next]; line && line.end <= piece.start; line = lines[next]) write(next++);
    let from = piece.start;
    for (let line = lines[next]; piece.verbatim && line && line.start < piece.end; line = lines[next]) {
      if (line.start > from) result.push(partOf(piece, from, line.start));
      write(next);
      from = Math.min(line.end, piece.end);
      if (line.end > piece.end) break;
      next++;
    }
    if (from === piece.start) result.push(piece);
    else if (from < piece.end) result.push(partOf(piece, from, piece.end));
  }
  while (next < lines.length) write(next++);
  return result;
}

/** A part of a verbatim piece, given by its place in the document. */
function partOf(piece: Piece, start: number, end: number): Piece {
  return { text: piece.text.slice(start - piece.start, end - piece.start), start, end, verbatim: true };
}
