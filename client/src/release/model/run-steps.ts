import type { Outcome, RunKind, RunState, Step } from '../../../../release/src/run/journal-entry';
import type { RunProgress } from '../../../../release/src/run/progress';
import { l10n } from '../l10n';

/** A stage of a run, as the diagram of a release names it. */
export type Stage = Exclude<Step, 'rollback' | 'cancel'> | 'approve' | 'live';

export type StageStatus = 'done' | 'active' | 'waiting' | 'stopped' | 'skipped' | 'ahead';

export interface DrawnStage {
  readonly stage: Stage;
  readonly label: string;
  readonly status: StageStatus;
}

/** What is asked of a run to draw it; `ListedRun` has it. */
export interface DrawableRun {
  readonly kind: RunKind;
  readonly status: 'running' | 'interrupted' | 'closed';
  readonly progress: RunProgress;
  /** The target runs two versions beside each other, and moves the traffic in a step of its own. */
  readonly hasSlots: boolean;
  readonly hasSoak: boolean;
  /** The old version is ended by the run itself. */
  readonly retiresOld: boolean;
}

const STAGE_OF_STATE: Readonly<Partial<Record<RunState, Stage>>> = {
  CREATED: 'gate',
  GATING: 'gate',
  BAKING: 'bake',
  TESTING: 'test',
  PUBLISHING: 'publish',
  BAKED: 'publish',
  PLANNING: 'plan',
  AWAITING_APPROVAL: 'approve',
  APPLYING: 'apply',
  PARTIAL: 'apply',
  VERIFYING: 'verify',
  HEALTH: 'health',
  ROUTING: 'route',
  SOAKING: 'soak',
  LIVE: 'live',
  RETIRING: 'retire',
};

/** What a run also does to move its traffic and to end the old version. */
const BEHIND_HEALTH: ReadonlySet<RunState> = new Set([
  'PLANNING',
  'AWAITING_APPROVAL',
  'APPLYING',
  'VERIFYING',
  'HEALTH',
]);

/** The stages of a run from left to right, each with where it stands. */
export function drawRun(run: DrawableRun): readonly DrawnStage[] {
  const stages = stagesOf(run);
  const at = currentStage(run, stages);
  const index = at === undefined ? stages.length : stages.indexOf(at);
  return stages.map((stage, position) => ({
    stage,
    label: labelOf(stage),
    status: position === index ? statusAt(run) : position < index ? pastStatus(stage, run) : 'ahead',
  }));
}

/** Where a run stands among its stages, from 1; undefined when it is over or does something beside them. */
export function placeOf(run: DrawableRun): { readonly number: number; readonly of: number } | undefined {
  const stages = stagesOf(run);
  const at = currentStage(run, stages);
  return at === undefined || run.status === 'closed'
    ? undefined
    : { number: stages.indexOf(at) + 1, of: stages.length };
}

function stagesOf({ kind, hasSlots, hasSoak, retiresOld, progress }: DrawableRun): readonly Stage[] {
  if (kind === 'bake') return ['gate', 'bake', 'test', 'publish'];
  if (kind === 'retire') return ['gate', 'plan', 'approve', 'retire'];
  if (kind === 'adopt') return ['gate', 'plan', 'approve'];
  const bakes: readonly Stage[] = kind === 'deploy' ? ['bake', 'test', 'publish'] : [];
  const retires = retiresOld || progress.results.retire !== undefined || progress.open?.step === 'retire';
  return [
    'gate',
    ...bakes,
    ...(['plan', 'approve', 'apply', 'verify', 'health'] as const),
    ...(hasSlots ? (['route'] as const) : []),
    ...(hasSoak ? (['soak'] as const) : []),
    'live',
    ...(retires ? (['retire'] as const) : []),
  ];
}

