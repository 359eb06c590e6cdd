import type { Arguments, Command } from '../command-line';
import { EXIT, type ExitCode } from '../exit-codes';
import { fixInMemory, type FixedFile } from '../fix-run';
import type { Io } from '../io';
import { runLint } from '../lint-run';
import type { LocatedFinding } from '../located';
import { reasonOf, type Note } from '../notes';
import { ONLINE_OPTIONS, onlineResolver } from '../online';
import { fixOnline } from '../online-run';
import { counted } from '../report';
import { printable, styleFor, wantsColor } from '../terminal';
import { unifiedDiff } from '../unified-diff';
import type { Root } from '../workspace-root';
import { replaceIfUnchanged } from '../write-file';
import { complain, namedPaths } from './named-paths';
import { RULE_OPTIONS } from './shared-options';

export const fix: Command = {
  name: 'fix',
  summary: 'Make the safe fixes: those that keep what the author meant.',
  usage: '[paths…] [options]',
  options: {
    'dry-run': { type: 'boolean', help: 'Print what would change as a unified diff; exit with 1 if anything would.' },
    ...ONLINE_OPTIONS(
      'Also pin image tags to the digests that their registries have now: name:tag@sha256:… (docs/digests.md).',
    ),
    ...RULE_OPTIONS,
    quiet: { type: 'boolean', short: 'q', help: 'No notes and no summary.' },
  },
  notes: [
    'Fixes that change a meaning are suggestions: `lint` shows them, a person makes them.',
    'A file is written as a whole, keeps its mode, and is left alone when it changed since it was read.',
    'Exit codes: 0 done, 1 with --dry-run when something would change, 2 wrong usage or configuration a file could not be written, or with --online a registry did not say; 3 internal error.',
  ],
  run: runFix,
};

async function runFix(args: Arguments, io: Io): Promise<ExitCode> {
  const { root, session, discovery } = namedPaths(args, io);
  const resolver = onlineResolver(args, io, root);
  const first = await runLint(discovery.candidates, { session, script: __filename });
  const safe = fixInMemory(discovery.candidates, first.findings, first.summaries, root, session);
  const left = async (): Promise<readonly LocatedFinding[]> => {
    if (safe.files.length === 0) return first.findings;
    const overlay = Object.fromEntries(safe.files.map(({ path, after }) => [path, after]));
    return (await runLint(discovery.candidates, { session: { ...session, overlay }, script: __filename })).findings;
  };
  const run = resolver ? await fixOnline(safe, await left(), resolver, root, session.maxBytes) : safe;
  const isDry = args.flag('dry-run');
  const color = wantsColor(args.text('color'), io.stdout.isTty, io.env);
  const failures = isDry ? [] : writeAll(run.files, root);
  if (isDry) for (const file of run.files) io.stdout.write(color ? coloured(diffOf(file, root)) : diffOf(file, root));

  const notes: Note[] = [...discovery.notes, ...first.notes, ...run.notes, ...failures];
  const code = complain({ notes, problems: first.problems, errors: first.errors }, args, root, io);
  if (!args.flag('quiet')) io.stderr.write(`${summary(run.fixed, run.files.length - failures.length, isDry)}\n`);

  return code === EXIT.ok && isDry && run.files.length > 0 ? EXIT.findings : code;
}

/** Writes the files; what could not be written is told and left as it was. */
function writeAll(files: readonly FixedFile[], root: Root): Note[] {
  const failures: Note[] = [];
  for (const { path, before, after } of files) {
    try {
      if (replaceIfUnchanged(root.absolute(path), Buffer.from(before), after)) continue;
      failures.push({ path, message: 'Not fixed: it changed while it was linted. Run fix again.', level: 'problem' });
    } catch (error) {
      failures.push({ path, message: `Not fixed: ${reasonOf(error)}.`, level: 'problem' });
    }
  }
  return failures;
}

function diffOf({ path, before, after }: FixedFile, root: Root): string {
  return unifiedDiff(root.shown(path), before, after);
}

/** For a terminal. Without colour the diff stays byte for byte what `git apply` takes. */
function coloured(diff: string): string {
  const style = styleFor(true);
  const paint = (line: string): string => {
    if (line.startsWith('--- ') || line.startsWith('+++ ')) return style.bold(line);
    if (line.startsWith('@@')) return style.cyan(line);
    if (line.startsWith('+')) return style.green(line);
    return line.startsWith('-') ? style.red(line) : line;
  };
  return diff
    .split(/\r?\n/)
    .map((line) => paint(printable(line)))
    .join('\n');
}

function summary(fixed: number, files: number, isDry: boolean): string {
  if (fixed === 0) return 'Nothing to fix.';
  const verb = isDry ? 'Would fix' : 'Fixed';
  return `${verb} ${counted(fixed, 'finding')} in ${counted(files, 'file')}. \`immutable-infra lint\` shows what is left.`;
}
