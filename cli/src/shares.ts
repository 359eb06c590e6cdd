import type { Candidate } from './discover';

/** Files that a thread takes at once, so that the last one does not keep the others waiting for long. */
const PIECE = 16;

/** Directories of more files are split, though each part then builds the module of all. */
const LONGEST = 128;

/** Neighbours in pieces. Files of one directory share their module: they stay together. */
export function piecesOf(candidates: readonly Candidate[]): Candidate[][] {
  const pieces: Candidate[][] = [];
  let directory: string | undefined;
  for (const candidate of candidates) {
    const last = pieces.at(-1);
    const own = candidate.path.slice(0, candidate.path.lastIndexOf('/') + 1);
    const isFull = last !== undefined && last.length >= (own === directory ? LONGEST : PIECE);
    if (last && !isFull) last.push(candidate);
    else pieces.push([candidate]);
    directory = own;
  }
  return pieces;
}

/**
 * Deals out pieces of work. Each thread has a stretch of neighbours of its own, the same one in every pass; whoever is done
 * helps the one that has most left, from the other end. A pass that goes backwards begins with what was read last.
 */
export class Shares {
  private readonly stretches: { from: number; to: number }[];

  constructor(
    pieces: number,
    threads: number,
    private readonly backwards: boolean,
  ) {
    const start = (share: number): number => Math.floor((pieces * share) / threads);
    this.stretches = Array.from({ length: threads }, (_, share) => ({ from: start(share), to: start(share + 1) }));
  }

  /** The next piece of a thread; undefined when nothing is left for anybody. */
  take(thread: number): number | undefined {
    const own = this.stretches[thread];
    if (own && own.from < own.to) return this.backwards ? --own.to : own.from++;
    let longest: { from: number; to: number } | undefined;
    for (const stretch of this.stretches) {
      if (stretch.to - stretch.from > (longest ? longest.to - longest.from : 0)) longest = stretch;
    }
    if (!longest) return undefined;
    return this.backwards ? longest.from++ : --longest.to;
  }
}
