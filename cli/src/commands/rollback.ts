import { decisionsOf, RUN_OPTIONS } from '../delivery/decisions';
import { driveOptionsOf, startRun } from '../delivery/drive';
import { environmentOf, findWorkspace } from '../delivery/workspace';
import type { Arguments, Command } from '../command-line';
import { UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { VERSION } from '../version';

export const rollback: Command = {
  name: 'rollback',
  summary: 'Go back to the last healthy release, or to the one that is named.',
  usage: '[ENVIRONMENT] [RELEASE] [options]',
  options: {
    ...RUN_OPTIONS,
    mode: {
      type: 'string',
      value: 'image|full',
      help: '`full` brings back the configuration too, `image` the image alone. Without it: as the environment says.',
    },
    'accept-one-way': {
      type: 'string',
      multiple: true,
      value: 'RELEASE',
      help: 'Go back behind a release that cannot be undone.',
    },
  },
  notes: [
    '`immutable-infra status` lists the releases. A rollback is planned, approved, checked and recorded like a deployment.',
  ],
  run: runRollback,
};

function runRollback(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  const environment = environmentOf(args, workspace, 'rollback');
  return startRun(
    workspace,
    {
      kind: 'rollback',
      environment,
      release: args.positionals[1],
      decisions: { ...decisionsOf(args), acceptOneWay: args.list('accept-one-way'), mode: modeOf(args) },
      acceptCommands: args.text('accept-commands'),
      via: 'cli',
      version: VERSION,
    },
    io,
    driveOptionsOf(args),
  );
}

/** @throws UsageError when it is neither */
function modeOf(args: Arguments): 'image' | 'full' | undefined {
  const mode = args.text('mode');
  if (mode === undefined || mode === 'image' || mode === 'full') return mode;
  throw new UsageError('`--mode` takes `image` or `full`.');
}
