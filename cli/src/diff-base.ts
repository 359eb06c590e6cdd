import { changedRanges, compareFindings, isInRanges, type FindingDiff } from '../../server/src/core/diff';
import type { Finding } from '../../server/src/core/finding';
import type { Candidate } from './discover';
import type { ChangedPath, Git } from './git';
import { judgeName } from './lintable-names';
import type { Change, LocatedFinding } from './located';
import type { Overlay } from '../../server/src/workspace/overlay-files';
import { decode } from './read-text';

/** The state that a change started from: what stands over the working tree to give it. */
export interface BaseSide {
  readonly overlay: Overlay;
  /** Old path to new path. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Text before by new path, for files that were changed. */
  readonly textBefore: ReadonlyMap<string, string>;
  readonly changedPaths: ReadonlySet<string>;
}

/** Reads the base of a review from Git: only what differs; all else is the same on both sides. */
export async function readBase(git: Git, commit: string): Promise<BaseSide> {
  const changes = await git.changes(commit);
  const before = changes.flatMap((change) => change.before ?? []).filter(mayMatter);
  const contents = await git.contents(commit, before);
  const overlay: Record<string, string | null> = {};
  const textBefore = new Map<string, string>();
  for (const change of changes)
    if (change.after !== undefined && change.after !== change.before) overlay[change.after] = null;
  for (const change of changes) {
    if (change.before === undefined) continue;
    const bytes = contents.get(change.before);
    const text = bytes ? decode(bytes).text : undefined;
    if (text === undefined) continue;
    overlay[change.before] = text;
    if (change.after !== undefined) textBefore.set(change.after, text);
  }
  return {
    overlay,
    renamed: new Map(changes.flatMap(renames)),
    textBefore,
    changedPaths: new Set(changes.flatMap(({ after }) => after ?? [])),
  };
}

/** Other files may be read by rules too (a script, a template), so only plain code is left out. */
function mayMatter(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return judgeName(name) !== 'no' || !/\.(?:[jt]sx?|go|py|rb|java|rs|cs?s|html|png|jpe?g|svg|lock)$/.test(name);
}

function renames({ before, after }: ChangedPath): [string, string][] {
  return before !== undefined && after !== undefined && before !== after ? [[before, after]] : [];
}

/** The files of the base side: those of the head that were there, and those that are gone since. */
export function baseCandidates(
  head: readonly Candidate[],
  base: BaseSide,
  isSelected: (path: string) => boolean,
): Candidate[] {
  const known = new Set(head.map((candidate) => candidate.path));
  const kept = head.filter(({ path }) => base.overlay[path] !== null);
  const gone = Object.entries(base.overlay).flatMap(([path, text]): Candidate[] => {
    const newPath = base.renamed.get(path) ?? path;
    if (text === null || known.has(path) || !isSelected(newPath)) return [];
    const verdict = judgeName(path.slice(path.lastIndexOf('/') + 1));
    return verdict === 'no' ? [] : [{ path, peek: verdict === 'peek', explicit: false }];
  });
  return [...kept, ...gone].sort((a, b) => (a.path < b.path ? -1 : 1));
}

export type LocatedDiff = Readonly<Record<Change, readonly LocatedFinding[]>>;

/**
 * Sorts the findings of both sides into new, touched, existing and fixed.
 *
 * @param textNow text of a file of the head
 */
export function compareSides(
  base: readonly LocatedFinding[],
  head: readonly LocatedFinding[],
  side: BaseSide,
  textNow: (path: string) => string | undefined,
): LocatedDiff {
  const ranges = new Map<string, ReturnType<typeof changedRanges>>();
  const isChanged = (finding: Finding): boolean => {
    const { path } = finding;
    if (!side.changedPaths.has(path)) return false;
    let changed = ranges.get(path);
    if (!changed) {
      changed = changedRanges(side.textBefore.get(path) ?? '', textNow(path) ?? '');
      ranges.set(path, changed);
    }
    return isInRanges(finding, changed);
  };
  const diff = compareFindings(base, head, { isChanged, renamed: side.renamed });
  const located = new Map<Finding, LocatedFinding>([...base, ...head].map((finding) => [finding, finding]));
  const as = (change: keyof FindingDiff): LocatedFinding[] =>
    diff[change].flatMap((finding) => {
      const found = located.get(finding);
      return found ? [{ ...found, change }] : [];
    });
  return { new: as('new'), touched: as('touched'), existing: as('existing'), fixed: as('fixed') };
}
