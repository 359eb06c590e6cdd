import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf, Shares } from '../../../cli/src/shares';

function candidates(paths: readonly string[]): { path: string; peek: boolean; explicit: boolean }[] {
  return paths.map((path) => ({ path, peek: false, explicit: false }));
}

describe('piecesOf', () => {
  it('keeps the files of a directory together', () => {
    const paths = Array.from({ length: 40 }, (_, directory) =>
      Array.from({ length: 5 }, (_, file) => `m${String(directory).padStart(2, '0')}/f${file}.tf`),
    ).flat();
    const pieces = piecesOf(candidates(paths));
    expect(pieces.flat().map(({ path }) => path)).toEqual(paths);
    const pieceOf = new Map(pieces.flatMap((piece, index) => piece.map(({ path }) => [path.slice(0, 3), index])));
    for (const [index, piece] of pieces.entries()) {
      for (const { path } of piece) expect(pieceOf.get(path.slice(0, 3))).toBe(index);
    }
    expect(pieces.length).toBeGreaterThan(5);
  });

  it('splits a directory that would keep all other threads waiting', () => {
    const pieces = piecesOf(candidates(Array.from({ length: 1000 }, (_, file) => `all/f${file}.tf`)));
    expect(pieces.length).toBeGreaterThan(4);
    expect(pieces.flat()).toHaveLength(1000);
  });
});

describe('Shares', () => {
  it('deals out every piece once, whoever asks in whatever order', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        fc.array(fc.nat(5), { minLength: 1, maxLength: 30 }),
        (pieces, threads, backwards, order) => {
          const shares = new Shares(pieces, threads, backwards);
          const dealt: number[] = [];
          for (let turn = 0; ; turn++) {
            const piece = shares.take((order[turn % order.length] ?? 0) % threads);
            if (piece === undefined) break;
            dealt.push(piece);
          }
          expect(dealt.sort((a, b) => a - b)).toEqual(Array.from({ length: pieces }, (_, index) => index));
        },
      ),
      { seed: 20261121 },
    );
  });

  it('gives a thread neighbours, and the same stretch in both passes', () => {
    const forwards = new Shares(8, 2, false);
    const backwards = new Shares(8, 2, true);
    expect([1, 2, 3, 4].map(() => forwards.take(1))).toEqual([4, 5, 6, 7]);
    expect([1, 2, 3, 4].map(() => backwards.take(1))).toEqual([7, 6, 5, 4]);
  });

  it('lets who is done help, from the far end', () => {
    const shares = new Shares(6, 2, false);
    expect([0, 1, 2, 3].map(() => shares.take(0))).toEqual([0, 1, 2, 5]);
    expect(shares.take(1)).toBe(3);
  });
});
