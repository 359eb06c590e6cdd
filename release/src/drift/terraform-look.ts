import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fillText, UnknownValueError } from '../config/interpolate';
import type { TerraformTargetConfig } from '../config/types';
import type { JsonObject } from '../durable/canonical-json';
import { knownOfRelease } from '../ledger/known-of-release';
import type { StoredRelease } from '../ledger/releases';
import { readTerraformPlan, UnusablePlanError } from '../plan/terraform-plan';
import type { Plan, PlannedAttribute, PlannedChange } from '../plan/plan';
import { RunStoppedError, type RunContext, type ToolAnswer, type ToolQuestion } from '../run/context';
import { declaredVariables, RELEASE_VARIABLE } from '../targets/terraform/declared';
import { createInstanceRefresh } from '../targets/terraform/instance-refresh';
import type { ReleaseWitness } from '../targets/terraform/ledger-witness';
import { PlanFiles } from '../targets/terraform/plan-files';
import { knownOf, observationOf, ONLY_SLOT } from '../targets/terraform/reality';
import { TerraformCli, type TerraformOutputs } from '../targets/terraform/terraform-cli';
import type { Observation } from '../targets/target';
import type { Difference, Instance, LedgerFacts, TargetLook } from './difference';

const MINUTE = 60_000;
const PLAN_TIMEOUT = 30 * MINUTE;

/** More are counted, not listed. */
const MOST_ATTRIBUTES = 4;

const HAND = 'What people change inside a machine, by ssh or by hand, shows in no state: only a new image is sure.';

/**
 * Looks at a state, and at what a plan with the variables of the live release would change. The lock of the state is
 * not taken, `.terraform` is not touched, and nothing is written where the code is.
 *
 * @throws RunStoppedError when the state cannot be read
 */
export async function lookAtTerraform(
  config: TerraformTargetConfig,
  facts: LedgerFacts,
  witness: ReleaseWitness,
  context: RunContext,
): Promise<TargetLook> {
  const { cli, asked } = await readyToAsk(config, context);
  asked.tell({ type: 'progress', text: 'reading the state', done: null, of: null });
  const { outputs, isEmpty } = await cli.state();
  const now = observationOf(config, outputs, isEmpty, witness);
  const { live } = facts;
  const planned = live ? await planLook(config, live, outputs, now, cli, asked) : NOT_PLANNED;
  const group = await groupLook(config, outputs, live, asked);
  return {
    differences: [...imageDifferences(config, now, facts), ...group.differences, ...planned.differences],
    instances: [...slotInstances(now, facts), ...group.instances],
    unseen: [HAND, ...unreadable(config), ...group.unseen, ...planned.unseen],
  };
}

/** A folder that nobody has set up is set up in a private place, so that the look leaves no trace. */
async function readyToAsk(
  config: TerraformTargetConfig,
  context: RunContext,
): Promise<{ readonly cli: TerraformCli; readonly asked: RunContext }> {
  const directory = resolve(context.workspace, config.directory);
  if (!existsSync(directory)) {
    throw new RunStoppedError('refused', `There is no folder ${config.directory}. Correct \`target.terraform.dir\`.`);
  }
  if (existsSync(join(directory, '.terraform'))) return { cli: new TerraformCli(config, context), asked: context };
  const asked = withVariables(context, { TF_DATA_DIR: join(context.directory, 'terraform-data') });
  const cli = new TerraformCli(config, asked);
  asked.tell({ type: 'progress', text: `setting ${cli.tool.name} up in a private folder`, done: null, of: null });
  const { code, standardError } = await asked.ask({
    tool: cli.tool,
    words: ['init', '-input=false', '-no-color', '-lockfile=readonly'],
    cwd: cli.directory,
    environment: workspaceOf(config),
    timeout: PLAN_TIMEOUT,
  });
  if (code === 0) return { cli, asked };
  throw new RunStoppedError(
    'failed',
    `\`${cli.tool.name} init\` failed in ${config.directory}. Run it there by hand. ${firstError(standardError)}`,
  );
}

/** The same context, each question with more variables. */
function withVariables(context: RunContext, added: Readonly<Record<string, string>>): RunContext {
  const ask = (question: ToolQuestion): Promise<ToolAnswer> =>
    context.ask({ ...question, environment: { ...question.environment, ...added } });
  return Object.create(context, { ask: { value: ask } }) as RunContext;
}

function workspaceOf({ workspace }: TerraformTargetConfig): Readonly<Record<string, string>> {
  return workspace === undefined ? {} : { TF_WORKSPACE: workspace };
}

