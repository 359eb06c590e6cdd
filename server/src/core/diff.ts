import type { Finding } from './finding';
import { LineIndex, overlaps, type Range } from './text';

/** What a change did to the findings. Findings of `head` are in the first three lists, those of `base` in `fixed`. */
export interface FindingDiff {
  readonly new: readonly Finding[];
  /** Was there before, but its text or its line was changed: whoever edits it should know. */
  readonly touched: readonly Finding[];
  readonly existing: readonly Finding[];
  readonly fixed: readonly Finding[];
}

export interface DiffOptions {
  /** Whether the place of a head finding was changed; see `changedRanges`. Nothing was when absent. */
  readonly isChanged?: ((finding: Finding) => boolean) | undefined;
  /** Old path to new path of renamed files. */
  readonly renamed?: ReadonlyMap<string, string> | undefined;
}

/**
 * Compares findings, not lines, so that a finding about something missing is new when the change took it away.
 * Suppressed findings count as not there.
 */
export function compareFindings(
  base: readonly Finding[],
  head: readonly Finding[],
  options: DiffOptions = {},
): FindingDiff {
  const isChanged = options.isChanged ?? (() => false);
  const pathOf = (finding: Finding): string => options.renamed?.get(finding.path) ?? finding.path;
  const before = base.filter((finding) => !finding.suppressed);
  const after = head.filter((finding) => !finding.suppressed);
  const matched = new Map<Finding, Finding>();

  const match = (keyOf: (finding: Finding, path: string) => string): Set<Finding> => {
    const open = new Map<string, Finding[]>();
    const taken = new Set(matched.values());
    for (const finding of before) {
      if (taken.has(finding)) continue;
      const key = keyOf(finding, pathOf(finding));
      open.set(key, [...(open.get(key) ?? []), finding]);
    }
    const found = new Set<Finding>();
    for (const finding of after) {
      if (matched.has(finding)) continue;
      const partner = open.get(keyOf(finding, finding.path))?.shift();
      if (!partner) continue;
      matched.set(finding, partner);
      found.add(finding);
    }
    return found;
  };
  match((finding, path) => `${path}\u0000${finding.rule}\u0000${finding.fingerprint}`);
  const reworded = match((finding, path) => `${path}\u0000${finding.rule}\u0000${finding.anchor}`);

  const partners = new Set(matched.values());
  const isTouched = (finding: Finding): boolean => reworded.has(finding) || isChanged(finding);
  return {
    new: after.filter((finding) => !matched.has(finding)),
    touched: after.filter((finding) => matched.has(finding) && isTouched(finding)),
    existing: after.filter((finding) => matched.has(finding) && !isTouched(finding)),
    fixed: before.filter((finding) => !partners.has(finding)),
  };
}

/** True when the finding shares a line with one of the ranges (whole lines, as `changedRanges` gives them). */
export function isInRanges(finding: Finding, ranges: readonly Range[]): boolean {
  const { start, end } = finding.range;
  return ranges.some((range) => overlaps(range, { start, end: Math.max(end, start + 1) }));
}

/**
 * The lines of `head` that are not in `base`, as ranges of whole lines. Lines that occur once in both are anchors
 * (patience difference); what lies between two anchors and differs counts as changed.
 */
export function changedRanges(base: string, head: string): Range[] {
  const before = linesOf(base);
  const after = linesOf(head);
  const changed = new Array<boolean>(after.length).fill(false);
  compareLines(before, after, 0, before.length, 0, after.length, changed, 0);
  const index = new LineIndex(head);
  const ranges: { start: number; end: number }[] = [];
  changed.forEach((isChangedLine, line) => {
    if (!isChangedLine) return;
    const start = index.lineStart(line);
    const end = index.lineStart(line + 1);
    const last = ranges.at(-1);
    if (last?.end === start) last.end = end;
    else ranges.push({ start, end });
  });
  return ranges;
}

function linesOf(text: string): string[] {
  const index = new LineIndex(text);
  return Array.from({ length: index.lineCount }, (_, line) => index.line(line));
}

/** Bound of the recursion: each level needs an anchor, so only odd inputs go deep. */
const MAX_DEPTH = 200;

function compareLines(
  before: readonly string[],
  after: readonly string[],
  baseStart: number,
  baseEnd: number,
  headStart: number,
  headEnd: number,
  changed: boolean[],
  depth: number,
): void {
  let [a, aEnd, b, bEnd] = [baseStart, baseEnd, headStart, headEnd];
  while (a < aEnd && b < bEnd && before[a] === after[b]) {
    a++;
    b++;
  }
  while (a < aEnd && b < bEnd && before[aEnd - 1] === after[bEnd - 1]) {
    aEnd--;
    bEnd--;
  }
  if (b === bEnd) return;
  const anchors = a === aEnd || depth > MAX_DEPTH ? [] : anchorsOf(before, after, a, aEnd, b, bEnd);
  if (anchors.length === 0) {
    changed.fill(true, b, bEnd);
    return;
  }
  for (const anchor of [...anchors, { base: aEnd, head: bEnd }]) {
    compareLines(before, after, a, anchor.base, b, anchor.head, changed, depth + 1);
    a = anchor.base + 1;
    b = anchor.head + 1;
  }
}

/** Lines that occur once on both sides, in an order that both share (longest increasing subsequence). */
function anchorsOf(
  before: readonly string[],
  after: readonly string[],
  a: number,
  aEnd: number,
  b: number,
  bEnd: number,
): { base: number; head: number }[] {
  const inBase = onceIn(before, a, aEnd);
  const inHead = onceIn(after, b, bEnd);
  const pairs: { base: number; head: number; previous: number }[] = [];
  const tails: number[] = [];
  for (const [line, head] of inHead) {
    const base = inBase.get(line);
    if (base === undefined) continue;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tails[middle] ?? 0]?.base ?? 0) < base) low = middle + 1;
      else high = middle;
    }
    pairs.push({ base, head, previous: low > 0 ? (tails[low - 1] ?? -1) : -1 });
    tails[low] = pairs.length - 1;
  }
  const chain: { base: number; head: number }[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0;) {
    const pair = pairs[at];
    if (!pair) break;
    chain.push(pair);
    at = pair.previous;
  }
  return chain.reverse();
}

function onceIn(lines: readonly string[], start: number, end: number): Map<string, number> {
  const found = new Map<string, number>();
  const repeated = new Set<string>();
  for (let i = start; i < end; i++) {
    const line = lines[i] ?? '';
    if (found.has(line)) repeated.add(line);
    else found.set(line, i);
  }
  for (const line of repeated) found.delete(line);
  return found;
}
