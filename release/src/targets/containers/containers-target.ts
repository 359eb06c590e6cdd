import type { Known } from '../../config/interpolate';
import type { ContainersTargetConfig } from '../../config/types';
import type { JsonObject } from '../../durable/canonical-json';
import type { GuardViolation } from '../../plan/guard';
import type { PlanHeading } from '../../plan/markdown';
import { RunStoppedError, type RunContext } from '../../run/context';
import { MissingValueError, resolveValue } from '../../secrets/sources';
import type { Secret } from '../../secrets/redactor';
import type {
  ApplyOutcome,
  DesiredRelease,
  Observation,
  PreparedPlan,
  RunningSlot,
  Target,
  Verification,
} from '../target';
import type { ContainerState } from './container-state';
import {
  approvedPlan,
  preparedDeploy,
  preparedRetire,
  preparedRoute,
  stoppedOf,
  type ContainersPlan,
  type RoutePlan,
} from './containers-plan';
import { ContainerEngine } from './engine';
import { LABELS } from './labels';
import { RouteFile } from './route-file';
import { runningSlots } from './running';
import { containersOf, storedConfig, type ContainerSpec, type StoredConfig } from './run-spec';
import { isStamped, observationOf, readSlots, slotNames, type Slot } from './slots';

/** Variables of this process: what `fromEnv` reads. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Containers of Docker or podman on this machine, in two slots, and a file that tells a proxy which of them has the
 * traffic.
 *
 * @param own variables of this process: what `fromEnv` reads
 */
export function createContainersTarget(config: ContainersTargetConfig, own: Environment): Target {
  return new ContainersTarget(config, own);
}

class ContainersTarget implements Target {
  private engine: Promise<ContainerEngine> | undefined;

  constructor(
    private readonly config: ContainersTargetConfig,
    private readonly own: Environment,
  ) {}

  async fingerprint(context: RunContext): Promise<Readonly<Record<string, string>>> {
    return (await this.engineOf(context)).fingerprint();
  }

  async observe(context: RunContext): Promise<Observation> {
    const slots = await this.slots(context);
    return observationOf(slots, routeOf(context).activeSlot(slots));
  }

  async running(context: RunContext): Promise<readonly RunningSlot[]> {
    return runningSlots(this.config, await this.engineOf(context), await this.slots(context), context);
  }

  idleSlot({ activeSlot, slots }: Observation): string | undefined {
    const others = slots.filter(({ name }) => name !== activeSlot);
    // Where nothing has the traffic, a slot that is empty can be taken without harm.
    return (others.find(({ running }) => running.length === 0) ?? others[0])?.name;
  }

  async planDeploy(release: DesiredRelease, observation: Observation, context: RunContext): Promise<PreparedPlan> {
    const slots = await this.slots(context);
    const slot = slots.find(({ name }) => name === this.idleSlot(observation));
    const other = slotNames(this.config).find((name) => name !== slot?.name);
    if (!slot || other === undefined) throw refused('The target has no slot that is free.');
    // Told before anything starts: a route that cannot be written would be found out too late.
    const config = (release.config as StoredConfig | undefined) ?? storedConfig(this.config);
    const route = routeOf(context);
    route.activeSlot(slots);
    const start = containersOf(release, config, slot.name, other, context);
    route.contentFor(slot.name, start[0]?.labels[LABELS.port] ?? '', other, release.known);
    if (observation.activeSlot === undefined && slot.containers.some(({ isRunning }) => isRunning)) {
      throw refused(
        `Both slots run, and ${route.name} names neither, so ${slot.name} may be serving. Retire the one that is not used by its name: \`immutable-infra retire ENVIRONMENT SLOT --confirm ENVIRONMENT\`.`,
      );
    }
    const stop = slot.containers.filter(isStamped).map(stoppedOf);
    const plan: ContainersPlan = { step: 'deploy', slot: slot.name, runtime: config.runtime, start, stop };
    const traffic =
      observation.activeSlot === undefined
        ? `Nothing has the traffic. \`${slot.name}\` gets it when it is healthy`
        : `\`${observation.activeSlot}\` has the traffic, and keeps it until \`${slot.name}\` is healthy`;
    const lines = [`Deploys ${release.id} to ${slot.name}`, traffic];
    return { ...preparedDeploy(plan, config, headingOf(context, lines), strangers(slot)), config };
  }

