import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MappedText, MappedTextBuilder, TextMemo } from '../../../server/src/core/mapped-text';

/** Texts made of runs that stand in the source and of runs that stand for a part of it. */
const texts = fc
  .array(
    fc.record({
      text: fc.stringMatching(/^[a-z]{1,6}$/),
      gap: fc.integer({ min: 0, max: 3 }),
      how: fc.constantFrom('verbatim', 'opaque', 'append'),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((runs) => {
    const builder = new MappedTextBuilder();
    let at = 10;
    for (const { text, gap, how } of runs) {
      at += gap;
      if (how === 'verbatim') builder.verbatim(text, at);
      else if (how === 'opaque') builder.opaque(text, { start: at, end: at + text.length + 2 });
      else builder.append(MappedText.verbatim(text, at));
      at += text.length + (how === 'opaque' ? 2 : 0);
    }
    return builder.build();
  });

describe('parts of a mapped text', () => {
  it('a slice has the text and the places of the part', () => {
    fc.assert(
      fc.property(texts, fc.nat(40), fc.nat(40), (text, a, b) => {
        const [start, end] = [Math.min(a, b, text.length), Math.min(Math.max(a, b), text.length)];
        const slice = text.slice(start, end);
        expect(slice.text).toBe(text.text.slice(start, end));
        for (let i = 0; i < slice.length; i++) expect(slice.placeAt(i)).toEqual(text.placeAt(start + i));
        // Asked of the whole or of the slice, the place of the part is the same.
        expect(text.sourceOf({ start, end })).toEqual(slice.sourceOf());
        if (end > start) expect(text.isVerbatim({ start, end })).toBe(slice.isVerbatim());
      }),
      { numRuns: 2000, seed: 20261121 },
    );
  });

  it('keeps what one reader made of it, for that reader alone', () => {
    const first = new TextMemo<string>();
    const second = new TextMemo<string>();
    const text = MappedText.verbatim('abc', 0);
    expect(first.get(text)).toBeUndefined();
    first.set(text, 'read');
    expect(first.get(text)).toBe('read');
    expect(second.get(text)).toBeUndefined();
    expect(first.get(MappedText.verbatim('abc', 0))).toBeUndefined();
  });
});
