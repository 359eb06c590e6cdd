import type { JsonObject } from '../durable/canonical-json';
import type { JournalEntry, Outcome, RunKind, RunState, Step } from './journal-entry';

/** Where a run stands: a fold over its journal. */
export interface RunProgress {
  readonly state: RunState;
  readonly kind: RunKind | undefined;
  readonly environment: string | null | undefined;
  /** The step whose intent has neither a result nor a recovery yet: its side effect may have happened. */
  readonly open: { readonly step: Step; readonly data: JsonObject } | undefined;
  /** The last plan that was put before somebody. */
  readonly plan:
    { readonly hash: string; readonly approval: 'requested' | 'granted' | 'denied' | 'consumed' } | undefined;
  /** What the last finished pass of each step said. */
  readonly results: Readonly<Partial<Record<Step, JsonObject>>>;
  readonly outcome: Outcome | undefined;
  /** Rules of the journal that were broken: a fault of ours, never of the user. */
  readonly violations: readonly string[];
}

const STATE_OF_STEP: Readonly<Record<Step, RunState>> = {
  gate: 'GATING',
  bake: 'BAKING',
  test: 'TESTING',
  publish: 'PUBLISHING',
  plan: 'PLANNING',
  apply: 'APPLYING',
  verify: 'VERIFYING',
  health: 'HEALTH',
  route: 'ROUTING',
  soak: 'SOAKING',
  retire: 'RETIRING',
  rollback: 'ROLLING_BACK',
  cancel: 'CANCELLING',
};

const START: RunProgress = {
  state: 'CREATED',
  kind: undefined,
  environment: undefined,
  open: undefined,
  plan: undefined,
  results: {},
  outcome: undefined,
  violations: [],
};

/** Never throws, whatever prefix of a journal it is given. */
export function progressOf(entries: Iterable<JournalEntry>): RunProgress {
  let progress = START;
  for (const entry of entries) {
    const violation = violationOf(progress, entry);
    const next = advance(progress, entry);
    progress = violation ? { ...next, violations: [...next.violations, violation] } : next;
  }
  return progress;
}

function advance(progress: RunProgress, entry: JournalEntry): RunProgress {
  switch (entry.type) {
    case 'run.created':
      return { ...progress, kind: entry.kind, environment: entry.environment };
    case 'approval.requested':
      return { ...progress, state: 'AWAITING_APPROVAL', plan: { hash: entry.plan, approval: 'requested' } };
    case 'approval.granted':
      return { ...progress, plan: { hash: entry.plan, approval: 'granted' } };
    case 'approval.denied':
      return { ...progress, plan: { hash: entry.plan, approval: 'denied' } };
    case 'image.recorded':
      return { ...progress, state: 'BAKED' };
    case 'release.recorded':
    case 'run.live':
      return { ...progress, state: 'LIVE' };
    case 'run.closed':
      return { ...progress, state: 'CLOSED', outcome: entry.outcome };
    case 'bake.spawned':
    case 'apply.spawned':
      return progress;
    default:
      return advanceStep(progress, entry);
  }
}

function advanceStep(progress: RunProgress, entry: Extract<JournalEntry, { readonly data: JsonObject }>): RunProgress {
  const [step, phase] = entry.type.split('.') as [Step, 'intent' | 'result' | 'recovered'];
  if (phase === 'intent') {
    const plan =
      step === 'apply' && progress.plan ? { ...progress.plan, approval: 'consumed' as const } : progress.plan;
    return { ...progress, state: STATE_OF_STEP[step], open: { step, data: entry.data }, plan };
  }
  const isPartial = step === 'apply' && entry.data['outcome'] === 'partial';
  return {
    ...progress,
    state: isPartial ? 'PARTIAL' : progress.state,
    open: progress.open?.step === step ? undefined : progress.open,
    results: { ...progress.results, [step]: entry.data },
  };
}

/** The invariants of release-engine.md §3.5, for the entry that comes next. */
function violationOf(progress: RunProgress, entry: JournalEntry): string | undefined {
  if (progress.state === 'CLOSED') return `${entry.type} after the run was closed`;
  const [step, phase] = entry.type.split('.') as [Step, string];
  if (phase === 'result' || phase === 'recovered') {
    return progress.open?.step === step ? undefined : `${entry.type} without an intent`;
  }
  if (phase === 'intent') {
    // Cancelling and rolling back begin while another step is open.
    if (progress.open && step !== 'cancel' && step !== 'rollback')
      return `${entry.type} while ${progress.open.step} is open`;
    const hash = 'data' in entry ? entry.data['plan'] : undefined;
    if (
      step === 'apply' &&
      hash !== undefined &&
      (progress.plan?.approval !== 'granted' || progress.plan.hash !== hash)
    ) {
      return 'apply.intent without an approval of the same plan';
    }
  }
  if (entry.type === 'approval.granted' && progress.plan?.hash !== entry.plan)
    return 'an approval of a plan that was not shown';
  if (entry.type === 'release.recorded' && progress.results.health?.['verdict'] === 'unhealthy') {
    return 'a release was recorded although its health check failed';
  }
  return undefined;
}
