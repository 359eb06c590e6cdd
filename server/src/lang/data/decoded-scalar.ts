import { HOLE, MappedText, MappedTextBuilder } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import { blockPieces, doublePieces, plainPieces, singlePieces } from './scalar-pieces';
import type { Piece } from './scalar-pieces';
import { resolveScalar } from './scalar-value';
import type { ScalarValue } from './scalar-value';
import { actionAt, firstActionEndingAfter } from './template-actions';
import type { TemplateAction } from './template-actions';
import type { ScalarNode } from './tree';

/** The text that scalars are written in. */
export interface Origin {
  /** What was parsed: template actions are blanked. */
  readonly text: string;
  /** When the text is derived itself. */
  readonly outer?: MappedText | undefined;
  /** Offsets in `text`. */
  readonly actions: readonly TemplateAction[];
}

/** What most scalars do not have. */
export interface ScalarDetails {
  readonly anchor?: string | undefined;
  readonly tag?: string | undefined;
  /** A block scalar's content: trailing blank lines are past the scalar's range. */
  readonly block?: BlockContent | undefined;
  /** True when half-typed text lacks the closing quote. */
  readonly open?: boolean | undefined;
  /** True when the whole range is a template action that writes the value. */
  readonly hole?: boolean | undefined;
  /** What another parser read. */
  readonly known?: { readonly decoded: string; readonly value: ScalarValue } | undefined;
}

export interface BlockContent {
  /** Where it ends, trailing blank lines included. */
  readonly end: number;
  /** How many spaces are taken off each line. */
  readonly indent: number;
}

/**
 * A scalar that is decoded when it is first asked for: most scalars of a manifest are never looked at. Few fields, since
 * a tree holds tens of thousands.
 */
export class DecodedScalar implements ScalarNode {
  readonly type = 'scalar';
  readonly range: Range;
  private mapped: MappedText | undefined = undefined;
  private resolved: ScalarValue | undefined = undefined;

  constructor(
    private readonly origin: Origin,
    start: number,
    end: number,
    readonly style: ScalarNode['style'],
    private readonly details: ScalarDetails | undefined,
  ) {
    this.range = { start, end };
  }

  get anchor(): string | undefined {
    return this.details?.anchor;
  }

  get tag(): string | undefined {
    return this.details?.tag;
  }

  get text(): MappedText {
    this.mapped ??= mappedText(this.origin, this.range, this.style, this.details);
    return this.mapped;
  }

  get value(): ScalarValue {
    if (this.resolved === undefined) this.resolved = this.resolve();
    return this.resolved;
  }

  private resolve(): ScalarValue {
    const { origin, range, style, details } = this;
    if (details?.hole) return HOLE;
    if (details?.known) return details.known.value;
    if (style === 'plain' && range.start === range.end && details?.tag !== 'tag:yaml.org,2002:str') return null;
    const decoded = decodedText(origin, range, style, details);
    return this.holdsAction && this.text.text !== decoded
      ? this.text.text
      : resolveScalar(decoded, style === 'plain', details?.tag);
  }

  private get holdsAction(): boolean {
    const { actions } = this.origin;
    if (actions.length === 0) return false;
    const action = actions[firstActionEndingAfter(actions, this.range.start)];
    return action !== undefined && action.start < (this.details?.block?.end ?? this.range.end);
  }
}

/** The text of a scalar that is used as a key. */
export function keyText(origin: Origin, range: Range, style: ScalarNode['style'], details?: ScalarDetails): string {
  const decoded = decodedText(origin, range, style, details);
  return origin.actions.length > 0 && decoded.includes(HOLE) ? mappedText(origin, range, style, details).text : decoded;
}

/** The content of a scalar when it stands in the text as it is, on one line and without escapes. */
function simpleContent(source: string, range: Range, style: ScalarNode['style'], open: boolean): Range | undefined {
  const { start, end } = range;
  let inner = range;
  if (style === 'single' || style === 'double') inner = { start: start + 1, end: open ? end : end - 1 };
  else if (style !== 'plain') return undefined;
  const special = style === 'double' ? 92 : style === 'single' ? 39 : 10;
  for (let at = inner.start; at < inner.end; at++) {
    const code = source.charCodeAt(at);
    if (code === 10 || code === special) return undefined;
  }
  return inner;
}

/** The decoded text of a scalar, template actions still blanked. */
function decodedText(origin: Origin, range: Range, style: ScalarNode['style'], details?: ScalarDetails): string {
  if (details?.known) return details.known.decoded;
  const simple = simpleContent(origin.text, range, style, details?.open === true);
  if (simple) return origin.text.slice(simple.start, simple.end);
  return piecesOf(origin.text, range, style, details)
    .map((piece) => piece.text)
    .join('');
}

