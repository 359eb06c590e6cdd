import type { JsonObject } from '../../durable/canonical-json';
import type { Plan } from '../../plan/plan';
import type { StoredConfig } from './release-tree';

export type PlannedStep = 'deploy' | 'route' | 'retire';

/** What is written before an apply: enough to tell afterwards what happened. Holds no value of a variable. */
export interface TerraformIntent extends JsonObject {
  readonly step: PlannedStep;
  /** Names the files of the plan within the run. */
  readonly label: string;
  readonly hash: string;
  readonly isEmpty: boolean;
  readonly lineage: string | null;
  readonly serial: number | null;
  /** The program and its version: neither may change between plan and apply (F47). */
  readonly tool: string;
  readonly version: string;
  /** The code that was planned with, when it is not today's. */
  readonly full: StoredConfig | null;
  /** The instance refresh that still runs and is ended first; null: none. */
  readonly refresh: string | null;
  readonly changes: readonly { readonly address: string; readonly kind: string }[];
}

/** What of a plan tells afterwards whether it was done. */
export function changesOf(plan: Plan): TerraformIntent['changes'] {
  return plan.changes.filter(({ kind }) => kind !== 'read').map(({ address, kind }) => ({ address, kind }));
}
