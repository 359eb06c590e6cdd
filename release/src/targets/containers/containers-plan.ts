import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../../durable/canonical-json';
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
export function preparedDeploy(plan: ContainersPlan, config: StoredConfig, heading: readonly string[]): PreparedPlan {
  return prepared(plan, { add: plan.start.length, change: 0, destroy: plan.stop.length }, { config }, [
    ...heading,
    ...stopLines(plan.stop),
    ...plan.start.flatMap(startLines),
  ]);
}

export function preparedRetire(plan: ContainersPlan, heading: readonly string[]): PreparedPlan {
  const counts = { add: 0, change: 0, destroy: plan.stop.length };
  return prepared(plan, counts, {}, [...heading, ...stopLines(plan.stop)]);
}

export function preparedRoute(plan: RoutePlan, heading: readonly string[]): PreparedPlan {
  const reload = plan.reload.length === 0 ? [] : [`Then \`${plan.reload.join(' ')}\` is run.`];
  return prepared(plan, { add: 0, change: 1, destroy: 0 }, {}, [
    ...heading,
    `## Write \`${plan.path}\``,
    fenced('diff', [...signed('-', plan.before), ...signed('+', plan.content)].join('\n')),
    ...reload,
  ]);
}

function prepared(
  plan: ContainersPlan | RoutePlan,
  counts: PreparedPlan['counts'],
  more: JsonObject,
  paragraphs: readonly string[],
): PreparedPlan {
  const hash = hashOf(plan);
  const [heading = '', ...rest] = paragraphs;
  return {
    hash,
    document: `${[heading, `Plan \`${hash}\``, ...rest].join('\n\n')}\n`,
    counts,
    violations: [],
    isEmpty: counts.add + counts.change + counts.destroy === 0,
    intent: { work: plan, ...more },
  };
}

function stopLines(stop: readonly StoppedContainer[]): readonly string[] {
  if (stop.length === 0) return [];
  const list = stop.map(({ name, release, image }) => `- \`${name}\`: release ${release}, image \`${image}\``);
  return [`## ⚠ Stop and remove (${stop.length})`, list.join('\n')];
}

/** Secrets are not known here: only where they come from. */
function startLines(spec: ContainerSpec): readonly string[] {
  const environment = [
    ...Object.entries(spec.environment).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
    ...Object.entries(spec.secrets).map(([name, value]) => `${name} = (secret, ${sourceOf(value)})`),
  ];
  return [
    `## Start \`${spec.name}\``,
    fenced(
      'yaml',
      [
        `image: ${spec.reference}`,
        ...spec.publish.map((port) => `publish: ${port}`),
        ...spec.arguments.map((word) => `argument: ${word}`),
        ...environment.map((line) => `environment: ${line}`),
      ].join('\n'),
    ),
  ];
}

function sourceOf(value: ContainerSpec['secrets'][string]): string {
  if (typeof value['fromEnv'] === 'string') return `from the variable ${value['fromEnv']}`;
  return 'fromCommand' in value ? 'from a command' : 'from the file';
}

function signed(sign: string, text: string | null): readonly string[] {
  return text === null
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => `${sign} ${line}`);
}

function fenced(language: string, body: string): string {
  const fence = /`{3,}/.test(body) ? '````' : '```';
  return `${fence}${language}\n${body}\n${fence}`;
}
