import { resolve } from 'node:path';
import { BASELINE_NAME, EMPTY_BASELINE } from '../../../server/src/core/baseline';
import { compareSeverity, SEVERITIES, type Severity } from '../../../server/src/core/finding';
import { earlierBaseline, markBaselined, readBaseline, writeBaseline, writePruned } from '../baseline-file';
import type { Arguments, Command } from '../command-line';
import { baseCandidates, compareSides, readBase } from '../diff-base';
import { discover, type Candidate, type Discovery } from '../discover';
import { EXIT, UsageError, type ExitCode } from '../exit-codes';
import { FORMATS } from '../formats';
import { Git } from '../git';
import type { Io } from '../io';
import { runLint, type RunResult } from '../lint-run';
import type { LocatedFinding } from '../located';
import { onlineFix } from '../online-run';
import { ProgressLine } from '../progress';
import { readTextFile } from '../read-text';
import { counted, type Report } from '../report';
import { KNOWN_METAS, type SessionOptions } from '../session';
import { lintStdin } from '../lint-stdin';
import { wantsColor } from '../terminal';
import { findRoot, type Root } from '../workspace-root';
import { writeAtomically } from '../write-file';
import { printComplaints, RULE_OPTIONS, sessionOptions } from './shared-options';

const FAIL_ON = [...SEVERITIES, 'never'] as const;

export const lint: Command = {
  name: 'lint',
  summary: 'Say what makes infrastructure mutable, and how to change it.',
  usage: '[paths…] [options]',
  options: {
    format: { type: 'string', short: 'f', choices: Object.keys(FORMATS), help: 'Output format (default: pretty).' },
    output: { type: 'string', short: 'o', value: 'FILE', help: 'Write there, as a whole or not at all.' },
    'fail-on': {
      type: 'string',
      choices: FAIL_ON,
      help: 'Exit with 1 from this severity on (default: warning).',
    },
    'min-severity': {
      type: 'string',
      choices: SEVERITIES,
      help: 'Show findings from this severity on (default: info).',
    },
    ...RULE_OPTIONS,
    baseline: { type: 'string', value: 'FILE', help: `Leave out what the file holds, for example ${BASELINE_NAME}.` },
    'write-baseline': {
      type: 'boolean',
      help: `Write the findings to the baseline (--baseline, or ${BASELINE_NAME}) and exit with 0.`,
    },
    'prune-baseline': { type: 'boolean', help: 'Take out of the baseline what is no longer found.' },
    'diff-base': {
      type: 'string',
      value: 'REF',
      help: 'Show what the change since this Git reference brought (new) or edits (touched).',
    },
    all: { type: 'boolean', help: 'With --diff-base: show existing findings too.' },
    stdin: { type: 'boolean', help: 'Lint standard input under the name of --stdin-filename.' },
    'stdin-filename': { type: 'string', value: 'PATH', help: 'Decides the language and the configuration.' },
    jobs: {
      type: 'string',
      short: 'j',
      value: 'N',
      help: 'Threads (default: as many as cores on more than 300 files).',
    },
    'show-suppressed': { type: 'boolean', help: 'Show suppressed and baselined findings too.' },
    online: { type: 'boolean', help: 'Say how many findings `fix --online` would pin. Nothing is asked.' },
    'no-progress': { type: 'boolean', help: 'No progress line on a terminal.' },
    quiet: { type: 'boolean', short: 'q', help: 'Findings only: no summary, no notes.' },
  },
  notes: [
    'Without paths the working directory is linted. .gitignore is honoured; a file that is named is always linted.',
    'Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or configuration, 3 internal error.',
  ],
  run: runLintCommand,
};

