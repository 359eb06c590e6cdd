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
 * What a reader made of a text, kept with the text itself. Not in a `WeakMap`: its values live through every collection of
 * young objects, and with them the trees of earlier keystrokes. A text keeps what the last reader made of it.
 */
export class TextMemo<T> {
  get(text: MappedText): T | undefined {
    const { memo } = text;
    return memo?.owner === this ? (memo.value as T) : undefined;
  }

  set(text: MappedText, value: T): void {
    text.memo = { owner: this, value };
  }
}

/**
 * Text derived from source text — a Dockerfile's logical line, a heredoc with its indentation removed, a
 * quoted string without its escapes, an image name whose tag comes from an `ARG` — that still knows, for each
 * offset, where it was written. Findings and fixes therefore land on the literal itself.
 */
export class MappedText {
  /** Where the text begins when it stands in the source as it is, as nearly all do; segments are then not kept. */
  readonly verbatimStart: number | undefined;
  /** The file of such a text, when it is another one. */
  readonly path: string | undefined;
  private readonly pieces: readonly Segment[] | undefined;
  /** For `TextMemo` alone. */
  memo: { readonly owner: object; readonly value: unknown } | undefined;

  constructor(
    readonly text: string,
    segments: readonly Segment[] | number,
    path?: string,
  ) {
    const only = typeof segments === 'number' || segments.length !== 1 ? undefined : segments[0];
    if (typeof segments === 'number') {
      this.verbatimStart = segments;
      this.path = path;
      this.pieces = undefined;
    } else if (only?.verbatim && only.start === 0 && only.end === text.length && only.end > 0 && !only.foreign) {
      this.verbatimStart = only.source.start;
      this.path = only.source.path;
      this.pieces = undefined;
    } else {
      this.verbatimStart = undefined;
      this.path = undefined;
      this.pieces = segments;
    }
  }

