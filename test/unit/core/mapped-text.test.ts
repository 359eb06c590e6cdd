import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOLE, MappedText, MappedTextBuilder } from '../../../server/src/core/mapped-text';

describe('MappedText', () => {
  const source = 'RUN apt-get \\\n  install curl';
  const logical = new MappedTextBuilder()
    .verbatim('apt-get ', 4)
    .verbatim('  install curl', source.indexOf('  install'))
    .build();

  it('maps a part that spans a dropped continuation to one place', () => {
    const at = logical.text.indexOf('get');
    const place = logical.sourceOf({ start: at, end: logical.text.indexOf('curl') });
    expect(source.slice(place?.start, place?.end)).toBe('get \\\n  install ');
    expect(logical.isVerbatim({ start: at, end: at + 3 })).toBe(true);
    expect(logical.isVerbatim({ start: at, end: logical.length })).toBe(false);
  });

  it('gives no single place to what is pieced together from two files or out of order', () => {
    const pieced = MappedText.concat([MappedText.verbatim('app:', 100), MappedText.verbatim('latest', 10)]);
    expect(pieced.sourceOf()).toBeUndefined();
    expect(pieced.sourceOf({ start: 4, end: 10 })).toEqual({ start: 10, end: 16 });
    const other = MappedText.concat([MappedText.verbatim('a', 0), MappedText.verbatim('b', 1, 'other.tf')]);
    expect(other.sourceOf()).toBeUndefined();
    const nearby = MappedText.concat([MappedText.verbatim('app:', 0), MappedText.verbatim('latest', 20)]);
    expect(nearby.sourceOf()).toBeUndefined();
  });

  it('knows holes', () => {
    const text = MappedText.concat([MappedText.verbatim('app-', 0), MappedText.hole({ start: 4, end: 14 })]);
    expect(text.text).toBe(`app-${HOLE}`);
    expect(text.complete).toBe(false);
    expect(text.sourceOf({ start: 4, end: 5 })).toEqual({ start: 4, end: 14 });
    expect(text.slice(0, 4).complete).toBe(true);
  });

  it('slicing, trimming and joining keep every verbatim character on its source', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 60 }),
        fc.array(fc.tuple(fc.nat(59), fc.nat(59)), { minLength: 1, maxLength: 5 }),
        fc.nat(80),
        fc.nat(80),
        (text, cuts, from, to) => {
          const parts = cuts.map(([a, b]) =>
            MappedText.verbatim(text.slice(Math.min(a, b), Math.max(a, b)), Math.min(a, b)),
          );
          const joined = MappedText.concat(parts);
          expect(joined.text).toBe(parts.map((part) => part.text).join(''));
          for (const piece of [joined, joined.slice(from, to), joined.trim()]) {
            for (const segment of piece.segments) {
              expect(text.slice(segment.source.start, segment.source.end)).toBe(
                piece.text.slice(segment.start, segment.end),
              );
            }
            for (let offset = 0; offset < piece.length; offset++) {
              expect(text[piece.placeAt(offset)?.start ?? -1]).toBe(piece.text[offset]);
            }
          }
        },
      ),
      { seed: 20261121, numRuns: 300 },
    );
  });
});
