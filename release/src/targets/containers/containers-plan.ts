import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../../durable/canonical-json';
import type { GuardViolation } from '../../plan/guard';
import { planAsMarkdown, type PlanHeading } from '../../plan/markdown';
import type { Plan, PlannedAttribute, PlannedChange } from '../../plan/plan';
import { RunStoppedError } from '../../run/context';
import type { PreparedPlan } from '../target';
import type { ContainerState } from './container-state';
import { LABELS } from './labels';
import type { ContainerSpec, StoredConfig } from './run-spec';

/** What a step will do, and nothing else: it is hashed for the approval, written into the intent, and done from there. */
export interface ContainersPlan extends JsonObject {
  readonly step: 'deploy' | 'retire';
  readonly slot: string;
  readonly runtime: string | null;
  readonly start: readonly ContainerSpec[];
  readonly stop: readonly StoppedContainer[];
}

export interface StoppedContainer extends JsonObject {
  readonly id: string;
  readonly name: string;
  readonly release: string;
  readonly image: string;
}

export interface RoutePlan extends JsonObject {
  readonly step: 'route';
  readonly from: string | null;
  readonly to: string;
  readonly path: string;
  readonly before: string | null;
  readonly content: string;
  readonly reload: readonly string[];
}

/** `sha256:…` of a plan. */
export function hashOf(plan: ContainersPlan | RoutePlan): string {
  return `sha256:${createHash('sha256').update(canonicalJson(plan)).digest('hex')}`;
}

/**
 * The plan in an intent, when it is the approved one.
 *
 * @throws RunStoppedError `refused` when it was changed on the way
 */
export function approvedPlan(plan: PreparedPlan): ContainersPlan | RoutePlan {
  const written = plan.intent['work'] as ContainersPlan | RoutePlan;
  if (hashOf(written) === plan.hash) return written;
  throw new RunStoppedError('refused', 'The plan is not the one that was approved. Plan again. Nothing was changed.');
}

export function stoppedOf({ id, name, labels, image }: ContainerState): StoppedContainer {
  return { id, name, release: labels[LABELS.release] ?? '', image };
}

/** The plan as every target gives it. */
export function preparedDeploy(
  work: ContainersPlan,
  config: StoredConfig,
  heading: PlanHeading,
  violations: readonly GuardViolation[] = [],
): PreparedPlan {
  return prepared(work, [...work.stop.map(stopped), ...work.start.map(started)], heading, violations, { config });
}

export function preparedRetire(
  work: ContainersPlan,
  heading: PlanHeading,
  violations: readonly GuardViolation[],
): PreparedPlan {
  return prepared(work, work.stop.map(stopped), heading, violations, {});
}

export function preparedRoute(work: RoutePlan, heading: PlanHeading): PreparedPlan {
  const { path, before, content, reload } = work;
  const file: PlannedChange = {
    address: path,
    block: path,
    type: 'file',
    kind: before === null ? 'create' : 'update',
    reason: undefined,
    attributes: [attribute('content', before ?? undefined, content)],
  };
  const then = reload.length === 0 ? [] : [`Then \`${reload.join(' ')}\` is run`];
  return prepared(work, [file], { ...heading, lines: [...heading.lines, ...then] }, [], {});
}

function prepared(
  work: ContainersPlan | RoutePlan,
  changes: readonly PlannedChange[],
  heading: PlanHeading,
  violations: readonly GuardViolation[],
  more: JsonObject,
): PreparedPlan {
  const hash = hashOf(work);
  const count = (kind: PlannedChange['kind']): number => changes.filter((change) => change.kind === kind).length;
  const counts = { add: count('create'), change: count('update'), destroy: count('destroy') };
  const plan: Plan = { tool: 'containers', hash, changes, outputs: [], counts, unchanged: 0, drift: [] };
  return {
    hash,
    document: planAsMarkdown(plan, heading, violations),
    shown: { plan, lines: heading.lines },
    counts,
    violations,
    isEmpty: counts.add + counts.change + counts.destroy === 0,
    intent: { work, ...more },
  };
}

function stopped({ name, release, image }: StoppedContainer): PlannedChange {
  return {
    address: name,
    block: name,
    type: 'container',
    kind: 'destroy',
    reason: undefined,
    attributes: [attribute('release', release, undefined), attribute('image', image, undefined)],
  };
}

/** Secrets are not known here: only where they come from. */
function started(spec: ContainerSpec): PlannedChange {
  const values = [
    ...Object.entries(spec.environment).map(([name, value]): [string, string] => [name, JSON.stringify(value)]),
    ...Object.entries(spec.secrets).map(([name, value]): [string, string] => [name, `(secret, ${sourceOf(value)})`]),
  ];
  return {
    address: spec.name,
    block: spec.name,
    type: 'container',
    kind: 'create',
    reason: undefined,
    attributes: [
      attribute('image', undefined, spec.reference),
      ...spec.publish.map((port, index) => attribute(`publish[${index}]`, undefined, port)),
      ...spec.arguments.map((word, index) => attribute(`args[${index}]`, undefined, word)),
      ...values.map(([name, value]) => attribute(`env.${name}`, undefined, value)),
    ],
  };
}

function attribute(path: string, before: string | undefined, after: string | undefined): PlannedAttribute {
  return { path, before, after, replaces: false };
}

function sourceOf(value: ContainerSpec['secrets'][string]): string {
  if (typeof value['fromEnv'] === 'string') return `from the variable ${value['fromEnv']}`;
  return 'fromCommand' in value ? 'from a command' : 'from the file';
}
