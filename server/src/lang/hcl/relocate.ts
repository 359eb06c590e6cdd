import { MappedText } from '../../core/mapped-text';
import type { Place, Range } from '../../core/text';
import type { TemplatePart } from './ast';

/**
 * Moves parts that were parsed from a derived text to where that text was written: every range and every literal
 * text of the tree.
 */
export function relocate(parts: readonly TemplatePart[], text: MappedText): TemplatePart[] {
  return parts.map((part) => moved(part, text));
}

/** The tree is plain data: whatever has a `start` and an `end` is a range. */
function moved<T>(value: T, text: MappedText): T;
function moved(value: unknown, text: MappedText): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof MappedText) return movedText(value, text);
  if (Array.isArray(value)) return value.map((item: unknown) => moved(item, text));
  if (isRange(value)) return movedRange(value, text);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, moved(child, text)]));
}

function isRange(value: object): value is Range {
  return 'start' in value && 'end' in value;
}

function movedRange(range: Range, text: MappedText): Range {
  const start = text.placeAt(range.start)?.start ?? 0;
  if (range.end <= range.start) return { start, end: start };
  return { start, end: Math.max(start, endOf(text, range.end)) };
}

/** Where the code unit before an offset ends in the source. */
function endOf(text: MappedText, end: number): number {
  let low = 0;
  let high = text.segments.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((text.segments[middle]?.end ?? 0) < end) low = middle + 1;
    else high = middle;
  }
  const segment = text.segments[low];
  if (!segment) return 0;
  return segment.verbatim ? segment.source.start + Math.min(end, segment.end) - segment.start : segment.source.end;
}

function movedText(part: MappedText, text: MappedText): MappedText {
  const pieces = part.segments.map((segment) => {
    if (segment.verbatim) return text.slice(segment.source.start, segment.source.end);
    const range = movedRange(segment.source, text);
    const path = text.placeAt(segment.source.start)?.path;
    const source: Place = path === undefined ? range : { ...range, path };
    return MappedText.opaque(part.text.slice(segment.start, segment.end), source);
  });
  return MappedText.concat(pieces);
}