/** The decoded text of a scalar, mapped to the file or, when that is derived, to its source. */
function mappedText(
  origin: Origin,
  range: Range,
  style: ScalarNode['style'],
  details: ScalarDetails | undefined,
): MappedText {
  const { text: source, outer, actions } = origin;
  if (!outer && actions.length === 0) {
    const simple = simpleContent(source, range, style, details?.open === true);
    if (simple) return MappedText.verbatim(source.slice(simple.start, simple.end), simple.start);
  }
  let pieces = details?.hole ? [{ text: HOLE, ...range, verbatim: false }] : piecesOf(source, range, style, details);
  if (details?.known && pieces.map((piece) => piece.text).join('') !== details.known.decoded) {
    // Broken input that the other parser mended in its own way: the text maps to the scalar as a whole.
    pieces = [{ text: details.known.decoded, ...range, verbatim: false }];
  }
  if (actions.length > 0 && !details?.hole) {
    pieces = withHoles(pieces, actions);
    if (details?.block) pieces = withLines(pieces, actions, range.start, details.block.end);
  }
  const builder = new MappedTextBuilder();
  if (outer) appendDerived(builder, pieces, outer);
  else {
    for (const piece of pieces) {
      if (piece.verbatim) builder.verbatim(piece.text, piece.start);
      else builder.opaque(piece.text, { start: piece.start, end: piece.end });
    }
  }
  return builder.build();
}

/** Appends pieces of derived text with their places in its source. Pieces of one literal there stay one literal. */
function appendDerived(builder: MappedTextBuilder, pieces: readonly Piece[], outer: MappedText): void {
  let previousEnd: number | undefined;
  for (const piece of pieces) {
    const from = previousEnd === undefined ? piece.start : Math.max(0, previousEnd - 1);
    const skipped = outer.slice(from, piece.start + 1);
    const mapped = piece.verbatim ? outer.slice(piece.start, piece.end) : opaqueIn(outer, piece.text, piece);
    mapped.segments.forEach((segment, index) => {
      const text = mapped.text.slice(segment.start, segment.end);
      const foreign = index === 0 ? skipped.segments.some((part) => part.foreign) : segment.foreign === true;
      if (foreign)
        builder.append(new MappedText(text, [{ ...segment, start: 0, end: text.length, foreign: undefined }]));
      else if (segment.verbatim) builder.verbatim(text, segment.source.start, segment.source.path);
      else builder.opaque(text, segment.source);
    });
    previousEnd = piece.end;
  }
}

/** An escape or a folded line break of derived text; at its first offset when it is pieced together from several places. */
function opaqueIn(outer: MappedText, text: string, { start, end }: Range): MappedText {
  const place = end > start ? outer.sourceOf({ start, end }) : undefined;
  return MappedText.opaque(text, place ?? outer.placeAt(start) ?? { start: 0, end: 0 });
}

function piecesOf(
  source: string,
  { start, end }: Range,
  style: ScalarNode['style'],
  details: ScalarDetails | undefined,
): readonly Piece[] {
  switch (style) {
    case 'plain':
      return plainPieces(source, start, end);
    case 'single':
      return singlePieces(source, start + 1, details?.open ? end : end - 1);
    case 'double':
      return doublePieces(source, start + 1, details?.open ? end : end - 1);
    case 'json':
      return source[start] === '"'
        ? doublePieces(source, start + 1, end - start >= 2 && source[end - 1] === '"' ? end - 1 : end)
        : [{ text: source.slice(start, end), start, end, verbatim: true }];
    default:
      return blockPieces(source, start, details?.block ?? { end, indent: 0 });
  }
}

/** Puts one HOLE for each template action inside a line: a run of filler. */
function withHoles(pieces: readonly Piece[], actions: readonly TemplateAction[]): readonly Piece[] {
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
  return result;
}

const RUN = new RegExp(`${HOLE}+|[^${HOLE}]+`, 'g');

/** In a block scalar, takes out the blanks that stand for action lines and puts a HOLE where one writes text. */
function withLines(
  pieces: readonly Piece[],
  actions: readonly TemplateAction[],
  start: number,
  contentEnd: number,
): readonly Piece[] {
  const lines: TemplateAction[] = [];
  for (let i = firstActionEndingAfter(actions, start); i < actions.length; i++) {
    const action = actions[i];
    if (!action || action.start >= contentEnd) break;
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

/** A part of a verbatim piece, given by its place in the text. */
function partOf(piece: Piece, start: number, end: number): Piece {
  return { text: piece.text.slice(start - piece.start, end - piece.start), start, end, verbatim: true };
}
