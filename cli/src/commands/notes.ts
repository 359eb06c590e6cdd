import { notesOf } from '../../../release/src/api/notes-of';
import { UnknownNameError } from '../../../release/src/api/start-run';
import type { Arguments, Command } from '../command-line';
import { environmentOf, FILE_OPTION, findWorkspace } from '../delivery/workspace';
import { DELIVERY_EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { printable } from '../terminal';

export const notes: Command = {
  name: 'notes',
  summary: 'Show the commits that come with the next release, came with one, or go with a rollback.',
  usage: '[ENVIRONMENT] [RELEASE] [options]',
  options: {
    file: FILE_OPTION,
    back: { type: 'boolean', help: 'What a rollback to RELEASE takes away.' },
    json: { type: 'boolean', help: 'For programs.' },
  },
  notes: [
    'Without a release: what is checked out here against what is live. A deployment and a rollback tell the same before they ask for approval, and the ledger keeps the hash of it.',
  ],
  run: runNotes,
};

async function runNotes(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  const environment = environmentOf(args, workspace, 'notes');
  const release = args.positionals[1];
  if (args.flag('back') && release === undefined)
    throw new UsageError(`Say which release: immutable-infra notes ${environment} RELEASE --back.`);
  try {
    const { lines, notes: found } = await notesOf(workspace, environment, release, args.flag('back'));
    io.stdout.write(
      args.flag('json')
        ? `${JSON.stringify({ version: 1, environment, release: release ?? null, notes: found ?? null }, null, 2)}\n`
        : `${lines.map(printable).join('\n')}\n`,
    );
  } catch (error) {
    if (error instanceof UnknownNameError) throw new UsageError(error.message);
    throw error;
  }
  return DELIVERY_EXIT.ok;
}
