import { listRuns } from '../../../release/src/api/list-runs';
import type { Arguments, Command } from '../command-line';
import { FILE_OPTION, findWorkspace } from '../delivery/workspace';
import { DELIVERY_EXIT, type ExitCode } from '../exit-codes';
import type { Io } from '../io';

const SHOWN = 20;

export const runs: Command = {
  name: 'runs',
  summary: 'List runs, newest first.',
  usage: '[options]',
  options: {
    file: FILE_OPTION,
    all: { type: 'boolean', help: `All, not only the last ${SHOWN}.` },
    json: { type: 'boolean', help: 'For programs.' },
  },
  run: runRuns,
};

function runRuns(args: Arguments, io: Io): Promise<ExitCode> {
  const { root } = findWorkspace(args, io);
  const listed = listRuns(root).slice(0, args.flag('all') ? undefined : SHOWN);
  if (args.flag('json')) {
    const entries = listed.map(({ run, spec, progress, status }) => ({
      run,
      kind: spec.kind,
      environment: spec.environment,
      createdAt: spec.createdAt,
      status,
      state: progress.state,
      outcome: progress.outcome ?? null,
      plan: progress.plan ?? null,
    }));
    io.stdout.write(`${JSON.stringify({ version: 1, runs: entries }, null, 2)}\n`);
    return Promise.resolve(DELIVERY_EXIT.ok);
  }
  for (const { run, spec, progress, status } of listed) {
    const what = status === 'closed' ? progress.outcome : `${status}, ${progress.state}`;
    const waits =
      progress.plan?.approval === 'requested' && status === 'running' ? `, waits for ${progress.plan.hash}` : '';
    io.stdout.write(
      `${run}  ${spec.createdAt.slice(0, 19)}  ${spec.kind} ${spec.environment ?? ''}  ${what ?? ''}${waits}\n`,
    );
  }
  if (listed.length === 0) io.stdout.write('No run yet.\n');
  return Promise.resolve(DELIVERY_EXIT.ok);
}
