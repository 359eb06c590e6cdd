import { fillText, type Known } from '../../config/interpolate';
import type { TerraformTargetConfig } from '../../config/types';
import type { JsonObject } from '../../durable/canonical-json';
import { planAsMarkdown } from '../../plan/markdown';
import { readTerraformPlan, UnusablePlanError } from '../../plan/terraform-plan';
import type { Plan } from '../../plan/plan';
import { RunStoppedError, type RunContext } from '../../run/context';
import type {
  ApplyOutcome,
  DesiredRelease,
  Observation,
  PreparedPlan,
  RunningSlot,
  Target,
  Verification,
} from '../target';
import { applyPlan, recoverPlan } from './apply';
import { awsAccount, createInstanceRefresh, type InstanceRefresh, type RunningRefresh } from './instance-refresh';
import { changesOf, type PlannedStep, type TerraformIntent } from './intent';
import type { ReleaseWitness } from './ledger-witness';
import { PlanFiles } from './plan-files';
import { knownOf, observationOf, ONLY_SLOT } from './reality';
import { codeOfRelease, type Code } from './release-code';
import { NoTreeError, storedConfig, type StoredConfig } from './release-tree';
import { runningSlots } from './running';
import { scopeViolations } from './scope';
import { TerraformCli, type StateFacts } from './terraform-cli';
import { TerraformVariables } from './variables';

export interface TerraformTargetOptions {
  /** Tells which release put an image where, for states that do not name releases themselves: `LedgerWitness`. */
  readonly witness?: ReleaseWitness | undefined;
  /** Given by tests only. */
  readonly refresh?: InstanceRefresh | undefined;
}

/** Deploys by applying saved plans of Terraform or OpenTofu, with or without colours (release-engine.md §3.3 A and D). */
export function createTerraformTarget(config: TerraformTargetConfig, options: TerraformTargetOptions = {}): Target {
  return new TerraformTarget(config, options);
}

class TerraformTarget implements Target {
  /** The directory is set up once in a run. */
  private ready: Promise<TerraformCli> | undefined;
  /** The code of the release that a `full` rollback brings back. */
  private full: Promise<Code> | undefined;
  private readonly refresh: InstanceRefresh;

  constructor(
    private readonly config: TerraformTargetConfig,
    private readonly options: TerraformTargetOptions,
  ) {
    this.refresh = options.refresh ?? createInstanceRefresh();
  }

  async fingerprint(context: RunContext): Promise<Readonly<Record<string, string>>> {
    const cli = await this.cli(context);
    const { lineage } = await cli.state();
    const account = context.environment?.pin['awsAccount'] === undefined ? undefined : await awsAccount(context);
    return {
      backend: cli.backend(),
      workspace: await cli.workspace(),
      ...(lineage === undefined ? {} : { stateLineage: lineage }),
      ...(account === undefined ? {} : { awsAccount: account }),
    };
  }

  async observe(context: RunContext): Promise<Observation> {
    const cli = await this.cli(context);
    const { outputs, isEmpty } = await cli.state();
    return observationOf(this.config, outputs, isEmpty, this.options.witness);
  }

  async running(context: RunContext): Promise<readonly RunningSlot[]> {
    return runningSlots(this.config, await this.observe(context), context);
  }

  idleSlot({ activeSlot }: Observation): string | undefined {
    return this.config.blueGreen?.active.values.find((colour) => colour !== activeSlot);
  }

  async planDeploy(release: DesiredRelease, now: Observation, context: RunContext): Promise<PreparedPlan> {
    const slot = this.idleSlot(now);
    const { code, instead } = await this.codeFor(release, context);
    const variables = code.variables.deploy(release, slot, now);
    const running = await this.requireReadyGroup(context);
    const where = slot === undefined ? '' : ` in ${slot}`;
    const lines = [
      `${release.id}${where}: ${shortIds(release)}`,
      `Now: ${describe(now)}`,
      ...(slot === undefined ? [] : [`${slot} gets the traffic when it is healthy; a plan of its own moves it`]),
      ...(code.stored ? [`With the code and the variables of commit ${code.stored.commit}`] : []),
      ...(instead === undefined ? [] : [instead]),
      ...(running ? [`Ends the refresh to version ${running.version} first, which still runs`] : []),
    ];
    const plan = await this.plan('deploy', variables, slot, now, lines, code, context, running);
    const version = await code.cli.version();
    const config = code.stored
      ? { ...code.stored, version }
      : await storedConfig(this.config, release, version, context);
    return { ...plan, config, ...(instead === undefined ? {} : { instead }) };
  }

