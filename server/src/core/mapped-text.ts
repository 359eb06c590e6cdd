import type { Place, Range } from './text';

/**
 * Stands in a mapped text where the source has something whose value is not known: `${var.x}` with no
 * default, a shell expansion, `{{ .Values.x }}`. A private-use code point, so that it never occurs in a
 * real file and counts as a word character for every parser that we feed the text to.
 */
export const HOLE = '\uE000';

/** A run of derived text and the place that it comes from. */
export interface Segment {
  /** Offsets in the derived text. */
  readonly start: number;
  readonly end: number;
  /** Where it comes from. When `verbatim`, offsets inside map one to one; otherwise only as a whole. */
  readonly source: Place;
  readonly verbatim: boolean;
  /** Comes from another literal than the segment before it: no place may span the two unless they touch. */
  readonly foreign?: boolean | undefined;
}

/**
 * Text derived from source text — a Dockerfile's logical line, a heredoc with its indentation removed, a
 * quoted string without its escapes, an image name whose tag comes from an `ARG` — that still knows, for each
 * offset, where it was written. Findings and fixes therefore land on the literal itself.
 */
export class MappedText {
  constructor(
    readonly text: string,
    readonly segments: readonly Segment[],
  ) {}

  /** Text that stands in the source as it is. `source.end - source.start` must equal `text.length`. */
  static verbatim(text: string, start: number, path?: string): MappedText {
    const source: Place =
      path === undefined ? { start, end: start + text.length } : { start, end: start + text.length, path };
    return new MappedText(text, text.length === 0 ? [] : [{ start: 0, end: text.length, source, verbatim: true }]);
  }

  /** Text whose offsets have no counterpart of their own: it maps to `source` as a whole. */
  static opaque(text: string, source: Place): MappedText {
    return new MappedText(text, text.length === 0 ? [] : [{ start: 0, end: text.length, source, verbatim: false }]);
  }

  /** A hole: a value that is not known, written at `source`. */
  static hole(source: Place): MappedText {
    return MappedText.opaque(HOLE, source);
  }

  static concat(parts: readonly MappedText[]): MappedText {
    if (parts.length === 1 && parts[0]) return parts[0];
    const builder = new MappedTextBuilder();
    for (const part of parts) builder.append(part);
    return builder.build();
  }

  /** True when no part of the text is unknown. */
  get complete(): boolean {
    return !this.text.includes(HOLE);
  }

  get length(): number {
    return this.text.length;
  }

  /** The part between two offsets, still mapped. */
  slice(start: number, end: number = this.text.length): MappedText {
    const from = Math.max(0, start);
    const to = Math.min(end, this.text.length);
    if (from === 0 && to === this.text.length) return this;
    const segments: Segment[] = [];
    for (let i = this.firstSegmentAfter(from); i < this.segments.length; i++) {
      const segment = this.segments[i];
      if (!segment || segment.start >= to) break;
      const low = Math.max(segment.start, from);
      const high = Math.min(segment.end, to);
      const source = segment.verbatim ? within(segment, low, high) : segment.source;
      const shifted = { start: low - from, end: high - from, source, verbatim: segment.verbatim };
      segments.push(segment.foreign === true && segments.length > 0 ? { ...shifted, foreign: true } : shifted);
    }
    return new MappedText(this.text.slice(from, to), segments);
  }

  /** Index of the first segment that ends after an offset: long logical lines have thousands. */
  private firstSegmentAfter(offset: number): number {
    let low = 0;
    let high = this.segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.segments[middle]?.end ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** This text without blanks at either end, still mapped. */
  trim(): MappedText {
    const start = this.text.length - this.text.trimStart().length;
    return this.slice(start, Math.max(start, this.text.trimEnd().length));
  }

  /**
   * Where the given part of the text was written, when it comes from one literal (what its derivation dropped — a
   * continuation, an escape, indentation — may lie between). Undefined when it is pieced together from several literals.
   */
  sourceOf(range: Range = { start: 0, end: this.text.length }): Place | undefined {
    const parts =
      range.start === 0 && range.end === this.text.length ? this.segments : this.slice(range.start, range.end).segments;
    const first = parts[0];
    if (!first) return undefined;
    let end = first.source.end;
    for (let i = 1; i < parts.length; i++) {
      const next = parts[i];
      if (!next || next.source.path !== first.source.path || next.source.start < end) return undefined;
      if (next.foreign && next.source.start !== end) return undefined;
      end = next.source.end;
    }
    return { ...first.source, end };
  }

  /** True when every code unit of the part stands in the source as it is, without a gap: an edit may replace just it. */
  isVerbatim(range: Range = { start: 0, end: this.text.length }): boolean {
    const parts = this.slice(range.start, range.end).segments;
    let end: number | undefined;
    for (const part of parts) {
      if (!part.verbatim) return false;
      if (end !== undefined && (part.source.start !== end || part.source.path !== parts[0]?.source.path)) return false;
      end = part.source.end;
    }
    return parts.length > 0;
  }

  /** The place of a single offset of the derived text; the end of the text maps to the end of its last segment. */
  placeAt(offset: number): Place | undefined {
    const last = this.segments[this.segments.length - 1];
    let low = 0;
    let high = this.segments.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const segment = this.segments[middle];
      if (!segment) return undefined;
      if (offset < segment.start) high = middle - 1;
      else if (offset >= segment.end) low = middle + 1;
      else {
        const at = segment.verbatim ? segment.source.start + (offset - segment.start) : segment.source.start;
        return { ...segment.source, start: at, end: at };
      }
    }
    return last && offset >= last.end ? { ...last.source, start: last.source.end, end: last.source.end } : undefined;
  }
}

/** The place of a part of a verbatim segment. Written out: this runs for every word of every file. */
function within(segment: Segment, low: number, high: number): Place {
  const { start, path } = segment.source;
  const from = start + (low - segment.start);
  const end = start + (high - segment.start);
  return path === undefined ? { start: from, end } : { start: from, end, path };
}

/** Builds a mapped text from left to right. Neighbouring verbatim segments are merged. */
export class MappedTextBuilder {
  private readonly pieces: string[] = [];
  private readonly segments: Segment[] = [];
  private length = 0;

  /** Appends a text that was derived elsewhere: another literal. */
  append(part: MappedText): this {
    return this.add(part, this.segments.length > 0);
  }

  /** Appends `text`, which stands at `start` in the same literal as it is. */
  verbatim(text: string, start: number, path?: string): this {
    return this.add(MappedText.verbatim(text, start, path), false);
  }

  /** Appends `text`, which stands for the whole of `source` in the same literal. */
  opaque(text: string, source: Place): this {
    return this.add(MappedText.opaque(text, source), false);
  }

  build(): MappedText {
    return new MappedText(this.pieces.join(''), this.segments);
  }

  private add(part: MappedText, foreign: boolean): this {
    let first = foreign;
    for (const segment of part.segments) {
      this.push(first ? { ...segment, foreign: true } : segment, this.length);
      first = false;
    }
    this.pieces.push(part.text);
    this.length += part.text.length;
    return this;
  }

  private push(segment: Segment, shift: number): void {
    const last = this.segments[this.segments.length - 1];
    const start = segment.start + shift;
    const end = segment.end + shift;
    if (
      last?.verbatim &&
      segment.verbatim &&
      last.end === start &&
      last.source.end === segment.source.start &&
      last.source.path === segment.source.path
    ) {
      this.segments[this.segments.length - 1] = { ...last, end, source: { ...last.source, end: segment.source.end } };
      return;
    }
    this.segments.push({ ...segment, start, end });
  }
}
