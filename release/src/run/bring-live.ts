import type { EnvironmentConfig, Milliseconds } from '../config/types';
import type { JsonObject } from '../durable/canonical-json';
import { checkHealth, type HealthResult } from '../health/health';
import { describeAbort } from '../health/http-probe';
import type { HealthVerdict } from '../health/verdict';
import type { LedgerWriter } from './ledger-writer';
import type { ReleaseHistory, ReleaseRecord } from '../ledger/releases';
import { isMissing, resolveTool } from '../process/resolve-tool';
import { ask } from '../process/ask';
import { toolEnvironment } from '../process/tool-environment';
import type { StateRoot } from '../state-root';
import type { ApplyOutcome, DesiredRelease, Observation, PreparedPlan, Target, Verification } from '../targets/target';
import { afterStop } from './after-stop';
import type { Granted } from './approval';
import { RunStoppedError, type RunContext } from './context';
import type { DurableSteps } from './durable-steps';
import { askFor, planStep, writtenPlan } from './planning';
import type { RunControl } from './run-control';
import type { RunSpec } from './spec';

export interface LiveParts {
  readonly root: StateRoot;
  readonly spec: RunSpec;
  readonly environment: EnvironmentConfig;
  readonly context: RunContext;
  readonly control: RunControl;
  readonly steps: DurableSteps;
  readonly ledger: LedgerWriter;
  readonly history: ReleaseHistory;
  readonly target: Target;
}

/** What of the record only the caller knows. */
export type ReleaseOrigin = Pick<
  ReleaseRecord,
  | 'kind'
  | 'mode'
  | 'rollbackOf'
  | 'rolledBackFrom'
  | 'config'
  | 'oneWay'
  | 'actor'
  | 'git'
  | 'checkout'
  | 'overrides'
  | 'notes'
>;

/** The new version is not healthy. The old one still serves, unless the target has no slots. */
export class UnhealthyError extends RunStoppedError {
  constructor(
    message: string,
    /** The slot that it runs in. */
    readonly slot: string | undefined,
    evidence: JsonObject,
  ) {
    super('failed', message, evidence);
    this.name = 'UnhealthyError';
  }
}

/**
 * Brings a release live beside the old one: plan, approval, apply, proof of what runs, health, traffic, soak, record.
 * Deploys, promotions and rollbacks are all this.
 *
 * @param isReturn true when what serves now is not healthy: whatever stops the run, no traffic goes back to it
 * @returns the record in the ledger, and the slot that lost the traffic
 * @throws UnhealthyError, RunStoppedError
 */
export async function bringLive(
  release: DesiredRelease,
  origin: ReleaseOrigin,
  parts: LiveParts,
  isReturn = false,
): Promise<{ readonly oldSlot: string | undefined }> {
  const { target } = parts;
  const before = await observe(parts, 'before');
  const slot = target.idleSlot(before);
  const { plan, granted } = await applyPlanned(release, before, parts);
  try {
    await prove(release, origin, { plan, granted, slot }, parts);
  } catch (error) {
    // Of a version that is not healthy, the caller knows what to do.
    if (!(error instanceof RunStoppedError) || error instanceof UnhealthyError) throw error;
    throw await afterStop({ error, release, rollbackOf: origin.rollbackOf, slot, before, isReturn }, parts);
  }
  return { oldSlot: slot === undefined ? undefined : before.activeSlot };
}

/** From the apply to the record: proof of what runs, health, traffic, soak. */
async function prove(
  release: DesiredRelease,
  origin: ReleaseOrigin,
  applied: Pick<Proof, 'plan' | 'granted' | 'slot'>,
  parts: LiveParts,
): Promise<void> {
  const { target, context, steps } = parts;
  const { slot } = applied;
  context.tell({ type: 'state', state: 'VERIFYING', text: 'Reading what really runs' });
  const verification = await steps.step<Verification & JsonObject>('verify', {
    intent: () => ({ release: release.id, slot: slot ?? null }),
    act: async () => ({ ...(await target.verify(release, slot, context)) }),
    recover: async () => ({ ...(await target.verify(release, slot, context)) }),
  });
  if (verification.verdict === 'unhealthy') {
    throw new UnhealthyError(`What runs is not what was deployed: ${verification.detail}.`, slot, {
      running: verification.running,
    });
  }
  const health = await healthOf(release, slot, 'HEALTH', parts);
  requireHealthy(health.verdict, verification.verdict, slot, health, parts);
  if (slot !== undefined) await moveTraffic(release, slot, parts);
  await soak(release, slot, parts);
  await record(release, origin, { ...applied, verification, health }, parts);
}

/** Reads the target as a step, so that a resumed run decides on what the first one saw. */
export async function observe(parts: LiveParts, when: string): Promise<Observation> {
  const { steps, target, context } = parts;
  const seen = await steps.step<JsonObject>('gate', {
    intent: () => ({ what: `observe-${when}` }),
    act: async () => ({ observation: JSON.parse(JSON.stringify(await target.observe(context))) as JsonObject }),
    recover: () => Promise.resolve(undefined),
  });
  return seen['observation'] as unknown as Observation;
}

