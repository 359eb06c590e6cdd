import { userInfo } from 'node:os';
import { gitState } from '../../../release/src/api/git-state';
import { RunControl } from '../../../release/src/run/run-control';
import { pipelineOf } from '../../../release/src/run/run';
import type { Arguments, Command } from '../command-line';
import { answer, JSON_OPTION } from '../delivery/answer';
import { chooseRun } from '../delivery/runs';
import { FILE_OPTION, findWorkspace } from '../delivery/workspace';
import { DELIVERY_EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';

export const approve: Command = {
  name: 'approve',
  summary: 'Approve the plan that a run waits with, or deny it.',
  usage: '[RUN] HASH [options]',
  options: {
    file: FILE_OPTION,
    deny: { type: 'boolean', help: 'Do not apply the plan.' },
    confirm: { type: 'string', value: 'NAME', help: 'The name of the protected environment, typed.' },
    json: JSON_OPTION,
  },
  run: runApprove,
};

async function runApprove(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  const hash = args.positionals.at(-1);
  const name = args.positionals.length > 1 ? args.positionals[0] : undefined;
  if (hash === undefined) throw new UsageError('Say which plan: immutable-infra approve HASH.');
  const run = chooseRun(
    workspace,
    name,
    ({ progress }) => progress.plan?.hash === hash,
    `waiting with the plan ${hash}`,
  );
  const { plan } = run.progress;
  if (plan?.hash !== hash || plan.approval !== 'requested' || run.status === 'closed') {
    throw new UsageError(`Run ${run.run} does not wait for ${hash}. Look at what it waits for: immutable-infra runs.`);
  }
  const { environment } = pipelineOf(run.spec);
  if (environment?.protected && !args.flag('deny') && args.text('confirm') !== environment.name) {
    io.stderr.write(`${environment.name} is protected: add --confirm ${environment.name}.\n`);
    return DELIVERY_EXIT.refused;
  }
  const { identity } = await gitState(workspace.folder);
  const control = new RunControl(run.directory);
  const decision = { plan: hash, by: identity ?? userInfo().username, how: 'cli approve' };
  if (args.flag('deny')) control.deny(decision);
  else control.approve(decision);
  const isDenied = args.flag('deny');
  const facts = { run: run.run, plan: hash, decision: isDenied ? 'denied' : 'approved', by: decision.by };
  answer(args, io, facts, isDenied ? 'Denied. Nothing is applied.' : 'Approved. Watch it: immutable-infra status');
  return DELIVERY_EXIT.ok;
}
