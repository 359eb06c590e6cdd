import { decisionsOf, RUN_OPTIONS } from '../delivery/decisions';
import { driveOptionsOf, startRun } from '../delivery/drive';
import { findWorkspace } from '../delivery/workspace';
import type { Arguments, Command } from '../command-line';
import type { ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { VERSION } from '../version';

const { approve: _approve, confirm: _confirm, ...OPTIONS } = RUN_OPTIONS;

export const bake: Command = {
  name: 'bake',
  summary: 'Bake images, test them and publish them under a name of their own.',
  usage: '[IMAGE …] [options]',
  options: { ...OPTIONS, rebake: { type: 'boolean', help: 'Bake even when the inputs have not changed.' } },
  run: runBake,
};

function runBake(args: Arguments, io: Io): Promise<ExitCode> {
  const decisions = { ...decisionsOf(args), rebake: args.flag('rebake') };
  return startRun(
    findWorkspace(args, io),
    {
      kind: 'bake',
      environment: null,
      images: args.positionals,
      decisions,
      acceptCommands: args.text('accept-commands'),
      via: 'cli',
      version: VERSION,
    },
    io,
    driveOptionsOf(args),
  );
}
