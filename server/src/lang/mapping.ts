import type { MappedText, MappedTextBuilder } from '../core/mapped-text';
import type { Range } from '../core/text';

/** The parts of `text` at `ranges`. */
export function sliceAll(text: MappedText, ranges: readonly Range[]): MappedText[] {
  return ranges.map((range) => text.slice(range.start, range.end));
}

/** Appends a text that belongs to the same literal as what was appended before it. */
export function appendSame(builder: MappedTextBuilder, part: MappedText): void {
  if (part.verbatimStart !== undefined) {
    builder.verbatim(part.text, part.verbatimStart, part.path);
    return;
  }
  for (const segment of part.segments) {
    const text = part.text.slice(segment.start, segment.end);
    if (segment.verbatim) builder.verbatim(text, segment.source.start, segment.source.path);
    else builder.opaque(text, segment.source);
  }
}
