import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ListedRun } from '../../../../release/src/api/list-runs';
import type { EnvironmentConfig } from '../../../../release/src/config/types';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../../release/src/ledger/releases';
import type { PreparedPlan } from '../../../../release/src/targets/target';
import { StepFiles } from '../../../../release/src/process/step-files';
import { pipelineOf } from '../../../../release/src/run/run';
import type { StateRoot } from '../../../../release/src/state-root';
import type { Reached } from '../model/cancel-text';
import { imagesText } from '../model/release-rows';
import type { DrawableRun } from '../model/run-steps';
import type { EndedRun } from '../model/outcome';
import type { StoredRun } from './run-store';

/** What is asked of a run to draw it. A pipeline that this version cannot read is drawn without its extras. */
export function drawable({ spec, status, progress }: ListedRun): DrawableRun {
  const environment = environmentOf(spec);
  return {
    kind: spec.kind,
    status,
    progress,
    hasSlots: environment !== undefined && hasSlots(environment),
    hasSoak: (environment?.soak ?? 0) > 0,
    retiresOld: environment?.retire.mode === 'auto',
  };
}

/** The environment of a run as its frozen pipeline says; undefined for a bake. */
export function environmentOf(spec: ListedRun['spec']): EnvironmentConfig | undefined {
  try {
    return pipelineOf(spec).environment;
  } catch {
    return undefined;
  }
}

/** True when two versions run beside each other. */
export function hasSlots({ target }: EnvironmentConfig): boolean {
  switch (target.kind) {
    case 'containers':
      return target.run.some(({ slots }) => slots.size > 0);
    case 'terraform':
      return target.blueGreen !== undefined;
    case 'kubernetes':
      return false;
  }
}

/** The target in words, for confirmations. */
export function targetText({ target }: EnvironmentConfig): string {
  switch (target.kind) {
    case 'containers':
      return `containers (${target.engine}): ${target.run.map(({ name }) => name).join(', ')}`;
    case 'terraform':
      return `terraform in ${target.directory}${target.workspace === undefined ? '' : `, workspace ${target.workspace}`}`;
    case 'kubernetes':
      return `kubernetes ${target.context}/${target.namespace}`;
  }
}

/** The plan that a run waits with; undefined when it waits for nothing. */
export function waitingPlan({ progress, status }: ListedRun): PreparedPlan | undefined {
  if (status === 'closed' || progress.plan?.approval !== 'requested') return undefined;
  return planOf(progress);
}

/** The last plan that a run made, whatever became of it. */
export function planOf({ results, plan: asked }: ListedRun['progress']): PreparedPlan | undefined {
  const written = results.plan as { readonly plan?: unknown; readonly hash?: unknown } | undefined;
  // The plan of a route stands one level deeper.
  const plan = (written?.hash === undefined ? written?.plan : written) as PreparedPlan | null | undefined;
  return plan && (asked === undefined || plan.hash === asked.hash) ? plan : undefined;
}

/** Name of the tool that a run runs now; undefined when none does. */
export function runningTool({ directory, progress }: Pick<ListedRun, 'directory' | 'progress'>): string | undefined {
  if (progress.open === undefined) return undefined;
  const steps = join(directory, 'steps');
  const last = existsSync(steps)
    ? readdirSync(steps)
        .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
        .at(-1)
    : undefined;
  if (last === undefined) return undefined;
  const files = new StepFiles(join(steps, last));
  return files.end() === undefined ? files.toolName() || undefined : undefined;
}

/** How far a run has come with its target. The ledger says what is live, as for everybody else. */
export function reachedBy({ spec, progress, pipeline }: Pick<StoredRun, 'spec' | 'progress' | 'pipeline'>): Reached {
  if (progress.results.apply === undefined || spec.environment === null) return 'nothing';
  const history = new ReleaseHistory(Ledger.read(pipeline.workspace.root.ledger(spec.environment)));
  return history.byId(spec.run.toLowerCase()) ? 'live' : 'applied';
}

/** Everything that decides what is offered when a run is over. */
export function endedRun(
  run: ListedRun,
  root: StateRoot,
  text: string | undefined,
  problem: string | undefined,
): EndedRun {
  const { spec, progress } = run;
  const environment = environmentOf(spec);
  const view = spec.environment === null ? undefined : Ledger.read(root.ledger(spec.environment));
  const attempt = view?.records().findLast((record) => record.type === 'attempt' && record.run === spec.run);
  const slot = typeof attempt?.['slot'] === 'string' ? attempt['slot'] : undefined;
  const active = activeSlotIn(run);
  const history = view ? new ReleaseHistory(view) : undefined;
  const made = history?.byId(spec.run.toLowerCase());
  return {
    kind: spec.kind,
    environment: spec.environment,
    outcome: progress.outcome,
    text,
    problem,
    keptSlot: progress.outcome === 'failed' && slot !== undefined && slot !== active ? slot : undefined,
    isUnhealthy: attempt !== undefined && endsUnhealthy(progress),
    canRollBack: history?.defaultTarget() !== undefined,
    made: made && { id: made.id, images: imagesText(made) },
    hasOldVersion:
      spec.kind !== 'retire' &&
      environment !== undefined &&
      hasSlots(environment) &&
      environment.retire.mode === 'confirm' &&
      (history?.releases().length ?? 0) > 1,
    isProtected: environment?.protected ?? false,
    allowsOverride: allowsOverride(spec),
  };
}

/** A run that was denied or cancelled, or that applied only a part, notes what it left, too. */
function endsUnhealthy({ results: { health, rollback, cancel } }: StoredRun['progress']): boolean {
  return health !== undefined && rollback === undefined && cancel === undefined;
}

function allowsOverride(spec: ListedRun['spec']): boolean {
  try {
    return pipelineOf(spec).pipeline.gates.allowOverride;
  } catch {
    return false;
  }
}

/** The slot that had the traffic when the run looked last. */
function activeSlotIn({ progress }: ListedRun): string | undefined {
  const seen = progress.results.gate?.['observation'] as { readonly activeSlot?: unknown } | undefined;
  return typeof seen?.activeSlot === 'string' ? seen.activeSlot : undefined;
}
