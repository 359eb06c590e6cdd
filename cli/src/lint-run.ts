import { availableParallelism } from 'node:os';
import type { RuleMeta } from '../../server/src/core/rule';
import type { FileSummary } from '../../server/src/model/workspace-index';
import type { ConfigProblem } from '../../server/src/workspace/config-file';
import type { Candidate } from './discover';
import { keepHeapSmall } from './heap';
import { compareFindingPlaces, type LocatedFinding } from './located';
import { LintPool, type Progress } from './lint-pool';
import type { Note } from './notes';
import type { InternalErrorText, LintOutcome, SessionOptions, SummaryOutcome } from './session';

export interface RunResult {
  /** Every finding once, suppressed ones included, by path and place. */
  readonly findings: readonly LocatedFinding[];
  /** Files that are of a kind that we lint, by path. */
  readonly linted: readonly string[];
  readonly notes: readonly Note[];
  readonly errors: readonly InternalErrorText[];
  readonly problems: readonly ConfigProblem[];
  readonly customMetas: readonly RuleMeta[];
  /** What the first pass gathered, by path. */
  readonly summaries: readonly FileSummary[];
}

export interface RunOptions {
  readonly session: SessionOptions;
  /** Threads to use; undefined to decide by the number of files. */
  readonly jobs?: number | undefined;
  /** The bundle that worker threads enter. */
  readonly script: string;
  readonly onProgress?: ((pass: 'reading' | 'linting', done: number, total: number) => void) | undefined;
}

/** With fewer files, starting threads takes longer than it saves. */
const MANY_FILES = 300;

/** More threads than this wait for the disk. */
const MAX_THREADS = 8;

/** Lints files in two passes: all are summarised, then each is linted with the knowledge about all. */
export async function runLint(candidates: readonly Candidate[], options: RunOptions): Promise<RunResult> {
  if (candidates.length > MANY_FILES) keepHeapSmall();
  const pool = new LintPool(options.script, options.session, threadsFor(candidates.length, options.jobs));
  try {
    const read = await pool.summarise(candidates, counter('reading', candidates.length, options));
    const isLintable = (outcome: SummaryOutcome | undefined): boolean =>
      outcome?.summary !== undefined || outcome?.error !== undefined;
    const lintable = candidates.filter((_, index) => isLintable(read[index]));
    const summaries = read.flatMap((outcome): readonly FileSummary[] => (outcome.summary ? [outcome.summary] : []));
    pool.useSummaries(summaries);
    const outcomes = await pool.lint(lintable, counter('linting', lintable.length, options));
    const { problems, customMetas } = await pool.finish(onePerDirectory(lintable));
    return {
      findings: distinct(outcomes.flatMap((outcome) => outcome.findings)),
      linted: lintable.map((candidate) => candidate.path),
      notes: uniqueNotes([...read, ...outcomes]),
      errors: [...read.flatMap((outcome) => outcome.error ?? []), ...outcomes.flatMap((outcome) => outcome.errors)],
      problems: uniqueProblems(problems),
      customMetas,
      summaries,
    };
  } finally {
    await pool.close();
  }
}

function threadsFor(files: number, jobs: number | undefined): number {
  if (jobs !== undefined) return Math.min(jobs, Math.max(1, files));
  return files > MANY_FILES ? Math.min(availableParallelism(), MAX_THREADS) : 1;
}

function counter(pass: 'reading' | 'linting', total: number, { onProgress }: RunOptions): Progress {
  let done = 0;
  return (count) => {
    done += count;
    onProgress?.(pass, done, total);
  };
}

function onePerDirectory(candidates: readonly Candidate[]): string[] {
  const paths = new Map(candidates.map(({ path }) => [path.slice(0, path.lastIndexOf('/') + 1), path]));
  return [...paths.values()];
}

/** Files that share a literal (a module's variable) each report it. A copy that is not suppressed stands for all. */
export function distinct(findings: readonly LocatedFinding[]): LocatedFinding[] {
  const byIdentity = new Map<string, LocatedFinding>();
  for (const finding of findings) {
    const { path, rule, range, message } = finding;
    const identity = [path, rule, range.start, range.end, message].join('\u0000');
    const known = byIdentity.get(identity);
    if (!known || (known.suppressed && !finding.suppressed)) byIdentity.set(identity, finding);
  }
  return [...byIdentity.values()].sort(compareFindingPlaces);
}

function uniqueNotes(outcomes: readonly (SummaryOutcome | LintOutcome)[]): Note[] {
  const notes = new Map<string, Note>();
  for (const { note } of outcomes) if (note) notes.set(`${note.path}\u0000${note.message}`, note);
  return [...notes.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function uniqueProblems(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const unique = new Map<string, ConfigProblem>();
  for (const problem of problems)
    unique.set([problem.path, problem.range.start, problem.message].join('\u0000'), problem);
  return [...unique.values()].sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : a.range.start - b.range.start,
  );
}