  async apply(plan: PreparedPlan, context: RunContext): Promise<ApplyOutcome> {
    const intent = plan.intent as TerraformIntent;
    const { refresh } = this.config;
    if (refresh && intent.refresh !== null && !intent.isEmpty) {
      await this.refresh.end(await this.group(context), intent.refresh, refresh, context);
    }
    return applyPlan(intent, await this.cliOf(intent, 'failed', context), context);
  }

  async recoverApply(intent: JsonObject, context: RunContext): Promise<ApplyOutcome> {
    const written = intent as TerraformIntent;
    return recoverPlan(written, await this.cliOf(written, 'partial', context), context);
  }

  /** What the state says: `unconfirmed`, because a state is no machine. An Auto Scaling group is asked itself. */
  async verify(release: DesiredRelease, slot: string | undefined, context: RunContext): Promise<Verification> {
    const now = await this.observe(context);
    const place = slot ?? ONLY_SLOT;
    const running = now.slots.find(({ name }) => name === place)?.running ?? [];
    const images = [...release.images.values()];
    const expected = images.map(({ id }) => id);
    const isReadable = this.config.blueGreen !== undefined || this.config.readImage !== undefined;
    const accepted = new Set(images.flatMap(({ id, ref, digests }) => [id, ref, ...digests]));
    if (isReadable && !running.some((id) => accepted.has(id))) {
      const detail = `the state says ${running.join(', ') || 'nothing'} in ${place}, expected ${expected.join(', ')}`;
      return { verdict: 'unhealthy', expected, running, detail };
    }
    if (this.config.refresh) return this.verifyGroup(expected, context);
    return { verdict: 'unconfirmed', expected, running, detail: `the state says ${running.join(', ')} in ${place}` };
  }

  async planRoute(
    release: DesiredRelease,
    to: string,
    now: Observation,
    context: RunContext,
  ): Promise<PreparedPlan | undefined> {
    if (!this.config.blueGreen) return undefined;
    // The code that the deployment was planned with: another one would change more than the route.
    const { code } = await this.codeFor(release, context);
    const variables = code.variables.route(release, to, now);
    const lines = [`Moves the traffic to ${to}`, `Now: ${describe(now)}`];
    return this.plan('route', variables, to, now, lines, code, context);
  }

  async route(plan: PreparedPlan, to: string, context: RunContext): Promise<void> {
    const { outcome, table } = await this.applyOnce(plan, context);
    if (outcome === 'all') return;
    const list = table.map((line) => `\n  ${line}`).join('');
    throw new RunStoppedError(
      outcome === 'none' ? 'failed' : 'partial',
      outcome === 'none'
        ? `The traffic was not moved to ${to}. Run the deployment again.${list}`
        : `Moving the traffic to ${to} went only half way. Look at where it goes, then run the deployment again.${list}`,
      { table },
    );
  }

  get keepsIdle(): string | undefined {
    return this.config.blueGreen?.idle === 'keep' ? '`idle: keep`' : undefined;
  }

  async planRetire(slot: string, now: Observation, context: RunContext): Promise<PreparedPlan | undefined> {
    if (!this.config.blueGreen || this.keepsIdle !== undefined) return undefined;
    if (now.activeSlot === undefined || now.activeSlot === slot) {
      throw new RunStoppedError('refused', `${slot} may have the traffic and stays. Nothing was changed.`);
    }
    const live = this.options.witness?.live();
    const code = await this.todays(context);
    const variables = code.variables.retire(slot, now, live);
    return this.plan('retire', variables, slot, now, [`Ends ${slot}`, `Now: ${describe(now)}`], code, context);
  }

