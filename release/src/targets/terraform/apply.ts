import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RunStoppedError, type RunContext } from '../../run/context';
import type { ApplyOutcome } from '../target';
import type { TerraformIntent } from './intent';
import { classify, isDone, refusalOf, type ApplyEnd } from './outcome';
import { PlanFiles } from './plan-files';
import { readStream } from './stream';
import type { TerraformCli } from './terraform-cli';

const NOTHING_SEEN: ApplyEnd = {
  stream: { planned: [], started: new Map(), ended: new Set(), errors: [] },
  code: null,
};

/**
 * Applies exactly what was approved: the plan is hashed again right before, and used once (F21).
 *
 * @throws RunStoppedError `refused` when it is not what was approved; nothing was changed then
 */
export async function applyPlan(
  intent: TerraformIntent,
  cli: TerraformCli,
  context: RunContext,
): Promise<ApplyOutcome> {
  if (intent.isEmpty) return { outcome: 'all', table: ['nothing had to be changed'] };
  const version = await cli.version();
  if (cli.tool.path !== intent.tool || version !== intent.version) {
    throw refused(
      `the plan was made by ${intent.tool} ${intent.version}, and now there is ${cli.tool.path} ${version}`,
    );
  }
  const files = PlanFiles.of(context.directory, intent.label);
  if (files.isConsumed) throw refused('it was used before');
  const hash = files.hash();
  if (hash === undefined) throw refused('its file is gone');
  if (hash !== intent.hash) throw refused('its file is not the one that was approved: something wrote to it');
  context.signal.throwIfAborted();
  if (!files.consume()) throw refused('it was used before');
  const result = await cli.apply(files.plan);
  return settle(intent, { stream: readStream(result.standardOutput), code: result.code }, cli, context);
}

/** What became of an apply whose engine died (release-engine.md §3.8). Waits for Terraform when it still runs. */
export async function recoverPlan(
  intent: TerraformIntent,
  cli: TerraformCli,
  context: RunContext,
): Promise<ApplyOutcome> {
  if (intent.isEmpty) return { outcome: 'all', table: ['nothing had to be changed'] };
  const files = PlanFiles.of(context.directory, intent.label);
  if (!files.isConsumed) return { outcome: 'none', table: ['the plan was never used'] };
  const result = await context.recover(cli.applyStep);
  // The last apply of the run may be the one of an earlier plan: what ended before this plan was used is not ours.
  const isOurs = result !== undefined && files.wasConsumedBefore(result.standardOutput);
  const end = isOurs ? { stream: readStream(result.standardOutput), code: result.code } : NOTHING_SEEN;
  return settle(intent, end, cli, context);
}

async function settle(
  intent: TerraformIntent,
  end: ApplyEnd,
  cli: TerraformCli,
  context: RunContext,
): Promise<ApplyOutcome> {
  const files = PlanFiles.of(context.directory, intent.label);
  try {
    if (isDone(intent, end)) return { outcome: 'all', table: intent.changes.map(({ address }) => `done: ${address}`) };
    const unsaved = await saveErroredState(cli);
    if (unsaved !== undefined) return { outcome: 'partial', table: [unsaved] };
    const refusal = refusalOf(end.stream);
    if (refusal !== undefined) return { outcome: 'none', table: [refusal] };
    return classify(intent, end, await cli.planAgain(files));
  } finally {
    files.removePlans();
  }
}

/** Before anything else: without it Terraform has forgotten what it made. @returns why it could not be saved */
async function saveErroredState(cli: TerraformCli): Promise<string | undefined> {
  if (!cli.hasErroredState) return undefined;
  const problem = await cli.pushErroredState();
  const file = join(cli.directory, 'errored.tfstate');
  if (problem === undefined) {
    rmSync(file);
    return undefined;
  }
  return `the state could not be saved: ${problem}. Run \`${cli.tool.name} state push errored.tfstate\` in ${cli.directory}, and keep ${file} until then`;
}

function refused(reason: string): RunStoppedError {
  return new RunStoppedError(
    'refused',
    `The plan cannot be applied: ${reason}. Run the command again, which makes a new plan. Nothing was changed.`,
  );
}
