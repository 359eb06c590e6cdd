import type { Arguments, Command } from '../command-line';
import { checklistJson, checklistText } from '../checklist-format';
import { runChecklist } from '../checklist-run';
import type { ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { runLint } from '../lint-run';
import { styleFor, wantsColor } from '../terminal';
import { complain, namedPaths, READING_OPTIONS } from './named-paths';

export const checklist: Command = {
  name: 'checklist',
  summary: 'Show how far the way to immutable infrastructure is: what is done, what is open, and why.',
  usage: '[paths…] [--json]',
  options: {
    json: { type: 'boolean', help: 'For programs.' },
    ...READING_OPTIONS,
  },
  notes: [
    'Reads files only. Findings of folders that count as development block nothing.',
    'Exit codes: 0 shown, whatever is open; 2 wrong usage or configuration; 3 internal error.',
  ],
  run: runChecklistCommand,
};

async function runChecklistCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const { root, session, discovery } = namedPaths(args, io);
  const head = await runLint(discovery.candidates, { session, script: __filename });
  const items = runChecklist(discovery.candidates, head, session);
  const isColored = wantsColor(args.text('color'), io.stdout.isTty, io.env);
  io.stdout.write(args.flag('json') ? checklistJson(items) : checklistText(items, root, styleFor(isColored)));
  const complaints = { notes: [...discovery.notes, ...head.notes], problems: head.problems, errors: head.errors };
  return complain(complaints, args, root, io);
}
