import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../durable/canonical-json';
import { differenceOf, type PlanDifference } from '../plan/plan-difference';
import type { PreparedPlan } from '../targets/target';
import type { StateRoot } from '../state-root';
import { Journal } from './journal';
import type { JournalEntry } from './journal-entry';
import { readSpec, SPEC_FILE, type RunSpec } from './spec';

/**
 * What a plan does differently from the one that the run before it asked about and never used: the state was changed
 * behind it, or nobody decided in time (F20). Undefined when there was none, or when one of the two cannot be compared.
 *
 * @param step `deploy`, `route` or `retire`
 */
export function sinceEarlierPlan(
  plan: PreparedPlan,
  step: string,
  spec: RunSpec,
  root: StateRoot,
): PlanDifference | undefined {
  if (!plan.shown || plan.isEmpty) return undefined;
  try {
    const before = runBefore(spec, root);
    if (before?.kind !== spec.kind) return undefined;
    const entries = Journal.read(root.run(before.run)).records();
    const found = unusedPlan(entries, step);
    if (!found?.plan.shown || found.plan.hash === plan.hash) return undefined;
    const origin = { run: before.run, plan: found.plan.hash, wasApproved: found.wasApproved };
    return differenceOf(found.plan.shown.plan, plan.shown.plan, origin);
  } catch {
    // Files of a run that is long over may be damaged: no reason not to plan.
    return undefined;
  }
}

/** The newest other run of the environment that was created before this one. */
function runBefore(spec: RunSpec, root: StateRoot): RunSpec | undefined {
  const created = (run: string): number =>
    statSync(join(root.run(run), SPEC_FILE), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const own = created(spec.run);
  const others = readdirSync(root.runs)
    .filter((run) => run !== spec.run)
    .map((run) => ({ run, time: created(run) }))
    .filter(({ time }) => time > 0 && time <= own)
    .sort((a, b) => b.time - a.time);
  for (const { run } of others) {
    const other = readSpec(root.run(run));
    if (other.environment === spec.environment) return other;
  }
  return undefined;
}

/** The plan of a step that somebody was asked about, did not refuse, and that changed nothing. */
function unusedPlan(
  entries: readonly JournalEntry[],
  step: string,
): { readonly plan: PreparedPlan; readonly wasApproved: boolean } | undefined {
  let what: unknown;
  let plan: PreparedPlan | undefined;
  for (const entry of entries) {
    if (entry.type === 'plan.intent') what = entry.data['what'];
    if (entry.type !== 'plan.result' || what !== step) continue;
    plan = (entry.data['plan'] ?? entry.data) as unknown as PreparedPlan;
  }
  if (!plan) return undefined;
  const { hash } = plan;
  const isOf = (type: JournalEntry['type']): boolean =>
    entries.some((entry) => entry.type === type && 'plan' in entry && entry.plan === hash);
  if (!isOf('approval.requested') || isOf('approval.denied') || wasUsed(entries, hash)) return undefined;
  return { plan, wasApproved: isOf('approval.granted') };
}

/** True when it changed something, or when nobody knows that it did not. */
function wasUsed(entries: readonly JournalEntry[], hash: string): boolean {
  const begun = entries.findIndex(
    (entry) => entry.type.endsWith('.intent') && 'data' in entry && entry.data['plan'] === hash,
  );
  if (begun < 0) return false;
  const end = entries.slice(begun + 1).find(({ type }) => type.endsWith('.result') || type.endsWith('.recovered'));
  if (!end || !('data' in end)) return true;
  const failed = end.data['failed'] as JsonObject | undefined;
  return failed ? failed['kind'] !== 'refused' && failed['kind'] !== 'failed' : end.data['outcome'] !== 'none';
}