/** The stage that the run is in, or where it stopped; undefined when it went to its end. */
function currentStage(run: DrawableRun, stages: readonly Stage[]): Stage | undefined {
  const { progress } = run;
  const known = (stage: Stage | undefined): Stage | undefined =>
    stage !== undefined && stages.includes(stage) ? stage : undefined;
  if (progress.state !== 'CLOSED') {
    // Behind the health check things are planned, verified and asked again: the run does not go back for that.
    if (progress.results.health && BEHIND_HEALTH.has(progress.state))
      return hasFailed('health', progress) ? 'health' : lastWithResult(progress, stages);
    // The run reads the target between its stages, which is a gate in the journal: it goes on where it was.
    const state = known(STAGE_OF_STATE[progress.state]);
    return progress.state === 'GATING'
      ? (lastWithResult(progress, stages) ?? 'gate')
      : (state ?? lastStage(progress, stages));
  }
  if (isGood(progress.outcome)) return undefined;
  if (progress.plan && progress.plan.approval !== 'granted' && progress.plan.approval !== 'consumed')
    return known('approve');
  return (
    known(stageOfStep(progress.open?.step)) ??
    stages.find((stage) => hasFailed(stage, progress)) ??
    lastStage(progress, stages)
  );
}

function isGood(outcome: Outcome | undefined): boolean {
  return outcome === 'live' || outcome === 'baked' || outcome === 'retired';
}

function hasFailed(stage: Stage, { results }: RunProgress): boolean {
  const result = stage === 'approve' || stage === 'live' ? undefined : results[stage];
  if (!result) return false;
  if (result['failed'] !== undefined) return true;
  if (stage === 'health' || stage === 'soak')
    return result['verdict'] === 'unhealthy' || result['verdict'] === 'unconfirmed';
  return stage === 'apply' && result['outcome'] !== 'all';
}

function lastWithResult(progress: RunProgress, stages: readonly Stage[]): Stage | undefined {
  const last = lastStage(progress, stages);
  const next = last === undefined ? undefined : stages[stages.indexOf(last) + 1];
  return last === undefined || last === 'gate' ? undefined : (next ?? last);
}

function lastStage({ results, plan }: RunProgress, stages: readonly Stage[]): Stage | undefined {
  return stages.findLast((stage) =>
    stage === 'approve' ? plan?.approval === 'granted' : stage !== 'live' && results[stage] !== undefined,
  );
}

function stageOfStep(step: Step | undefined): Stage | undefined {
  return step === undefined || step === 'rollback' || step === 'cancel' ? undefined : step;
}

function statusAt({ status, progress }: DrawableRun): StageStatus {
  if (status !== 'running') return 'stopped';
  return progress.state === 'AWAITING_APPROVAL' ? 'waiting' : 'active';
}

function pastStatus(stage: Stage, { progress }: DrawableRun): StageStatus {
  if (stage === 'live') return isGood(progress.outcome) || progress.state === 'RETIRING' ? 'done' : 'skipped';
  if (stage === 'approve') return progress.plan ? 'done' : 'skipped';
  return progress.results[stage] === undefined ? 'skipped' : 'done';
}

/** What a stage does, as a row says it. */
export function labelOf(stage: Stage): string {
  switch (stage) {
    case 'gate':
      return l10n.t('Check what must be true');
    case 'bake':
      return l10n.t('Bake');
    case 'test':
      return l10n.t('Test');
    case 'publish':
      return l10n.t('Publish');
    case 'plan':
      return l10n.t('Plan');
    case 'approve':
      return l10n.t('Approve');
    case 'apply':
      return l10n.t('Apply');
    case 'verify':
      return l10n.t('Verify');
    case 'health':
      return l10n.t('Check health');
    case 'route':
      return l10n.t('Route traffic');
    case 'soak':
      return l10n.t('Watch');
    case 'live':
      return l10n.t('Live');
    case 'retire':
      return l10n.t('Retire the old version');
  }
}

/** Where a stage stands, in words: nothing is told by an icon or a colour alone. */
export function statusText(status: StageStatus): string {
  switch (status) {
    case 'done':
      return l10n.t('done');
    case 'active':
      return l10n.t('running');
    case 'waiting':
      return l10n.t('waits for you');
    case 'stopped':
      return l10n.t('stopped here');
    case 'skipped':
      return l10n.t('not needed');
    case 'ahead':
      return '';
  }
}