  async apply(prepared: PreparedPlan, context: RunContext): Promise<ApplyOutcome> {
    const plan = approvedPlan(prepared) as ContainersPlan;
    const engine = await this.engineOf(context);
    const slots = await this.slots(context);
    const now = slots.find(({ name }) => name === plan.slot)?.containers ?? [];
    if (idsOf(now) !== idsOf(plan.stop) || routeOf(context).activeSlot(slots) === plan.slot) {
      throw new RunStoppedError(
        'failed',
        `${plan.slot} changed since the plan was made. Start again: a new plan is needed. Nothing was changed.`,
      );
    }
    const secrets = plan.start.map((spec) => this.secretsOf(spec, context));
    const references: string[] = [];
    for (const spec of plan.start) references.push(await fetched(spec, engine, context));
    const table: string[] = [];
    for (const old of plan.stop) {
      const left = await engine.end(old.id);
      if (left !== undefined)
        return failedApply(plan, [...table, `${old.name} could not be removed: ${left}`], engine, []);
      table.push(`${old.name} of ${old.release} was removed`);
    }
    // Half of a slot is worth nothing: a start that is cancelled is undone like one that failed.
    const undo = (): Promise<ApplyOutcome> =>
      context.settle(async () => failedApply(plan, table, engine, await this.ofRun(plan, context)));
    for (const [index, spec] of plan.start.entries()) {
      if (context.signal.aborted) {
        table.push(`${spec.name} was not started: the run was cancelled`);
        return undo();
      }
      const result = await engine.start({
        ...spec,
        runtime: plan.runtime ?? undefined,
        reference: references[index] ?? spec.reference,
        secrets: secrets[index] ?? [],
      });
      if (result.code === 0) {
        table.push(`${spec.name} runs`);
        continue;
      }
      const why = result.problem ?? `exit code ${result.code ?? 'unknown'}`;
      table.push(`${spec.name} did not start: ${why}, see ${result.output}`);
      return undo();
    }
    return { outcome: 'all', table };
  }

  /** All run, or none is left: the slot has no traffic, so a half of it is worth nothing. */
  async recoverApply(intent: JsonObject, context: RunContext): Promise<ApplyOutcome> {
    const plan = intent['work'] as unknown as ContainersPlan;
    // What was started may be starting still.
    await context.recover('apply');
    const engine = await this.engineOf(context);
    const found = await this.ofRun(plan, context);
    const started = plan.start.map((spec) => found.find(({ name }) => name === spec.name));
    const table = plan.start.map(({ name }, index) => `${name} is ${started[index]?.status ?? 'not there'}`);
    // One that has ended was started too: what is wrong with it, the verification tells.
    if (started.every((container) => container !== undefined && hasStarted(container)))
      return { outcome: 'all', table };
    return failedApply(plan, table, engine, found);
  }

  async verify(release: DesiredRelease, slot: string | undefined, context: RunContext): Promise<Verification> {
    const engine = await this.engineOf(context);
    const containers = (await this.slots(context)).find(({ name }) => name === slot)?.containers ?? [];
    const config = (release.config as StoredConfig | undefined) ?? storedConfig(this.config);
    const expected: string[] = [];
    const problems: string[] = [];
    for (const { name, image } of config.run) {
      const digests = release.images.get(image)?.digests ?? [];
      expected.push(...digests);
      const container = containers.find((one) => one.name.endsWith(`-${slot ?? ''}-${name}`));
      const problem = container ? await problemOf(container, release, digests, engine) : 'is not there';
      if (problem !== undefined) problems.push(`${container?.name ?? name} ${problem}`);
    }
    return {
      verdict: problems.length === 0 ? 'confirmed' : 'unhealthy',
      expected: [...new Set(expected)],
      running: containers.filter(({ isRunning }) => isRunning).map(({ image }) => image),
      detail: problems.length === 0 ? `${containers.length} run the image of the release` : problems.join('; '),
    };
  }