function imageDifferences(config: TerraformTargetConfig, now: Observation, facts: LedgerFacts): Difference[] {
  const { live } = facts;
  if (!live) {
    return now.slots
      .filter(({ running }) => running.length > 0)
      .map(({ name, running }) => ({
        kind: 'extra',
        where: name,
        text: `the state has ${running.join(', ')}, and the ledger knows no release at all`,
      }));
  }
  const place = live.slot ?? ONLY_SLOT;
  const found: Difference[] = [];
  const accepted = new Set(live.images.flatMap(({ id, ref, digests }) => [id, ref, ...digests]));
  const running = now.slots.find(({ name }) => name === place)?.running ?? [];
  const wanted = live.images.map(({ id }) => id).join(', ');
  if (isReadable(config)) {
    if (running.length === 0)
      found.push({ kind: 'missing', where: place, text: `the state has no image there; ${live.id} has ${wanted}` });
    else if (!running.some((id) => accepted.has(id)))
      found.push({
        kind: 'image',
        where: place,
        text: `the state has ${running.join(', ')}; ${live.id} has ${wanted}`,
      });
  }
  if (config.blueGreen && live.slot !== null && now.activeSlot !== live.slot) {
    const text = `the traffic goes to ${now.activeSlot ?? 'no colour'}, not to ${live.slot}`;
    found.push({ kind: 'route', where: `output.${config.blueGreen.active.output}`, text });
  }
  for (const slot of now.slots) {
    if (slot.name === place || slot.running.length === 0) continue;
    if (slot.running.some((id) => facts.knowsImage(id))) continue;
    const text = `the state has ${slot.running.join(', ')}, which no release had`;
    found.push({ kind: 'extra', where: slot.name, text });
  }
  return found;
}

function slotInstances(now: Observation, facts: LedgerFacts): Instance[] {
  return now.slots
    .filter(({ running }) => running.length > 0)
    .map(({ name, running, release }) => {
      const { live } = facts;
      const isLive = live !== undefined && name === (live.slot ?? ONLY_SLOT);
      const expected = isLive ? live.images : facts.keptIn(name)?.images;
      const accepted = expected?.flatMap(({ id, ref, digests }) => [id, ref, ...digests]) ?? [];
      const isExpected = running.some((id) => accepted.includes(id));
      return {
        name,
        id: '',
        slot: name === ONLY_SLOT ? null : name,
        image: running[0] ?? null,
        release: release ?? null,
        state: 'in the state',
        hasTraffic: name === now.activeSlot,
        match: isExpected ? 'match' : isLive || !running.some((id) => facts.knowsImage(id)) ? 'mismatch' : 'unknown',
      };
    });
}

function isReadable({ blueGreen, readImage }: TerraformTargetConfig): boolean {
  return blueGreen !== undefined || readImage !== undefined;
}

function unreadable(config: TerraformTargetConfig): readonly string[] {
  if (isReadable(config)) return [];
  return ['Which image the state has: no output tells. Add `read: { image: { output: NAME } }`.'];
}

interface PlanLook {
  readonly differences: readonly Difference[];
  readonly unseen: readonly string[];
}

const NOT_PLANNED: PlanLook = { differences: [], unseen: [] };

async function planLook(
  config: TerraformTargetConfig,
  live: StoredRelease,
  outputs: TerraformOutputs,
  now: Observation,
  cli: TerraformCli,
  context: RunContext,
): Promise<PlanLook> {
  const unseen = (reason: string): PlanLook => ({
    differences: [],
    unseen: [`Whether the configuration is as it was applied: ${reason}`],
  });
  if (live.mode === 'full' && live.kind === 'rollback') {
    return unseen(`${live.id} brought the code of an older release back, and the code here is another one.`);
  }
  const variables = variablesOf(config, live, outputs, now, cli.directory);
  if (typeof variables === 'string') return unseen(variables);
  context.tell({ type: 'progress', text: 'planning with the variables of the live release', done: null, of: null });
  const files = PlanFiles.create(context.directory, 'look', variables);
  const { code, standardError, standardOutput } = await context.ask({
    tool: cli.tool,
    words: [
      'plan',
      '-input=false',
      '-no-color',
      '-detailed-exitcode',
      // To take the lock would be a change, and would keep others waiting.
      '-lock=false',
      `-out=${files.plan}`,
      ...config.variableFiles.map((file) => `-var-file=${resolve(context.workspace, file)}`),
      `-var-file=${files.variables}`,
    ],
    cwd: cli.directory,
    environment: workspaceOf(config),
    timeout: PLAN_TIMEOUT,
  });
  if (code !== 0 && code !== 2) return unseen(`planning failed. ${firstError(standardError || standardOutput)}`);
  try {
    return { differences: planDifferences(readTerraformPlan(await cli.show(files.plan), '')), unseen: [] };
  } catch (error) {
    if (error instanceof UnusablePlanError) return unseen(error.message);
    throw error;
  } finally {
    files.removePlans();
  }
}

