import { userInfo } from 'node:os';
import { RunControl } from '../../../release/src/run/run-control';
import type { Arguments, Command } from '../command-line';
import { answer, JSON_OPTION } from '../delivery/answer';
import { chooseRun } from '../delivery/runs';
import { FILE_OPTION, findWorkspace } from '../delivery/workspace';
import { DELIVERY_EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';

export const cancel: Command = {
  name: 'cancel',
  summary: 'Ask a run to stop.',
  usage: '[RUN] [options]',
  options: {
    file: FILE_OPTION,
    kill: {
      type: 'boolean',
      help: 'Kill the tool when its time to stop is over. Needs --confirm with its environment.',
    },
    confirm: { type: 'string', value: 'NAME', help: 'The name of the environment, typed.' },
    json: JSON_OPTION,
  },
  notes: [
    'terraform and packer are asked once and get the time that they need to save their state; they are never killed by themselves.',
  ],
  run: runCancel,
};

function runCancel(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  const run = chooseRun(workspace, args.positionals[0], ({ status }) => status === 'running', 'running');
  if (run.status !== 'running') throw new UsageError(`Run ${run.run} does not run: it is ${run.status}.`);
  const control = new RunControl(run.directory);
  const by = userInfo().username;
  if (args.flag('kill')) {
    const name = run.spec.environment ?? 'images';
    if (args.text('confirm') !== name) {
      io.stderr.write(`A killed tool may leave its state behind. Add --confirm ${name}.\n`);
      return Promise.resolve(DELIVERY_EXIT.refused);
    }
    control.kill(by);
  }
  control.cancel(by);
  const facts = { run: run.run, environment: run.spec.environment, killed: args.flag('kill') };
  answer(args, io, facts, `Run ${run.run} is asked to stop. It stops when its tool has saved its state.`);
  return Promise.resolve(DELIVERY_EXIT.ok);
}
