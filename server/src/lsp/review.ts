import { changedRanges, compareFindings, isInRanges, type FindingDiff } from '../core/diff';
import type { Finding } from '../core/finding';
import { LineIndex } from '../core/text';
import { shownRange } from './places';
import type { ReviewClass, ReviewShow } from './protocol';

/** Compares the findings of two texts of one file. A finding whose line there was changed is touched. */
export function compareTexts(
  base: { readonly text: string; readonly findings: readonly Finding[] },
  head: { readonly text: string; readonly findings: readonly Finding[] },
  path: string,
): FindingDiff {
  const changed = changedRanges(base.text, head.text);
  const lines = new LineIndex(head.text);
  return compareFindings(base.findings, head.findings, {
    isChanged: (finding) => isInRanges({ ...finding, range: shownRange(finding, path, head.text, lines) }, changed),
  });
}

/** The class of each finding of the head. */
export function reviewClasses(diff: FindingDiff): ReadonlyMap<Finding, ReviewClass> {
  const classes = new Map<Finding, ReviewClass>();
  for (const review of ['new', 'touched', 'existing'] as const) {
    for (const finding of diff[review]) classes.set(finding, review);
  }
  return classes;
}

/** Whether a finding is shown at full strength in a review. */
export function isShown(review: ReviewClass | undefined, show: ReviewShow): boolean {
  if (review === undefined || show === 'all') return true;
  return review === 'new' || (show === 'changed' && review === 'touched');
}