  async planRoute(
    release: DesiredRelease,
    to: string,
    observation: Observation,
    context: RunContext,
  ): Promise<PreparedPlan> {
    const route = routeOf(context);
    const slots = await this.slots(context);
    const port = slots.find(({ name }) => name === to)?.port ?? '';
    const other = slots.find(({ name }) => name !== to)?.name ?? '';
    const from = observation.activeSlot ?? null;
    const plan: RoutePlan = {
      step: 'route',
      from,
      to,
      path: route.name,
      before: route.current() ?? null,
      content: route.contentFor(to, port, other, release.known),
      reload: route.reloadWords,
    };
    return preparedRoute(plan, headingOf(context, [`Moves the traffic to ${to}`, `From ${from ?? 'nowhere'}`]));
  }

  async route(prepared: PreparedPlan, to: string, context: RunContext): Promise<void> {
    const plan = approvedPlan(prepared) as RoutePlan;
    const route = routeOf(context);
    const current = route.current() ?? null;
    if (current !== plan.before && current !== plan.content) {
      throw new RunStoppedError(
        'failed',
        `Somebody else changed ${route.name} since the plan was made. Look at it, then start again. The traffic was not moved.`,
      );
    }
    await route.move({ from: plan.from, to, before: plan.before }, plan.content);
  }

  async planRetire(slot: string, observation: Observation, context: RunContext): Promise<PreparedPlan | undefined> {
    if (observation.activeSlot === slot) throw refused(`${slot} has the traffic and stays.`);
    const found = (await this.slots(context)).find(({ name }) => name === slot);
    if (!found || found.containers.length === 0) return undefined;
    const stop = found.containers.filter(isStamped).map(stoppedOf);
    const plan: ContainersPlan = { step: 'retire', slot, runtime: null, start: [], stop };
    return preparedRetire(plan, headingOf(context, [`Retires ${slot}`]), strangers(found));
  }

  async retire(
    prepared: PreparedPlan,
    slot: string,
    context: RunContext,
  ): Promise<{ readonly left: readonly string[] }> {
    const plan = approvedPlan(prepared) as ContainersPlan;
    const engine = await this.engineOf(context);
    const slots = await this.slots(context);
    if (routeOf(context).activeSlot(slots) === slot) throw refused(`${slot} has the traffic now and stays.`);
    const there = new Set(slots.flatMap(({ containers }) => containers.map(({ id }) => id)));
    const left: string[] = [];
    for (const { id, name } of plan.stop) {
      if (!there.has(id)) continue;
      if (context.signal.aborted) {
        left.push(`${name} (the run was cancelled)`);
        continue;
      }
      // Why a version was not healthy, only it can say, and not for long.
      await engine.keepLog(id);
      // What is being ended is ended.
      const problem = await context.settle(() => engine.end(id));
      if (problem !== undefined) left.push(`${name} (${problem})`);
    }
    return { left };
  }

  async logs(slot: string, context: RunContext): Promise<readonly string[]> {
    const engine = await this.engineOf(context);
    const found = (await this.slots(context)).find(({ name }) => name === slot)?.containers ?? [];
    const lines: string[] = [];
    for (const { id, name } of found.filter(isStamped)) {
      lines.push(`What ${name} printed is in ${await engine.keepLog(id)}.`);
    }
    return lines;
  }

  /** The labels that each container was made with are the stamp: there is nothing to add. */
  stamp(): Promise<void> {
    return Promise.resolve();
  }

  async known(slot: string | undefined, context: RunContext): Promise<Known> {
    const slots = await this.slots(context);
    const active = routeOf(context).activeSlot(slots);
    const own = slots.find(({ name }) => name === slot);
    const idle = slots.find(({ name }) => name !== active)?.name;
    return {
      slot: {
        ...(own ? { name: own.name } : {}),
        ...(own?.port === undefined ? {} : { port: own.port }),
        ...(active === undefined ? {} : { active }),
        ...(idle === undefined ? {} : { idle }),
      },
    };
  }

  private engineOf(context: RunContext): Promise<ContainerEngine> {
    return (this.engine ??= ContainerEngine.find(this.config.engine, context));
  }