async function applyPlanned(
  release: DesiredRelease,
  before: Observation,
  parts: LiveParts,
): Promise<{ readonly plan: PreparedPlan; readonly granted: Granted }> {
  const { target, context, steps } = parts;
  context.tell({ type: 'state', state: 'PLANNING', text: `Planning ${release.id}` });
  const plan = await planStep('deploy', () => target.planDeploy(release, before, context), parts);
  const granted = await askFor(plan, 'deploy', parts);
  context.tell({ type: 'state', state: 'APPLYING', text: 'Applying the approved plan' });
  const applied = await steps.step<ApplyOutcome & JsonObject>('apply', {
    intent: () => {
      context.requireSameTools();
      return { ...plan.intent, plan: plan.hash };
    },
    act: async () => ({ ...(await target.apply(plan, context)) }),
    recover: async (intent) => {
      const outcome = await target.recoverApply(intent, context);
      // Nothing was done, and the approval is used up: the run ends, and a new one plans anew.
      return { ...outcome };
    },
  });
  if (applied.outcome === 'none') {
    const kind = context.signal.aborted ? 'cancelled' : 'failed';
    throw new RunStoppedError(kind, `Nothing was applied. ${applied.table.join('; ')}`, { table: applied.table });
  }
  if (applied.outcome === 'partial') {
    // What stands there now came from us, so that it may be ended or replaced.
    parts.ledger.append({
      type: 'attempt',
      run: parts.spec.run,
      id: release.id,
      images: [...release.images.values()],
      reason: 'Only a part was applied.',
      slot: target.idleSlot(before) ?? null,
    });
    throw new RunStoppedError('partial', `Only a part was applied:\n${applied.table.join('\n')}`, {
      table: applied.table,
    });
  }
  return { plan, granted };
}

/** Checks the health of a slot as a step. @param before what is done first, each time that it is asked */
export async function healthOf(
  release: DesiredRelease,
  slot: string | undefined,
  state: 'HEALTH' | 'SOAKING',
  parts: LiveParts,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<HealthSummary> {
  const { steps, environment, context } = parts;
  const act = async (): Promise<HealthSummary> => {
    await before();
    context.tell({ type: 'state', state, text: `Checking health${slot === undefined ? '' : ` of ${slot}`}` });
    return summaryOf(await runChecks(release, slot, parts));
  };
  return steps.step<HealthSummary>(state === 'HEALTH' ? 'health' : 'soak', {
    intent: () => ({ release: release.id, slot: slot ?? null, checks: environment.health.length }),
    act,
    // Probes change nothing. The deadline may have passed while nobody looked: that proves nothing, so ask again.
    recover: () => Promise.resolve(undefined),
  });
}

interface HealthSummary extends JsonObject {
  readonly verdict: HealthVerdict;
  readonly samples: number;
  readonly evidence: readonly string[];
}

async function runChecks(release: DesiredRelease, slot: string | undefined, parts: LiveParts): Promise<HealthResult> {
  const { environment, context, target } = parts;
  const own = await target.known(slot, context);
  return checkHealth(environment.health, {
    known: { ...release.known, ...own },
    signal: context.signal,
    onProbe: (check, { healthy, detail }) => context.tell({ type: 'probe', check, healthy, detail }),
    runCommand: async ([program, ...words], signal) => {
      const tool = resolveTool(program, context.workspace, process.env);
      if (isMissing(tool)) return { code: null, detail: tool.problem };
      try {
        const answer = await ask({
          program: tool.path,
          words,
          cwd: context.workspace,
          environment: toolEnvironment(process.env),
          timeout: 60_000,
          signal,
        });
        return { code: answer.code, detail: `exit code ${answer.code ?? 'unknown'}` };
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        return { code: null, detail: signal.aborted ? describeAbort(signal) : text };
      }
    },
  });
}

function summaryOf(result: HealthResult): HealthSummary {
  return {
    verdict: result.verdict,
    samples: result.checks.reduce((sum, check) => sum + check.probes, 0),
    evidence: result.checks.flatMap((check) =>
      // The same answer twenty times is one piece of evidence.
      [...new Set(check.samples.map(({ detail }) => detail))].slice(-3).map((detail) => `${check.check}: ${detail}`),
    ),
  };
}

/** Lines below a sentence; nothing when there are none: a check may end before its first answer. */
export function listed(evidence: readonly string[]): string {
  return evidence.map((line) => `\n  ${line}`).join('');
}

function requireHealthy(
  health: HealthVerdict,
  verification: Verification['verdict'],
  slot: string | undefined,
  summary: HealthSummary,
  { environment }: LiveParts,
): void {
  const evidence = { verdict: health, evidence: summary.evidence };
  const details = listed(summary.evidence);
  if (health === 'unhealthy')
    throw new UnhealthyError(`The new version did not become healthy.${details}`, slot, evidence);
  if (health === 'unconfirmed') {
    throw new UnhealthyError(`Something answers, but not the new version.${details}`, slot, evidence);
  }
  // An environment that is protected needs one proof that the new image serves.
  if (environment.protected && health === 'unchecked' && verification !== 'confirmed') {
    throw new UnhealthyError('Nothing proves that the new version serves.', slot, evidence);
  }
}

async function moveTraffic(release: DesiredRelease, slot: string, parts: LiveParts): Promise<void> {
  const now = await observe(parts, 'route');
  if (now.activeSlot !== slot) await routeTo(release, slot, now, parts, 'forth');
}

/**
 * Moves the traffic to a slot. The approval of the deployment covers its route, unless the environment is protected;
 * going back needs none.
 *
 * @throws UnhealthyError when the plan would change something else as well
 */
export async function routeTo(
  release: DesiredRelease,
  slot: string,
  now: Observation,
  parts: LiveParts,
  way: 'forth' | 'back',
): Promise<void> {
  const { target, context, steps, environment } = parts;
  const prepared = await steps.step<JsonObject>('plan', {
    intent: () => ({ what: 'route', to: slot, way }),
    act: async () => {
      const plan = await target.planRoute(release, slot, now, context);
      return { plan: plan ? writtenPlan(plan, 'route', parts) : null };
    },
    recover: () => Promise.resolve(undefined),
  });
  if (!prepared['plan']) return;
  const plan = prepared['plan'] as unknown as PreparedPlan;
  if (plan.violations.length > 0) {
    throw new UnhealthyError(
      `The plan that moves the traffic leaves its scope: ${plan.violations.map(({ address }) => address).join(', ')}.`,
      slot,
      {},
    );
  }
  if (environment.protected && way === 'forth') await askFor(plan, 'route', parts);
  context.tell({ type: 'state', state: 'ROUTING', text: `Moving the traffic to ${slot}` });
  await steps.step<JsonObject>('route', {
    intent: () => ({ ...plan.intent, to: slot, from: now.activeSlot ?? null, plan: plan.hash }),
    // Seconds, and no half of it may stay: a cancel waits until it is done.
    act: () =>
      context.settle(async () => {
        await target.route(plan, slot, context);
        return { to: slot };
      }),
    recover: async () => ((await target.observe(context)).activeSlot === slot ? { to: slot } : undefined),
  });
}

/** Waits by the monotonic clock, which nobody can set (F31). @throws the reason of a cancel */
export async function waitFor(time: Milliseconds, context: RunContext): Promise<void> {
  const end = performance.now() + time;
  while (performance.now() < end) {
    context.signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000, Math.max(1, end - performance.now()))));
  }
}

