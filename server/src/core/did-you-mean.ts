/**
 * The candidate that a person most likely meant by `word`, or undefined when none is near. Near means: at most a third
 * of the letters differ (insertions, deletions, replacements, swapped neighbours), or only the part after `/` is right.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const found = distance(wanted, candidate.toLowerCase());
    if (found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  if (best !== undefined && bestDistance <= Math.max(1, Math.floor(wanted.length / 3))) return best;
  const name = wanted.slice(wanted.lastIndexOf('/') + 1);
  if (name === '' || name === '*') return undefined;
  for (const candidate of candidates) if (candidate.endsWith(`/${name}`)) return candidate;
  return undefined;
}

/** ` Did you mean x?`, or nothing: to be put behind a message. */
export function didYouMeanText(word: string, candidates: Iterable<string>): string {
  const guess = didYouMean(word, candidates);
  return guess === undefined ? '' : ` Did you mean \`${guess}\`?`;
}

/** Optimal string alignment distance. Words are cut at 100 letters: they come from files that we do not control. */
function distance(left: string, right: string): number {
  const a = left.slice(0, 100);
  const b = right.slice(0, 100);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