async function runLintCommand(args: Arguments, io: Io): Promise<ExitCode> {
  checkCombinations(args);
  const name = args.text('stdin-filename');
  const paths = args.flag('stdin') ? [name ?? ''] : args.positionals.length > 0 ? args.positionals : ['.'];
  const root = findRoot(io.cwd, paths);
  const session = sessionOptions(args, io, root);
  const color = wantsColor(args.text('color'), io.stdout.isTty && args.text('output') === undefined, io.env);
  const failOn = FAIL_ON.find((known) => known === args.text('fail-on')) ?? 'warning';
  const chosenMinimum = SEVERITIES.find((known) => known === args.text('min-severity'));
  const minimum: Severity = chosenMinimum ?? (failOn === 'hint' ? 'hint' : 'info');

  const discovery = args.flag('stdin') ? { candidates: [], notes: [] } : discover(root, paths);
  const { head, diff } = args.flag('stdin')
    ? { head: await lintStdin(resolve(io.cwd, name ?? ''), root, session, io), diff: undefined }
    : await lintSides(args, io, root, session, discovery, paths);

  const writtenTo = args.text('baseline') ?? BASELINE_NAME;
  const baselineFile = resolve(io.cwd, writtenTo);
  const isLinted = lintedTest(head.linted);
  if (args.flag('write-baseline')) {
    const count = writeBaseline(baselineFile, head.findings, earlierBaseline(baselineFile), isLinted);
    printComplaints({ ...head, notes: [...discovery.notes, ...head.notes] }, root, io, args.flag('quiet'), color);
    if (!args.flag('quiet'))
      io.stderr.write(`Wrote ${writtenTo} with ${count} ${count === 1 ? 'entry' : 'entries'}.\n`);
    return troubleCode(head, discovery) ?? EXIT.ok;
  }
  const usesBaseline = args.text('baseline') !== undefined || args.flag('prune-baseline');
  const baseline = usesBaseline ? readBaseline(baselineFile, writtenTo) : EMPTY_BASELINE;
  const considered = diff?.shown ?? head.findings;
  const { findings, stale } = markBaselined(considered, baseline, isLinted);
  if (args.flag('prune-baseline') && stale.length > 0) writePruned(baselineFile, baseline, stale);

  const isShown = (finding: LocatedFinding): boolean => compareSeverity(finding.severity, minimum) <= 0;
  const open = findings.filter((finding) => !finding.suppressed && !finding.baselined);
  const report: Report = {
    root,
    findings: open.filter(isShown),
    suppressed: findings.filter((finding) => finding.suppressed),
    baselined: findings.filter((finding) => finding.baselined),
    diff: diff && { base: diff.base, existing: diff.existing.filter(isShown), fixed: diff.fixed.filter(isShown) },
    stale: args.flag('prune-baseline') ? [] : stale,
    hidden: open.filter((finding) => !isShown(finding)).length,
    linted: head.linted,
    notes: [...discovery.notes, ...head.notes],
    problems: head.problems,
    errors: head.errors,
    metas: [...KNOWN_METAS, ...head.customMetas],
    hasBaseline: usesBaseline,
  };
  printComplaints(report, root, io, args.flag('quiet'), wantsColor(args.text('color'), io.stderr.isTty, io.env));
  const format = FORMATS[args.text('format') ?? 'pretty'];
  const text =
    format?.(report, { color, showSuppressed: args.flag('show-suppressed'), quiet: args.flag('quiet') }) ?? '';
  if (args.flag('online') && !args.flag('quiet')) io.stderr.write(onlineSummary(report.findings));
  const output = args.text('output');
  if (output === undefined) io.stdout.write(text);
  else writeOutput(resolve(io.cwd, output), output, text);

  const fails = failOn !== 'never' && report.findings.some((finding) => compareSeverity(finding.severity, failOn) <= 0);
  return troubleCode(head, discovery) ?? (fails ? EXIT.findings : EXIT.ok);
}

function onlineSummary(findings: readonly LocatedFinding[]): string {
  const count = findings.filter((finding) => onlineFix(finding) !== undefined).length;
  if (count === 0) return 'No finding needs a registry.\n';
  return `${counted(count, 'finding')} can be pinned with \`immutable-infra fix --online\` (--dry-run shows the changes).\n`;
}

function checkCombinations(args: Arguments): void {
  const stdin = args.flag('stdin');
  if (stdin && args.text('stdin-filename') === undefined)
    throw new UsageError('--stdin needs --stdin-filename: it decides the language.');
  if (stdin && args.positionals.length > 0) throw new UsageError('--stdin takes no paths.');
  if (!stdin && args.text('stdin-filename') !== undefined) throw new UsageError('--stdin-filename needs --stdin.');
  if (stdin && args.text('diff-base') !== undefined)
    throw new UsageError('--stdin and --diff-base do not go together.');
  if (args.flag('write-baseline') && (args.flag('prune-baseline') || args.text('diff-base') !== undefined))
    throw new UsageError('--write-baseline goes with neither --prune-baseline nor --diff-base.');
  if (args.flag('all') && args.text('diff-base') === undefined) throw new UsageError('--all needs --diff-base.');
}