/** The old version stays warm while the new one serves; its health is asked again when the time is over. */
async function soak(release: DesiredRelease, slot: string | undefined, parts: LiveParts): Promise<void> {
  const { environment, context } = parts;
  if (environment.soak === 0) return;
  const health = await healthOf(release, slot, 'SOAKING', parts, async () => {
    context.tell({ type: 'state', state: 'SOAKING', text: `Watching for ${environment.soak / 1000} s` });
    await waitFor(environment.soak, context);
  });
  if (health.verdict === 'unhealthy' || health.verdict === 'unconfirmed') {
    throw new UnhealthyError(`The new version did not stay healthy.${listed(health.evidence)}`, slot, {
      verdict: health.verdict,
    });
  }
}

interface Proof {
  readonly plan: PreparedPlan;
  readonly granted: Granted;
  readonly verification: Verification;
  readonly health: HealthSummary;
  readonly slot: string | undefined;
}

/** The ledger first, then the stamp on the target: a stamp without a record would name what nobody knows. */
async function record(release: DesiredRelease, origin: ReleaseOrigin, proof: Proof, parts: LiveParts): Promise<void> {
  const { steps, ledger, history, spec, context, target, environment } = parts;
  // An earlier life of the run may have got as far as this.
  const again = ledger.earlier.find(({ type, id }) => type === 'release' && id === release.id);
  const entry = await steps.once(['release.recorded'], () => {
    // Until here the traffic can go back. Nothing between the switch and the record asked whether the run shall stop.
    if (!again) context.signal.throwIfAborted();
    const written: ReleaseRecord = {
      type: 'release',
      run: spec.run,
      id: release.id,
      environment: environment.name,
      app: context.pipeline.app,
      images: [...release.images.values()],
      supersedes: history.live()?.id ?? null,
      slot: proof.slot ?? null,
      health: { verdict: proof.health.verdict, samples: proof.health.samples },
      running: proof.verification.running,
      plan: proof.plan.hash,
      approvedBy: proof.granted.by,
      ...origin,
      ...(proof.plan.instead === undefined ? {} : { mode: 'image' }),
      config: proof.plan.config ?? origin.config,
    };
    return { type: 'release.recorded', seq: (again ?? ledger.append(written)).seq };
  });
  await context.settle(() => target.stamp(release, proof.slot, String(entry.seq), context));
  await steps.once(['run.live'], () => ({ type: 'run.live' }));
  context.tell({ type: 'state', state: 'LIVE', text: `${release.id} is live` });
}
