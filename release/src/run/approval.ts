import type { Milliseconds } from '../config/types';
import type { PreparedPlan } from '../targets/target';
import { RunStoppedError, type RunContext } from './context';
import type { DurableSteps } from './durable-steps';
import type { JournalEntry } from './journal-entry';
import type { RunControl } from './run-control';
import type { RunSpec } from './spec';

/** After this long a plan is old: somebody may have changed the target (release-engine.md §3.14). */
export const PLAN_MILLISECONDS: Milliseconds = 30 * 60_000;
const POLL_MILLISECONDS = 200;

/** Who approved a plan. */
export interface Granted {
  readonly by: string;
  readonly how: string;
}

/**
 * Waits until a person approves exactly this plan.
 *
 * @param documentPath where the plan can be read
 * @throws RunStoppedError `refused` when it is denied or too old, `cancelled` when the run is
 */
export async function approve(
  plan: PreparedPlan,
  documentPath: string,
  spec: RunSpec,
  control: RunControl,
  steps: DurableSteps,
  context: RunContext,
): Promise<Granted> {
  await steps.once(['approval.requested'], () => ({ type: 'approval.requested', plan: plan.hash }));
  const decision = await steps.once<JournalEntry>(['approval.granted', 'approval.denied'], async () => {
    const given = givenBeforehand(plan, spec, context);
    if (given) return { type: 'approval.granted', plan: plan.hash, ...given };
    const expires = new Date(Date.now() + PLAN_MILLISECONDS).toISOString();
    context.tell({
      type: 'approval',
      plan: plan.hash,
      document: documentPath,
      expires,
      ...(plan.since ? { since: plan.since } : {}),
    });
    const found = await waitForDecision(plan.hash, control, context);
    return {
      type: found.approved ? 'approval.granted' : 'approval.denied',
      plan: plan.hash,
      by: found.by,
      how: found.how,
    };
  });
  if (decision.type !== 'approval.granted')
    throw new RunStoppedError('refused', 'The plan was not approved. Nothing was changed.');
  return { by: decision.by, how: decision.how };
}

/** `--approve HASH`, and for a protected environment `--confirm NAME` beside it (release-engine.md §3.13). */
function givenBeforehand(plan: PreparedPlan, spec: RunSpec, context: RunContext): Granted | undefined {
  const { approve: wanted, confirm } = spec.decisions;
  const isProtected = context.environment?.protected ?? false;
  if (isProtected && confirm !== spec.environment) return undefined;
  const isAny = wanted === '*' && !isProtected;
  if (!isAny && wanted !== plan.hash) return undefined;
  return { by: spec.actor.git ?? spec.actor.user, how: `${spec.actor.via} --approve` };
}

async function waitForDecision(
  hash: string,
  control: RunControl,
  context: RunContext,
): Promise<{ readonly approved: boolean; readonly by: string; readonly how: string }> {
  // Monotonic: a clock that is set must not approve, nor expire, anything (F31).
  const end = performance.now() + PLAN_MILLISECONDS;
  for (;;) {
    context.signal.throwIfAborted();
    const decision = control.decisionOn(hash);
    if (decision) return decision;
    if (performance.now() > end)
      throw new RunStoppedError('refused', 'Nobody approved the plan within 30 minutes. Plan again.');
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}