  private async slots(context: RunContext): Promise<readonly Slot[]> {
    return readSlots(this.config, await this.engineOf(context), context);
  }

  /** Containers that this run made in the slot of a plan. */
  private async ofRun(plan: ContainersPlan, context: RunContext): Promise<readonly ContainerState[]> {
    const slot = (await this.slots(context)).find(({ name }) => name === plan.slot);
    return (slot?.containers ?? []).filter(({ labels }) => labels[LABELS.run] === context.run);
  }

  private secretsOf(spec: ContainerSpec, context: RunContext): readonly Secret[] {
    return Object.entries(spec.secrets).map(([name, source]) => {
      try {
        return { name, value: resolveValue(name, source, this.own, context.workspace) };
      } catch (error) {
        if (error instanceof MissingValueError)
          throw new RunStoppedError('failed', `${error.message} Nothing was changed.`);
        throw error;
      }
    });
  }
}

function routeOf(context: RunContext): RouteFile {
  const route = context.environment?.route;
  if (route?.kind === 'file') return new RouteFile(route, context);
  throw refused(
    'Nothing says how the traffic gets to a slot. Add `route: { file: { path: …, content: "… ${slot.port} …" } }` to the environment.',
  );
}

/** The reference to start from: what the registry has, else the same image where it lies here already. */
async function fetched(spec: ContainerSpec, engine: ContainerEngine, context: RunContext): Promise<string> {
  if ((await engine.localImage(spec.reference)) !== undefined) return spec.reference;
  const result = await engine.pull(spec.reference, spec.isInsecure);
  if (result.code === 0) return spec.reference;
  for (const digest of spec.digests) {
    const id = await engine.localImage(digest);
    if (id === undefined) continue;
    context.tell({
      type: 'warning',
      text: `${spec.reference} cannot be pulled; ${spec.name} starts from the local copy.`,
    });
    return id;
  }
  throw new RunStoppedError(
    'failed',
    `${spec.reference} cannot be pulled: ${result.problem ?? `exit code ${result.code ?? 'unknown'}`}. See ${result.output}. Nothing was changed.`,
  );
}

async function problemOf(
  container: ContainerState,
  release: DesiredRelease,
  digests: readonly string[],
  engine: ContainerEngine,
): Promise<string | undefined> {
  if (container.labels[LABELS.release] !== release.id) return 'belongs to another release';
  if (!digests.includes(container.image)) return `runs ${container.image}, which is no image of the release`;
  if (container.isRunning) return undefined;
  return `is ${container.status} (exit code ${container.exitCode}); what it printed is in ${await engine.keepLog(container.id)}`;
}

/** Removes what a step that failed has started. Nothing of it had traffic. */
async function failedApply(
  plan: ContainersPlan,
  table: readonly string[],
  engine: ContainerEngine,
  started: readonly ContainerState[],
): Promise<ApplyOutcome> {
  const left: string[] = [];
  for (const { id, name } of started) {
    const problem = await engine.end(id);
    if (problem !== undefined) left.push(`${name} is left: ${problem}`);
  }
  return {
    outcome: left.length === 0 ? 'none' : 'partial',
    table: [...table, ...left, `Nothing of ${plan.slot} had traffic`],
  };
}

/** Containers that have a name of ours and were not started by us. */
function strangers({ containers }: Slot): readonly GuardViolation[] {
  return containers
    .filter((container) => !isStamped(container))
    .map(({ name }) => ({
      address: name,
      block: name,
      reason: 'it was not started by this tool and stays; rename or remove it',
    }));
}

function headingOf({ environment }: RunContext, lines: readonly string[]): PlanHeading {
  return { environment: environment?.name ?? '', lines };
}

function hasStarted({ status }: ContainerState): boolean {
  return !['created', 'configured', 'initialized', ''].includes(status);
}

function idsOf(containers: readonly { readonly id: string }[]): string {
  return containers
    .map(({ id }) => id)
    .sort()
    .join();
}

function refused(message: string): RunStoppedError {
  return new RunStoppedError('refused', `${message} Nothing was changed.`);
}
