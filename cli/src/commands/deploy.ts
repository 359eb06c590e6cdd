import { decisionsOf, RUN_OPTIONS } from '../delivery/decisions';
import { driveOptionsOf, startRun } from '../delivery/drive';
import { environmentOf, findWorkspace } from '../delivery/workspace';
import type { Arguments, Command } from '../command-line';
import type { ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { VERSION } from '../version';

export const deploy: Command = {
  name: 'deploy',
  summary: 'Bake what changed, deploy it beside the old, check its health and move the traffic.',
  usage: '[ENVIRONMENT] [options]',
  options: {
    ...RUN_OPTIONS,
    rebake: { type: 'boolean', help: 'Bake even when the inputs have not changed.' },
    'one-way': { type: 'boolean', help: 'This release cannot be undone: it migrates data.' },
  },
  notes: [
    'Without a terminal the plan is printed and the command ends with code 4; `approve` lets the run go on. The run itself never depends on this command: closing the terminal does not stop it.',
    'Exit codes: 0 live, 3 refused, 4 approval needed, 5 locked, 6 failed and who has the traffic did not change, 7 changed and not done, 8 rolled back, 9 stuck, 64 wrong usage or configuration, 70 internal error, 130 cancelled.',
  ],
  run: runDeploy,
};

function runDeploy(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  const environment = environmentOf(args, workspace, 'deploy');
  const isPromoted = workspace.pipeline.environments.get(environment)?.promoteFrom !== undefined;
  const decisions = { ...decisionsOf(args), rebake: args.flag('rebake'), oneWay: args.flag('one-way') };
  return startRun(
    workspace,
    {
      kind: isPromoted ? 'promote' : 'deploy',
      environment,
      decisions,
      acceptCommands: args.text('accept-commands'),
      via: 'cli',
      version: VERSION,
    },
    io,
    driveOptionsOf(args),
  );
}
