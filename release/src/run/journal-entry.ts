import type { JsonObject } from '../durable/canonical-json';

/** The states of a run, in the order of the diagram that the run tree draws (release-engine.md §3.5). */
export const RUN_STATES = [
  'CREATED',
  'GATING',
  'BAKING',
  'TESTING',
  'PUBLISHING',
  'BAKED',
  'PLANNING',
  'AWAITING_APPROVAL',
  'APPLYING',
  'VERIFYING',
  'HEALTH',
  'ROUTING',
  'SOAKING',
  'LIVE',
  'RETIRING',
  'PARTIAL',
  'ROLLING_BACK',
  'CANCELLING',
  'INTERRUPTED',
  'CLOSED',
] as const;

export type RunState = (typeof RUN_STATES)[number];

export type RunKind = 'bake' | 'deploy' | 'rollback' | 'promote' | 'retire' | 'adopt';

export const OUTCOMES = [
  'refused',
  'locked',
  'partial',
  'live',
  'baked',
  'retired',
  'failed',
  'cancelled',
  'rolled-back',
  'stuck',
  'abandoned',
] as const;

/** How a run ended. */
export type Outcome = (typeof OUTCOMES)[number];

/** Steps with a side effect. Each writes `intent` before and `result`, or after a crash `recovered`, behind it. */
export const STEPS = [
  'gate',
  'bake',
  'test',
  'publish',
  'plan',
  'apply',
  'verify',
  'health',
  'route',
  'soak',
  'retire',
  'rollback',
  'cancel',
] as const;

export type Step = (typeof STEPS)[number];

/** What a run writes of itself. The journal adds number, time and hash. */
export type JournalEntry =
  | {
      readonly type: 'run.created';
      readonly kind: RunKind;
      readonly environment: string | null;
      readonly spec: string;
      /** How many records the ledger had. */
      readonly ledger?: number | undefined;
    }
  | { readonly type: `${Step}.intent`; readonly data: JsonObject }
  | { readonly type: `${Step}.result`; readonly data: JsonObject }
  | { readonly type: `${Step}.recovered`; readonly data: JsonObject }
  | { readonly type: 'apply.spawned' | 'bake.spawned'; readonly data: JsonObject }
  | { readonly type: 'approval.requested'; readonly plan: string }
  | {
      readonly type: 'approval.granted' | 'approval.denied';
      readonly plan: string;
      readonly by: string;
      readonly how: string;
    }
  | { readonly type: 'image.recorded' | 'release.recorded'; readonly seq: number }
  | { readonly type: 'run.live' }
  | { readonly type: 'run.closed'; readonly outcome: Outcome; readonly reason: string };