  /** Text that stands in the source as it is. `source.end - source.start` must equal `text.length`. */
  static verbatim(text: string, start: number, path?: string): MappedText {
    return text.length === 0 ? new MappedText(text, []) : new MappedText(text, start, path);
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

  /** The runs of the text, in order. */
  get segments(): readonly Segment[] {
    if (this.pieces) return this.pieces;
    const end = this.text.length;
    const start = this.verbatimStart ?? 0;
    return [{ start: 0, end, source: place(start, start + end, this.path), verbatim: true }];
  }

  /** The part between two offsets, still mapped. */
  slice(start: number, end: number = this.text.length): MappedText {
    const from = Math.max(0, start);
    const to = Math.min(end, this.text.length);
    if (from === 0 && to === this.text.length) return this;
    if (this.verbatimStart !== undefined && from < to) {
      return new MappedText(this.text.slice(from, to), this.verbatimStart + from, this.path);
    }
    const all = this.segments;
    const first = firstSegmentAfter(all, from);
    const whole = all[first];
    // Most parts lie inside one segment: a word of a line.
    if (whole?.verbatim && from < to && whole.start <= from && to <= whole.end) {
      return new MappedText(this.text.slice(from, to), whole.source.start + from - whole.start, whole.source.path);
    }
    const segments: Segment[] = [];
    for (let i = first; i < all.length; i++) {
      const segment = all[i];
      if (!segment || segment.start >= to) break;
      const low = Math.max(segment.start, from);
      const high = Math.min(segment.end, to);
      const source = segment.verbatim ? within(segment, low, high) : segment.source;
      const foreign = segment.foreign === true && segments.length > 0;
      segments.push(segmentOf(low - from, high - from, source, segment.verbatim, foreign));
    }
    return new MappedText(this.text.slice(from, to), segments);
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
    const { verbatimStart } = this;
    if (verbatimStart !== undefined && range.start >= 0 && range.start < range.end && range.end <= this.text.length) {
      return place(verbatimStart + range.start, verbatimStart + range.end, this.path);
    }
    const inside = this.verbatimAround(range);
    if (inside) return within(inside, range.start, range.end);
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
    if (this.verbatimStart !== undefined && range.start >= 0 && range.start < range.end) {
      return range.start < this.text.length;
    }
    const parts = this.slice(range.start, range.end).segments;
    let end: number | undefined;
    for (const part of parts) {
      if (!part.verbatim) return false;
      if (end !== undefined && (part.source.start !== end || part.source.path !== parts[0]?.source.path)) return false;
      end = part.source.end;
    }
    return parts.length > 0;
  }

  /** The verbatim segment that holds a whole part, when one does. */
  private verbatimAround({ start, end }: Range): Segment | undefined {
    if (!this.pieces || start < 0 || start >= end) return undefined;
    const segment = this.pieces[firstSegmentAfter(this.pieces, start)];
    return segment?.verbatim && segment.start <= start && end <= segment.end ? segment : undefined;
  }

  /** The place of a single offset of the derived text; the end of the text maps to the end of its last segment. */
  placeAt(offset: number): Place | undefined {
    if (this.verbatimStart !== undefined) {
      if (offset < 0) return undefined;
      const at = this.verbatimStart + Math.min(offset, this.text.length);
      return place(at, at, this.path);
    }
    const { segments } = this;
    const last = segments[segments.length - 1];
    let low = 0;
    let high = segments.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const segment = segments[middle];
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
  const from = segment.source.start + (low - segment.start);
  return place(from, from + (high - low), segment.source.path);
}

function place(start: number, end: number, path: string | undefined): Place {
  return path === undefined ? { start, end } : { start, end, path };
}

function segmentOf(start: number, end: number, source: Place, verbatim: boolean, foreign: boolean): Segment {
  return foreign ? { start, end, source, verbatim, foreign } : { start, end, source, verbatim };
}

/** Index of the first segment that ends after an offset: long logical lines have thousands. */
function firstSegmentAfter(segments: readonly Segment[], offset: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.end ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Builds a mapped text from left to right. Neighbouring verbatim segments are merged. */
export class MappedTextBuilder {
  private readonly pieces: string[] = [];
  private readonly segments: Segment[] = [];
  private length = 0;

  /** Appends a text that was derived elsewhere: another literal. */
  append(part: MappedText): this {
    const foreign = this.segments.length > 0;
    if (part.verbatimStart !== undefined) this.addVerbatim(part.text, part.verbatimStart, part.path, foreign);
    else this.addSegments(part.segments, foreign);
    return this.addText(part.text);
  }

  /** Appends `text`, which stands at `start` in the same literal as it is. */
  verbatim(text: string, start: number, path?: string): this {
    if (text.length > 0) this.addVerbatim(text, start, path, false);
    return this.addText(text);
  }

  /** Appends `text`, which stands for the whole of `source` in the same literal. */
  opaque(text: string, source: Place): this {
    const { length } = this;
    if (text.length > 0) this.segments.push(segmentOf(length, length + text.length, source, false, false));
    return this.addText(text);
  }

  build(): MappedText {
    return new MappedText(this.pieces.length === 1 ? (this.pieces[0] ?? '') : this.pieces.join(''), this.segments);
  }

  private addText(text: string): this {
    this.pieces.push(text);
    this.length += text.length;
    return this;
  }

  private addSegments(segments: readonly Segment[], foreign: boolean): void {
    let first = foreign;
    for (const { start, end, source, verbatim, foreign: own } of segments) {
      const isForeign = first || own === true;
      if (verbatim) this.push(start + this.length, end + this.length, source, isForeign);
      else this.segments.push(segmentOf(start + this.length, end + this.length, source, false, isForeign));
      first = false;
    }
  }

  private addVerbatim(text: string, start: number, path: string | undefined, foreign: boolean): void {
    const { length } = this;
    this.push(length, length + text.length, place(start, start + text.length, path), foreign);
  }

  /** A verbatim run; one that goes on where the last one ended makes it longer. */
  private push(start: number, end: number, source: Place, foreign: boolean): void {
    const last = this.segments[this.segments.length - 1];
    if (last?.verbatim && last.end === start && last.source.end === source.start && last.source.path === source.path) {
      const joined = place(last.source.start, source.end, last.source.path);
      this.segments[this.segments.length - 1] = segmentOf(last.start, end, joined, true, last.foreign === true);
      return;
    }
    this.segments.push(segmentOf(start, end, source, true, foreign));
  }
}