/** The variables as the live release was applied; what it did not decide stays as the state says. */
function variablesOf(
  config: TerraformTargetConfig,
  live: StoredRelease,
  outputs: TerraformOutputs,
  now: Observation,
  directory: string,
): JsonObject | string {
  const { blueGreen, set } = config;
  // What was adopted was applied by others: the stamp of the live release stands nowhere yet.
  const stamps = declaredVariables(directory).has(RELEASE_VARIABLE) && live.kind !== 'adopt';
  const found = live.kind === 'adopt' ? stampIn(outputs) : {};
  let own: JsonObject;
  try {
    const known = knownOfRelease(live);
    own = Object.fromEntries(Object.entries(set).map(([name, text]) => [name, fillText(text, known)]));
  } catch (error) {
    if (!(error instanceof UnknownValueError)) throw error;
    return `\`target.terraform.set\`: ${error.message}`;
  }
  if (!blueGreen || live.slot === null) return { ...own, ...found, ...(stamps ? { [RELEASE_VARIABLE]: live.id } : {}) };
  const image = live.images[0]?.id ?? '';
  const releases = Object.fromEntries(
    now.slots.flatMap(({ name, release }) => (release === undefined ? [] : [[name, release]])),
  );
  return {
    ...own,
    [blueGreen.active.variable]: live.slot,
    // A colour that was scaled to nothing has an empty text there, which no observation tells.
    [blueGreen.image.variable]: { ...textsOf(outputs.get(blueGreen.image.output)), [live.slot]: image },
    ...found,
    ...(stamps ? { [RELEASE_VARIABLE]: { ...releases, [live.slot]: live.id } } : {}),
  };
}

/** The stamp as the state has it. */
function stampIn(outputs: TerraformOutputs): JsonObject {
  const value = outputs.get(RELEASE_VARIABLE);
  if (typeof value === 'string') return { [RELEASE_VARIABLE]: value };
  return typeof value === 'object' && value !== null ? { [RELEASE_VARIABLE]: textsOf(value) } : {};
}

function textsOf(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/**
 * What a plan tells: its changes are the configuration, its drift is the state. Terraform compares every resource with
 * the state for any plan, so no second plan with `-refresh-only` is needed.
 */
export function planDifferences(plan: Plan): Difference[] {
  return [
    ...plan.drift.map((change): Difference => ({
      kind: 'state',
      where: change.address,
      text: `changed outside of Terraform: ${describe(change, 'it is gone')}`,
    })),
    ...plan.changes
      .filter(({ kind }) => kind !== 'read')
      .map((change): Difference => ({
        kind: 'config',
        where: change.address,
        text: `the next apply would ${VERBS[change.kind]} it: ${describe(change, 'the configuration has it no more')}`,
      })),
    ...plan.outputs.map((output): Difference => ({
      kind: 'config',
      where: `output.${output.path}`,
      text: describeAttribute(output),
    })),
  ];
}

const VERBS: Readonly<Record<PlannedChange['kind'], string>> = {
  destroy: 'destroy',
  'replace-destroy-first': 'replace',
  'replace-create-first': 'replace',
  forget: 'forget',
  update: 'change',
  create: 'create',
  import: 'import',
  read: 'read',
};

function describe({ kind, reason, attributes }: PlannedChange, gone: string): string {
  if (kind === 'destroy' || kind === 'forget') return reason ?? gone;
  const shown = attributes.slice(0, MOST_ATTRIBUTES).map(describeAttribute);
  const more = attributes.length - shown.length;
  const list = [...shown, ...(more > 0 ? [`${more} more`] : [])].join('; ');
  return list === '' ? (reason ?? 'as a whole') : list;
}

function describeAttribute({ path, before, after }: PlannedAttribute): string {
  return `${path} ${before ?? 'nothing'} → ${after ?? 'nothing'}`;
}

/** The machines of an Auto Scaling group, asked one by one. */
async function groupLook(
  config: TerraformTargetConfig,
  outputs: TerraformOutputs,
  live: StoredRelease | undefined,
  context: RunContext,
): Promise<TargetLook> {
  const { refresh } = config;
  if (!refresh || outputs.size === 0) return { differences: [], instances: [], unseen: [] };
  let name: string;
  try {
    name = fillText(refresh.group, knownOf(config, outputs, undefined));
  } catch (error) {
    if (!(error instanceof UnknownValueError)) throw error;
    return { differences: [], instances: [], unseen: [`Which machines run: ${error.message}`] };
  }
  context.tell({ type: 'progress', text: `asking for the machines of ${name}`, done: null, of: null });
  const answer = await createInstanceRefresh().instances(name, context);
  if ('problem' in answer)
    return { differences: [], instances: [], unseen: [`Which machines run: ${answer.problem}.`] };
  const wanted = live?.images.map(({ id }) => id) ?? [];
  const instances = answer.instances.map(({ id, image }): Instance => ({
    name,
    id,
    slot: null,
    image,
    release: null,
    state: 'in service',
    hasTraffic: true,
    match: live === undefined ? 'unknown' : wanted.includes(image) ? 'match' : 'mismatch',
  }));
  const differences = instances
    .filter(({ match }) => match === 'mismatch')
    .map(({ id, image }): Difference => ({
      kind: 'image',
      where: id,
      text: `it runs ${image ?? 'nothing'}; ${live?.id ?? ''} has ${wanted.join(', ')}`,
    }));
  return { differences, instances, unseen: [] };
}

/** The first error that Terraform prints, on one line. */
function firstError(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^[│╷╵\s]+/, '').trim());
  const at = lines.findIndex((line) => line.startsWith('Error'));
  return lines
    .slice(at < 0 ? 0 : at)
    .filter((line) => line !== '')
    .slice(0, 4)
    .join(' ')
    .slice(0, 500);
}
