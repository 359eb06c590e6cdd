import type { Severity } from '../../server/src/core/finding';
import type { RuleMeta } from '../../server/src/core/rule';
import type { ConfigProblem } from '../../server/src/workspace/config-file';
import type { BaselineEntry } from '../../server/src/core/baseline';
import type { LocatedFinding } from './located';
import type { Note } from './notes';
import type { InternalErrorText } from './session';
import type { Root } from './workspace-root';

/** Everything that an output format may say about a run. */
export interface Report {
  readonly root: Root;
  /** To be shown, by path and place: neither suppressed nor in the baseline nor below the chosen severity. */
  readonly findings: readonly LocatedFinding[];
  /** Silenced by a comment. */
  readonly suppressed: readonly LocatedFinding[];
  /** In the baseline. */
  readonly baselined: readonly LocatedFinding[];
  /** With `--diff-base`: findings that the change leaves as they were, and those that it removed. */
  readonly diff?:
    | { readonly base: string; readonly existing: readonly LocatedFinding[]; readonly fixed: readonly LocatedFinding[] }
    | undefined;
  /** Entries of the baseline that nobody finds any more. */
  readonly stale: readonly BaselineEntry[];
  /** Findings that are milder than `--min-severity`. */
  readonly hidden: number;
  readonly linted: readonly string[];
  readonly notes: readonly Note[];
  readonly problems: readonly ConfigProblem[];
  readonly errors: readonly InternalErrorText[];
  readonly metas: readonly RuleMeta[];
  readonly hasBaseline: boolean;
}

export interface FormatOptions {
  readonly color: boolean;
  readonly showSuppressed: boolean;
  /** Findings only. */
  readonly quiet: boolean;
}

/** Turns a report into the text of one output format, with a line feed at its end. */
export type Format = (report: Report, options: FormatOptions) => string;

export type Counts = Readonly<Record<Severity, number>>;

export function countSeverities(findings: readonly LocatedFinding[]): Counts {
  const counts = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const finding of findings) counts[finding.severity]++;
  return counts;
}

/** `2 errors, 1 warning`; severities without a finding are left out. */
export function describeCounts(counts: Counts): string {
  const parts = [
    plural(counts.error, 'error'),
    plural(counts.warning, 'warning'),
    counts.info > 0 ? `${counts.info} info` : '',
    plural(counts.hint, 'hint'),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function plural(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** `1 file`, `2 files`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Findings of each file, in the order of the report. */
export function byFile(findings: readonly LocatedFinding[]): Map<string, LocatedFinding[]> {
  const files = new Map<string, LocatedFinding[]>();
  for (const finding of findings) {
    const list = files.get(finding.path);
    if (list) list.push(finding);
    else files.set(finding.path, [finding]);
  }
  return files;
}
