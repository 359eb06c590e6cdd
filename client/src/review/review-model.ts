import type { ComparedFindings, ReviewShow, ShownFinding } from '../../../server/src/lsp/protocol';
import { SEVERITIES } from '../findings/finding-types';
import type { ReviewedFile } from './reviewed-files';

/** What happened to a finding, in the order of the view. */
export const CLASSES = ['new', 'touched', 'existing', 'fixed'] as const;
export type ChangeClass = (typeof CLASSES)[number];

/** A row of the *Review* view: what happened to the findings below it. */
export interface ClassRow {
  readonly kind: 'class';
  readonly change: ChangeClass;
  readonly files: readonly FileRow[];
  readonly count: number;
}

export interface FileRow {
  readonly kind: 'file';
  readonly change: ChangeClass;
  readonly reviewed: ReviewedFile;
  readonly findings: readonly FindingRow[];
}

export interface FindingRow {
  readonly kind: 'finding';
  /** Its id; what menus of findings ask a row for. */
  readonly rule: string;
  readonly change: ChangeClass;
  readonly reviewed: ReviewedFile;
  readonly finding: ShownFinding;
}

export type ReviewRow = ClassRow | FileRow | FindingRow;

/** A file with what the comparison found in it. */
export interface ComparedReview {
  readonly reviewed: ReviewedFile;
  readonly findings: ComparedFindings;
}

const SHOWN: Readonly<Record<ReviewShow, readonly ChangeClass[]>> = {
  new: ['new', 'fixed'],
  changed: ['new', 'touched', 'fixed'],
  all: CLASSES,
};

/**
 * The rows of the view. What is repaired is always shown: it is good news.
 *
 * @param showOf `immutableInfra.review.show` of a file
 */
export function classRows(compared: readonly ComparedReview[], showOf: (file: ReviewedFile) => ReviewShow): ClassRow[] {
  return CLASSES.flatMap((change) => {
    const files = compared.flatMap(({ reviewed, findings }): FileRow[] => {
      const own = findings[change];
      if (own.length === 0 || !SHOWN[showOf(reviewed)].includes(change)) return [];
      const rows = [...own]
        .sort(compareFindings)
        .map((finding): FindingRow => ({ kind: 'finding', rule: finding.rule, change, reviewed, finding }));
      return [{ kind: 'file', change, reviewed, findings: rows }];
    });
    const count = files.reduce((sum, { findings }) => sum + findings.length, 0);
    return count === 0 ? [] : [{ kind: 'class', change, files, count }];
  });
}

/** Whether a command was called on a finding of the view. */
export function isFindingRow(given: unknown): given is FindingRow {
  return typeof given === 'object' && given !== null && 'kind' in given && given.kind === 'finding';
}

/** The worst first, then in the order of the text. */
function compareFindings(a: ShownFinding, b: ShownFinding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    a.range.start.line - b.range.start.line ||
    a.range.start.character - b.range.start.character
  );
}
