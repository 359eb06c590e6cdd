import { randomUUID } from 'node:crypto';
import type { PreparedPlan } from '../targets/target';
import { observe, type LiveParts } from './bring-live';
import { RunStoppedError } from './context';
import type { DeployParts } from './deploy';
import { askFor, planStep } from './planning';
import { requireKnownTraffic, requireWayBack } from './retire-guards';

/** What became of a slot that was to be ended. */
export interface Retired {
  /** False when nothing of it was there: nothing was done. */
  readonly isChanged: boolean;
  readonly left: readonly string[];
}

/** How a slot was ended, for people. */
export function retiredText(slot: string, { isChanged, left }: Retired): string {
  if (!isChanged) return `Nothing is left of ${slot} to end.`;
  return left.length === 0 ? `${slot} was retired.` : `Of ${slot} is left: ${left.join(', ')}.`;
}

/** Who ends what has no traffic, behind a semicolon. */
export function whatEnds({ keepsIdle }: LiveParts['target']): string {
  return keepsIdle === undefined ? '`immutable-infra retire` ends it' : `${keepsIdle} in immutable.yaml says so`;
}

/**
 * Ends a slot that has no traffic (release-engine.md §3.7, retire guards).
 *
 * @throws RunStoppedError `refused` when it must stay
 */
export async function retireSlot(slot: string, parts: DeployParts): Promise<Retired> {
  const { target, context, steps, spec, environment, ledger } = parts;
  const now = await observe(parts, 'retire');
  if (now.activeSlot === slot) throw new RunStoppedError('refused', `${slot} has the traffic and stays.`);
  const running = now.slots.find(({ name }) => name === slot);
  if (!running || running.running.length === 0) return { isChanged: false, left: [] };
  if (target.keepsIdle !== undefined) {
    throw new RunStoppedError(
      'refused',
      `${slot} stays: ${target.keepsIdle} in immutable.yaml says so. To end it, write \`idle: destroy\` or \`idle: scale-to-zero\` there. Nothing was changed.`,
    );
  }
  requireKnownTraffic(slot, now, parts);
  if (running.release === undefined) {
    throw new RunStoppedError(
      'refused',
      `Nothing says that ${slot} is ours: it carries no stamp of a release. It stays.`,
    );
  }
  const { release } = running;
  await steps.step('gate', {
    intent: () => ({ what: 'way-back', slot }),
    act: async () => {
      await requireWayBack(slot, release, parts);
      return {};
    },
    recover: () => Promise.resolve(undefined),
  });
  context.tell({ type: 'state', state: 'RETIRING', text: `Retiring ${slot}` });
  const plan = await planStep(
    'retire',
    async () => (await target.planRetire(slot, now, context)) ?? emptyPlan(),
    parts,
  );
  if (plan.isEmpty) return { isChanged: false, left: [] };
  if (environment.protected || (environment.retire.mode === 'confirm' && spec.kind === 'retire'))
    await askFor(plan, 'retire', parts);
  const result = await steps.step('retire', {
    intent: () => ({ ...plan.intent, slot, release: running.release ?? null }),
    act: async () => {
      // Between the plan and its approval there may be half an hour.
      const { activeSlot } = await target.observe(context);
      if (activeSlot !== now.activeSlot) {
        throw new RunStoppedError(
          'refused',
          `The traffic moved since the plan was made: ${activeSlot ?? 'no slot'} has it now. Plan again. Nothing was changed.`,
        );
      }
      return { left: (await target.retire(plan, slot, context)).left };
    },
    recover: () => Promise.resolve(undefined),
  });
  ledger.append({ type: 'retired', run: spec.run, slot, release: running.release, left: result.left });
  return { isChanged: true, left: result.left };
}

function emptyPlan(): PreparedPlan {
  return {
    hash: `sha256:${randomUUID()}`,
    document: '',
    counts: { add: 0, change: 0, destroy: 0 },
    violations: [],
    isEmpty: true,
    intent: {},
  };
}