  async retire(plan: PreparedPlan, _slot: string, context: RunContext): Promise<{ readonly left: readonly string[] }> {
    const { outcome, table } = await this.applyOnce(plan, context);
    return { left: outcome === 'all' ? [] : table.filter((line) => !line.startsWith('done: ')) };
  }

  /** The release stands in the plan already, in the variable `immutable_release` where the configuration has it. */
  stamp(): Promise<void> {
    return Promise.resolve();
  }

  async known(slot: string | undefined, context: RunContext): Promise<Known> {
    const cli = await this.cli(context);
    return knownOf(this.config, (await cli.state()).outputs, slot);
  }

  private cli(context: RunContext): Promise<TerraformCli> {
    this.ready ??= (async () => {
      const cli = new TerraformCli(this.config, context);
      await cli.init();
      return cli;
    })();
    // What is wrong may be put right before the next question.
    this.ready.catch(() => (this.ready = undefined));
    return this.ready;
  }

  private async todays(context: RunContext): Promise<Code> {
    const cli = await this.cli(context);
    return { cli, variables: new TerraformVariables(this.config, cli.directory), stored: undefined };
  }

  /** The code to plan with: for a `full` rollback that of the release, where it can be had; else today's, and why. */
  private async codeFor(
    { config }: DesiredRelease,
    context: RunContext,
  ): Promise<{ readonly code: Code; readonly instead?: string }> {
    if (!config) return { code: await this.todays(context) };
    try {
      return { code: await this.codeOf(config as StoredConfig, context) };
    } catch (error) {
      if (!(error instanceof NoTreeError)) throw error;
      const instead = `Only the image is brought back, with today's code: ${error.message}`;
      context.tell({ type: 'warning', text: `${instead}.` });
      return { code: await this.todays(context), instead };
    }
  }

  private codeOf(stored: StoredConfig, context: RunContext): Promise<Code> {
    this.full ??= this.cli(context).then((today) =>
      codeOfRelease(stored, this.config, today, this.options.witness?.writtenBy(), context),
    );
    this.full.catch(() => (this.full = undefined));
    return this.full;
  }

  /** The directory that a plan was made in. After a crash it is made again. */
  private async cliOf(
    { full }: TerraformIntent,
    otherwise: 'failed' | 'partial',
    context: RunContext,
  ): Promise<TerraformCli> {
    if (!full) return this.cli(context);
    try {
      return (await this.codeOf(full, context)).cli;
    } catch (error) {
      if (!(error instanceof NoTreeError)) throw error;
      const what = otherwise === 'failed' ? 'Nothing was changed.' : 'Nobody can tell what was applied: look at it.';
      throw new RunStoppedError(otherwise, `The code of the release is gone: ${error.message}. ${what}`);
    }
  }

  /** Applies, or after a crash finds out what an apply of this plan did. */
  private async applyOnce(plan: PreparedPlan, context: RunContext): Promise<ApplyOutcome> {
    const { label } = plan.intent as TerraformIntent;
    const isUsed = PlanFiles.of(context.directory, label).isConsumed;
    return isUsed ? this.recoverApply(plan.intent, context) : this.apply(plan, context);
  }

  private async plan(
    step: PlannedStep,
    variables: JsonObject,
    slot: string | undefined,
    now: Observation,
    lines: readonly string[],
    { cli, stored }: Code,
    context: RunContext,
    running?: RunningRefresh,
  ): Promise<PreparedPlan> {
    if (cli.hasErroredState) throw erroredState(cli);
    const state = await cli.state();
    const files = PlanFiles.create(context.directory, step, variables);
    const hasChanges = await cli.plan(files).catch((error: unknown) => {
      // Terraform leaves a plan file even then.
      files.removePlans();
      throw error;
    });
    const hash = files.hash() ?? '';
    const plan = await readPlan(cli, files, hash, hasChanges);
    const violations = scopeViolations(this.config, plan, step, slot, now, state.isEmpty);
    const heading = { environment: context.environment?.name ?? '', lines };
    const intent = await intentOf(step, plan, files, !hasChanges, state, cli, stored, running?.id ?? null);
    if (!hasChanges) files.removePlans();
    return {
      hash,
      document: planAsMarkdown(plan, heading, violations),
      shown: { plan, lines },
      counts: plan.counts,
      violations,
      isEmpty: !hasChanges,
      intent,
    };
  }

