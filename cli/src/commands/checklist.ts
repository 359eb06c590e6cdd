import type { Arguments, Command } from '../command-line';
import { checklistJson, checklistText } from '../checklist-format';
import { runChecklist } from '../checklist-run';
import { discover } from '../discover';
import { EXIT, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { runLint } from '../lint-run';
import { styleFor, wantsColor } from '../terminal';
import { findRoot } from '../workspace-root';
import { printComplaints, RULE_OPTIONS, sessionOptions } from './shared-options';

const { config, 'max-file-size': maxFileSize, color } = RULE_OPTIONS;

export const checklist: Command = {
  name: 'checklist',
  summary: 'Show how far the way to immutable infrastructure is: what is done, what is open, and why.',
  usage: '[paths…] [--json]',
  options: {
    json: { type: 'boolean', help: 'For programs.' },
    ...(config ? { config } : {}),
    ...(maxFileSize ? { 'max-file-size': maxFileSize } : {}),
    ...(color ? { color } : {}),
    quiet: { type: 'boolean', short: 'q', help: 'No notes.' },
  },
  notes: [
    'Reads files only. Findings of folders that count as development block nothing.',
    'Exit codes: 0 shown, whatever is open; 2 wrong usage or configuration; 3 internal error.',
  ],
  run: runChecklistCommand,
};

async function runChecklistCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const paths = args.positionals.length > 0 ? args.positionals : ['.'];
  const root = findRoot(io.cwd, paths);
  const session = sessionOptions(args, io, root);
  const discovery = discover(root, paths);
  const head = await runLint(discovery.candidates, { session, script: __filename });
  const items = runChecklist(discovery.candidates, head, session);
  const isColored = wantsColor(args.text('color'), io.stdout.isTty, io.env);
  io.stdout.write(args.flag('json') ? checklistJson(items) : checklistText(items, root, styleFor(isColored)));
  const complaints = { notes: [...discovery.notes, ...head.notes], problems: head.problems, errors: head.errors };
  printComplaints(complaints, root, io, args.flag('quiet'), wantsColor(args.text('color'), io.stderr.isTty, io.env));
  if (head.errors.length > 0) return EXIT.internal;
  const isWrong = head.problems.some(({ severity }) => severity === 'error');
  return isWrong || complaints.notes.some(({ level }) => level === 'problem') ? EXIT.usage : EXIT.ok;
}
