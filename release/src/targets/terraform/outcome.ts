import type { TerraformPlanJson } from '../../plan/terraform-plan';
import type { ApplyOutcome } from '../target';
import type { TerraformIntent } from './intent';
import type { TerraformStream } from './stream';

/** How an apply ended, as far as anybody saw. */
export interface ApplyEnd {
  readonly stream: TerraformStream;
  /** Null when it was killed, or when nobody saw its end. */
  readonly code: number | null;
}

/** Terraform refuses a plan before it changes anything: `backend/local/backend_local.go`. */
const STALE = /Saved plan is stale|Saved plan does not match the given state/;

/**
 * Whether the apply refused the plan before it began, in words; undefined when it did not.
 */
export function refusalOf({ errors, started }: TerraformStream): string | undefined {
  if (started.size > 0) return undefined;
  if (errors.some((error) => STALE.test(error))) {
    return 'Somebody changed the state after the plan was made. Run the command again: it makes a new plan to look at.';
  }
  const locked = errors.find((error) => error.includes('state lock'));
  return locked === undefined ? undefined : `Somebody else holds the lock of the state. Wait for them. ${locked}`;
}

/** True when the apply ended well, and it was the apply of this plan. */
export function isDone(intent: TerraformIntent, { code, stream }: ApplyEnd): boolean {
  if (code !== 0) return false;
  const planned = new Set(stream.planned);
  return intent.changes.length === planned.size && intent.changes.every(({ address }) => planned.has(address));
}

/**
 * Compares what was approved with what a new plan of the same variables still wants to do (release-engine.md §3.8).
 *
 * @param left the new plan; undefined when there is none
 */
export function classify(intent: TerraformIntent, end: ApplyEnd, left: TerraformPlanJson | undefined): ApplyOutcome {
  const { stream } = end;
  if (!left) return unknown(intent, stream);
  const remaining = new Map(
    (left.resource_changes ?? [])
      .filter(({ change, mode }) => mode !== 'data' && change.actions.join() !== 'no-op')
      .map((change) => [change.address, change]),
  );
  const rows = intent.changes.map(({ address, kind }): Row => {
    const found = remaining.get(address);
    if (!found) return { state: 'done', address, text: kind };
    if (found.action_reason === 'replace_because_tainted') {
      return { state: 'damaged', address, text: 'tainted: the next plan replaces it' };
    }
    const isCreate = found.change.actions[0] === 'create';
    if (isCreate && wasCutOff(address, end)) {
      return {
        state: 'unknown',
        address,
        text: 'Terraform was killed while it created this. It may exist without being in the state: look for it, import it or delete it',
      };
    }
    return { state: 'missing', address, text: kind };
  });
  const changed = rows.filter(({ state }) => state !== 'missing');
  const table = [...rows.map(write), ...stream.errors.map((error) => `error: ${error}`)];
  if (changed.length === 0 && (rows.length > 0 || hasOutputs(left))) return { outcome: 'none', table };
  const isAll = rows.every(({ state }) => state === 'done') && !hasOutputs(left);
  return { outcome: isAll ? 'all' : 'partial', table: hasOutputs(left) ? [...table, 'missing: outputs'] : table };
}

interface Row {
  readonly state: 'done' | 'missing' | 'damaged' | 'unknown';
  readonly address: string;
  readonly text: string;
}

function write({ state, address, text }: Row): string {
  return `${state}: ${address} (${text})`;
}

function hasOutputs({ output_changes: outputs }: TerraformPlanJson): boolean {
  return Object.values(outputs ?? {}).some(({ actions }) => actions.join() !== 'no-op');
}

/** Begun, and nobody saw its end. */
function wasCutOff(address: string, { code, stream }: ApplyEnd): boolean {
  return code === null && stream.started.has(address) && !stream.ended.has(address);
}

/** Nobody can plan: only what was seen counts, and nothing is taken for undone. */
function unknown({ changes }: TerraformIntent, { started, ended, errors }: TerraformStream): ApplyOutcome {
  const rows = changes.map(({ address, kind }): Row => {
    if (ended.has(address)) return { state: 'done', address, text: `${kind}; as far as the log tells` };
    return { state: started.has(address) ? 'unknown' : 'missing', address, text: kind };
  });
  const reason = 'Terraform could not plan again, so nobody can tell for sure what is left. Run `terraform plan`.';
  return { outcome: 'partial', table: [...rows.map(write), reason, ...errors.map((error) => `error: ${error}`)] };
}
