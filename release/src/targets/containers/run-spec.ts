import { fillText, UnknownValueError, type Known } from '../../config/interpolate';
import { ENGINE_WORDS, STEERING_VARIABLES } from '../../config/reserved';
import type { ContainersTargetConfig, EnvironmentValue } from '../../config/types';
import type { JsonObject } from '../../durable/canonical-json';
import { RunStoppedError, type RunContext } from '../../run/context';
import type { DesiredRelease } from '../target';
import { containerName, LABELS, placeLabels } from './labels';
import { hostPort, placeOf } from './slots';

/**
 * How the containers of an environment are run, as the ledger keeps it: a `full` rollback runs the old image in the old
 * way. Texts keep their `${…}`, and secrets only say where they come from.
 */
export interface StoredConfig extends JsonObject {
  readonly kind: 'containers';
  readonly runtime: string | null;
  readonly run: readonly StoredRun[];
}

interface StoredRun extends JsonObject {
  readonly name: string;
  readonly image: string;
  readonly arguments: readonly string[];
  /** By slot. */
  readonly publish: Readonly<Record<string, readonly string[]>>;
  readonly environment: Readonly<Record<string, EnvironmentValue & JsonObject>>;
}

/** One container to start, ready but for its secrets. */
export interface ContainerSpec extends JsonObject {
  readonly name: string;
  readonly image: string;
  /** `repo@sha256:…` */
  readonly reference: string;
  readonly isInsecure: boolean;
  /** Every digest that the running container may show. */
  readonly digests: readonly string[];
  readonly arguments: readonly string[];
  readonly publish: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that are secrets, and where each comes from. */
  readonly secrets: Readonly<Record<string, EnvironmentValue & JsonObject>>;
  readonly labels: Readonly<Record<string, string>>;
}

export function storedConfig({ runtime, run }: ContainersTargetConfig): StoredConfig {
  return {
    kind: 'containers',
    runtime: runtime ?? null,
    run: run.map(({ name, image, arguments: words, slots, environment }) => ({
      name,
      image,
      arguments: words,
      publish: Object.fromEntries([...slots].map(([slot, { publish }]) => [slot, publish])),
      environment: { ...environment },
    })),
  };
}

/**
 * The containers of a release in a slot.
 *
 * @throws RunStoppedError `refused` naming what to change in the file
 */
export function containersOf(
  release: DesiredRelease,
  config: StoredConfig,
  slot: string,
  other: string,
  context: RunContext,
): readonly ContainerSpec[] {
  const port = hostPort(config.run[0]?.publish[slot]?.[0]) ?? '';
  const known: Known = { ...release.known, slot: { name: slot, port, active: other, idle: slot } };
  return config.run.map((run) => containerOf(run, { release, slot, port, known, context }));
}

interface Parts {
  readonly release: DesiredRelease;
  readonly slot: string;
  readonly port: string;
  readonly known: Known;
  readonly context: RunContext;
}

function containerOf(run: StoredRun, { release, slot, port, known, context }: Parts): ContainerSpec {
  const image = release.images.get(run.image);
  if (!image) throw refused(`The release has no image \`${run.image}\` for \`${run.name}\`.`);
  if (image.kind !== 'container') throw refused(`\`${image.name}\` is no container image.`);
  const own = run.arguments.find((word) => ENGINE_WORDS.test(word));
  if (own !== undefined)
    throw refused(`\`${run.name}\`: remove \`${own}\` from \`args\`; the engine sets that itself.`);
  const place = placeOf(context);
  const bake = context.pipeline.images.get(run.image)?.bake;
  const values = Object.entries(run.environment);
  const secrets = values.filter(([, value]) => !('value' in value));
  const steering = secrets.find(([name]) => STEERING_VARIABLES.test(name));
  if (steering) {
    throw refused(
      `\`${run.name}\`: the secret ${steering[0]} would steer the container engine. Give it another name, or write its value.`,
    );
  }
  return {
    name: containerName(place, slot, run.name),
    image: run.image,
    reference: image.ref,
    isInsecure: bake?.kind === 'container' && bake.insecureRegistry,
    digests: image.digests,
    arguments: run.arguments.map((word) => fill(word, known, run.name)),
    publish: run.publish[slot] ?? [],
    environment: Object.fromEntries(
      values.flatMap(([name, { value }]) => (typeof value === 'string' ? [[name, fill(value, known, run.name)]] : [])),
    ),
    secrets: Object.fromEntries(secrets),
    labels: {
      ...placeLabels(place),
      [LABELS.slot]: slot,
      [LABELS.release]: release.id,
      [LABELS.run]: context.run,
      [LABELS.port]: port,
    },
  };
}

function fill(text: string, known: Known, name: string): string {
  try {
    return fillText(text, known);
  } catch (error) {
    if (error instanceof UnknownValueError) throw refused(`\`${name}\`: ${error.message}`);
    throw error;
  }
}

function refused(message: string): RunStoppedError {
  return new RunStoppedError('refused', `${message} Nothing was changed.`);
}
