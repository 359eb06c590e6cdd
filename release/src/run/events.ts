import type { PlanDifference } from '../plan/plan-difference';
import type { RunState } from './journal-entry';

/**
 * What a viewer is told, one JSON object a line of `events.jsonl`. May be lossy; the journal is the truth. The version
 * of the whole is `v` of the first line.
 */
export type RunEvent =
  | { readonly type: 'state'; readonly state: RunState; readonly text: string }
  | {
      readonly type: 'step';
      readonly name: string;
      readonly phase: 'started' | 'ended';
      readonly log: string | null;
      readonly code: number | null;
    }
  | { readonly type: 'progress'; readonly text: string; readonly done: number | null; readonly of: number | null }
  | { readonly type: 'probe'; readonly check: string; readonly healthy: boolean; readonly detail: string }
  | {
      readonly type: 'approval';
      readonly plan: string;
      readonly document: string;
      readonly expires: string;
      /** Where it differs from the plan that was asked about before and never used. */
      readonly since?: PlanDifference | undefined;
    }
  | {
      /** What comes with a release, or goes with a rollback. */
      readonly type: 'notes';
      readonly kind: 'first' | 'ahead' | 'back' | 'same' | 'unknown';
      readonly commits: number;
      readonly text: string;
    }
  | { readonly type: 'warning' | 'problem'; readonly text: string }
  | { readonly type: 'closed'; readonly outcome: string; readonly text: string };