  private async verifyGroup(expected: readonly string[], context: RunContext): Promise<Verification> {
    const group = await this.group(context);
    const { refresh } = this.config;
    if (!refresh) return { verdict: 'unconfirmed', expected, running: [], detail: 'nothing is refreshed' };
    const result = await this.refresh.bring(group, refresh, context);
    if ('problem' in result) return { verdict: 'unhealthy', expected, running: [], detail: result.problem };
    const { images } = result;
    const isAll = images.length > 0 && images.every((image) => expected.includes(image));
    const detail = `instances of ${group} run ${images.join(', ') || 'nothing'}`;
    return { verdict: isAll ? 'confirmed' : 'unhealthy', expected, running: images, detail };
  }

  /**
   * A group that follows `$Latest` cannot be rolled back, and is refused before anything changes (finding 2). So is one
   * that somebody else refreshes.
   *
   * @returns the refresh of an earlier deployment, which is ended before Terraform applies
   */
  private async requireReadyGroup(context: RunContext): Promise<RunningRefresh | undefined> {
    if (!this.config.refresh) return undefined;
    const cli = await this.cli(context);
    if ((await cli.state()).isEmpty) return undefined;
    const group = await this.group(context);
    const problem = await this.refresh.problemOf(group, context);
    if (problem !== undefined) throw new RunStoppedError('refused', `${problem} Nothing was changed.`);
    const running = await this.refresh.running(group, context);
    if (!running || running.isOfGroup) return running;
    throw new RunStoppedError(
      'refused',
      `Another refresh of ${group} is running, to version ${running.version}; wait for it. Nothing was changed.`,
    );
  }

  private async group(context: RunContext): Promise<string> {
    return fillText(this.config.refresh?.group ?? '', await this.known(undefined, context));
  }
}

async function readPlan(cli: TerraformCli, files: PlanFiles, hash: string, hasChanges: boolean): Promise<Plan> {
  try {
    const json = await cli.show(files.plan);
    // Terraform writes a plan file even when planning failed (F22).
    if (hasChanges && json.applyable === false) throw new UnusablePlanError('Terraform says that it cannot be applied');
    return readTerraformPlan(json, hash);
  } catch (error) {
    files.removePlans();
    if (error instanceof UnusablePlanError) throw new RunStoppedError('failed', error.message);
    throw error;
  }
}

async function intentOf(
  step: PlannedStep,
  plan: Plan,
  { label }: PlanFiles,
  isEmpty: boolean,
  { lineage, serial }: StateFacts,
  cli: TerraformCli,
  stored: StoredConfig | undefined,
  refresh: string | null,
): Promise<TerraformIntent> {
  return {
    step,
    label,
    hash: plan.hash,
    isEmpty,
    lineage: lineage ?? null,
    serial: serial ?? null,
    tool: cli.tool.path,
    version: await cli.version(),
    full: stored ?? null,
    refresh,
    changes: changesOf(plan),
  };
}

function erroredState(cli: TerraformCli): RunStoppedError {
  return new RunStoppedError(
    'refused',
    `${cli.directory} holds errored.tfstate: an earlier apply could not save its state. ` +
      `Run \`${cli.tool.name} state push errored.tfstate\` there and delete the file. Nothing was changed.`,
  );
}

function describe({ activeSlot, slots }: Observation): string {
  if (slots.every(({ running }) => running.length === 0)) return 'nothing is deployed';
  return slots
    .filter(({ running }) => running.length > 0)
    .map(({ name, running, release }) => {
      const serves = activeSlot === undefined ? '' : name === activeSlot ? ', serves' : ', has no traffic';
      return `${name} runs ${running.join(', ')}${release === undefined ? '' : ` (${release})`}${serves}`;
    })
    .join('; ');
}

function shortIds({ images }: DesiredRelease): string {
  return [...images.values()].map(({ name, id }) => `${name} ${id}`).join(', ');
}
