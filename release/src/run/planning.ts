import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../durable/canonical-json';
import { makeDirectory, writeDurably } from '../durable/files';
import { differenceSection } from '../plan/difference-markdown';
import { withSection } from '../plan/markdown';
import type { PreparedPlan } from '../targets/target';
import { approve, type Granted } from './approval';
import type { LiveParts } from './bring-live';
import { RunStoppedError } from './context';
import { sinceEarlierPlan } from './earlier-plan';
import { planDirectory } from './live-context';

/** A plan as a step. Its scope is checked before anybody is asked. */
export async function planStep(
  what: string,
  make: () => Promise<PreparedPlan>,
  parts: LiveParts,
): Promise<PreparedPlan> {
  const { steps } = parts;
  const made = await steps.step<JsonObject>('plan', {
    intent: () => ({ what }),
    act: async () => writtenPlan(await make(), what, parts),
    // Planning changes nothing.
    recover: () => Promise.resolve(undefined),
  });
  const plan = made as unknown as PreparedPlan;
  if (plan.violations.length > 0) {
    const list = plan.violations.map(({ address, reason }) => `${address}: ${reason}`).join('\n');
    throw new RunStoppedError('refused', `The plan leaves its scope. Nothing was changed.\n${list}`, {
      violations: plan.violations.map((violation) => ({ ...violation })),
    });
  }
  return plan;
}

/** A plan as the journal keeps it, with what it does differently from one that was asked about and never used. */
export function writtenPlan(plan: PreparedPlan, what: string, { spec, root }: LiveParts): JsonObject {
  const since = sinceEarlierPlan(plan, what, spec, root);
  // Behind the plan: right above the question.
  const shown = since && { since, document: withSection(plan.document, differenceSection(since)) };
  return JSON.parse(JSON.stringify({ ...plan, ...shown })) as JsonObject;
}

/** Shows a plan and waits for the decision. */
export async function askFor(plan: PreparedPlan, name: string, parts: LiveParts): Promise<Granted> {
  const { context, spec, control, steps } = parts;
  const directory = planDirectory(context.directory);
  makeDirectory(directory);
  const path = join(directory, `${name}-${plan.hash.replace(/\W/g, '-')}.md`);
  // Whole or not at all: what is approved is what is shown.
  if (!existsSync(path)) writeDurably(path, plan.document);
  return approve(plan, path, spec, control, steps, context);
}