interface Diff {
  readonly base: string;
  /** What is reported: new and touched findings, suppressed ones, with `--all` also existing ones. */
  readonly shown: readonly LocatedFinding[];
  readonly existing: readonly LocatedFinding[];
  readonly fixed: readonly LocatedFinding[];
}

/** Lints the files, and with `--diff-base` also what they were before. */
async function lintSides(
  args: Arguments,
  io: Io,
  root: Root,
  session: SessionOptions,
  discovery: Discovery,
  paths: readonly string[],
): Promise<{ readonly head: RunResult; readonly diff: Diff | undefined }> {
  const ref = args.text('diff-base');
  const git = ref === undefined ? undefined : new Git(root.directory, io.env);
  const commit = git && ref !== undefined ? await git.mergeBase(ref) : undefined;
  const progress = new ProgressLine(io.stderr, io.stderr.isTty && !args.flag('no-progress') && !args.flag('quiet'));
  const run = async (candidates: readonly Candidate[], options: SessionOptions): Promise<RunResult> =>
    runLint(candidates, {
      session: options,
      jobs: jobsOf(args),
      script: __filename,
      onProgress: (pass, done, total) => progress.update(pass, done, total),
    });
  try {
    const head = await run(discovery.candidates, session);
    if (!git || commit === undefined || ref === undefined) return { head, diff: undefined };
    const base = await readBase(git, commit);
    const selected = paths.flatMap((path) => root.inside(resolve(io.cwd, path)) ?? []);
    const isSelected = (path: string): boolean =>
      selected.some((start) => start === '' || path === start || path.startsWith(`${start}/`));
    const before = await run(baseCandidates(discovery.candidates, base, isSelected), {
      ...session,
      overlay: base.overlay,
    });
    const textNow = (path: string): string | undefined => readTextFile(root.absolute(path), session.maxBytes).text;
    const sides = compareSides(before.findings, head.findings, base, textNow);
    const suppressed = head.findings.filter((finding) => finding.suppressed);
    const changed = [...sides.new, ...sides.touched, ...(args.flag('all') ? sides.existing : []), ...suppressed];
    const order = new Map(head.findings.map((finding, index) => [identityOf(finding), index]));
    const place = (finding: LocatedFinding): number => order.get(identityOf(finding)) ?? 0;
    return {
      head,
      diff: {
        base: ref,
        shown: changed.sort((a, b) => place(a) - place(b)),
        existing: sides.existing,
        fixed: sides.fixed,
      },
    };
  } catch (error) {
    if (git && !(error instanceof UsageError)) throw new UsageError(`--diff-base failed: ${messageOf(error)}`);
    throw error;
  } finally {
    progress.clear();
  }
}

function identityOf({ path, rule, range, message }: LocatedFinding): string {
  return [path, rule, range.start, range.end, message].join('\u0000');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function jobsOf(args: Arguments): number | undefined {
  const given = args.text('jobs');
  if (given === undefined) return undefined;
  const jobs = Number(given);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 64)
    throw new UsageError(`\`--jobs\` cannot be \`${given}\`: write a number from 1 to 64.`);
  return jobs;
}

function lintedTest(linted: readonly string[]): (path: string) => boolean {
  const paths = new Set(linted);
  return (path) => paths.has(path);
}

/** Trouble that is worse than findings. */
function troubleCode(run: RunResult, discovery: Discovery): ExitCode | undefined {
  if (run.errors.length > 0) return EXIT.internal;
  const isProblem = [...discovery.notes, ...run.notes].some((note) => note.level === 'problem');
  return isProblem || run.problems.some((problem) => problem.severity === 'error') ? EXIT.usage : undefined;
}

function writeOutput(file: string, shown: string, text: string): void {
  try {
    writeAtomically(file, text);
  } catch (error) {
    throw new UsageError(`Cannot write ${shown}: ${messageOf(error)}`);
  }
}
