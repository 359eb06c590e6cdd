import type { Arguments, Command } from '../command-line';
import { resumeRun } from '../delivery/drive';
import { chooseRun } from '../delivery/runs';
import { FILE_OPTION, findWorkspace } from '../delivery/workspace';
import { UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';

export const resume: Command = {
  name: 'resume',
  summary: 'Go on with a run that was interrupted, from what really happened.',
  usage: '[RUN] [options]',
  options: { file: FILE_OPTION, json: { type: 'boolean', help: 'One JSON object a line, for programs.' } },
  run: runResume,
};

function runResume(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  const run = chooseRun(workspace, args.positionals[0], ({ status }) => status === 'interrupted', 'interrupted');
  if (run.status !== 'interrupted') throw new UsageError(`Run ${run.run} is not interrupted: it is ${run.status}.`);
  return resumeRun(workspace.root, run.spec, io, args.flag('json'));
}
