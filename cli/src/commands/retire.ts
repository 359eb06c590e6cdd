import { decisionsOf, RUN_OPTIONS } from '../delivery/decisions';
import { driveOptionsOf, startRun } from '../delivery/drive';
import { environmentOf, findWorkspace } from '../delivery/workspace';
import type { Arguments, Command } from '../command-line';
import type { ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { VERSION } from '../version';

export const retire: Command = {
  name: 'retire',
  summary: 'End the old version that has no traffic any more.',
  usage: '[ENVIRONMENT] [SLOT] [options]',
  options: {
    ...RUN_OPTIONS,
    'end-last-way-back': {
      type: 'string',
      value: 'NAME',
      help: 'End the only copy of the last release that could be gone back to: the name of the environment, typed.',
    },
  },
  notes: ['What has the traffic stays, and so does what carries no stamp of ours.'],
  run: runRetire,
};

function runRetire(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  const environment = environmentOf(args, workspace, 'retire');
  const slot = args.positionals[1];
  return startRun(
    workspace,
    {
      kind: 'retire',
      environment,
      slot,
      decisions: { ...decisionsOf(args), endLastWayBack: args.text('end-last-way-back') },
      acceptCommands: args.text('accept-commands'),
      via: 'cli',
      version: VERSION,
    },
    io,
    driveOptionsOf(args),
  );
}
