import { MappedText, type MappedTextBuilder, type Segment } from '../core/mapped-text';
import type { Range } from '../core/text';

/**
 * The parts of `text` at `ranges`, which must be in ascending order and must not overlap. One pass over the segments, where
 * calling `slice` for each range would be quadratic for an instruction of many continuation lines.
 */
export function sliceAll(text: MappedText, ranges: readonly Range[]): MappedText[] {
  const { segments } = text;
  if (segments.length <= 2) return ranges.map((range) => text.slice(range.start, range.end));
  let first = 0;
  return ranges.map((range) => {
    while (first < segments.length && (segments[first]?.end ?? 0) <= range.start) first++;
    const found: Segment[] = [];
    for (let i = first; i < segments.length; i++) {
      const segment = segments[i];
      if (!segment || segment.start >= range.end) break;
      found.push(segment);
    }
    return part(text, found, range.start, range.end);
  });
}

/** Appends a text that belongs to the same literal as what was appended before it. */
export function appendSame(builder: MappedTextBuilder, part: MappedText): void {
  for (const segment of part.segments) {
    const text = part.text.slice(segment.start, segment.end);
    if (segment.verbatim) builder.verbatim(text, segment.source.start, segment.source.path);
    else builder.opaque(text, segment.source);
  }
}

/** `text.slice(start, end)` in time that depends on the part only: the segments before it are skipped by bisection. */
export function sliceAt(text: MappedText, start: number, end: number): MappedText {
  const { segments } = text;
  if (segments.length <= 8) return text.slice(start, end);
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const found: Segment[] = [];
  for (let i = low; i < segments.length; i++) {
    const segment = segments[i];
    if (!segment || segment.start >= end) break;
    found.push(segment);
  }
  return part(text, found, start, end);
}

/** The part `[start, end)` of a text, whose segments there are `found`. */
function part(text: MappedText, found: readonly Segment[], start: number, end: number): MappedText {
  const from = found[0]?.start ?? start;
  const last = found[found.length - 1]?.end ?? start;
  const shifted = found.map((segment) => ({ ...segment, start: segment.start - from, end: segment.end - from }));
  return new MappedText(text.text.slice(from, last), shifted).slice(start - from, end - from);
}
