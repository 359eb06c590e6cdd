import { decisionsOf, RUN_OPTIONS } from '../delivery/decisions';
import { driveOptionsOf, startRun } from '../delivery/drive';
import { environmentOf, findWorkspace } from '../delivery/workspace';
import type { Arguments, Command } from '../command-line';
import type { ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { VERSION } from '../version';

export const adopt: Command = {
  name: 'adopt',
  summary: 'Write down what runs in an environment that was deployed without a ledger.',
  usage: '[ENVIRONMENT] [options]',
  options: RUN_OPTIONS,
  notes: [
    'The stamp on the target says which release it is; without one it gets a name now. Nothing on the target changes. From there `status`, `deploy` and `rollback` go on.',
  ],
  run: runAdopt,
};

function runAdopt(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  return startRun(
    workspace,
    {
      kind: 'adopt',
      environment: environmentOf(args, workspace, 'adopt'),
      decisions: decisionsOf(args),
      acceptCommands: args.text('accept-commands'),
      via: 'cli',
      version: VERSION,
    },
    io,
    driveOptionsOf(args),
  );
}
