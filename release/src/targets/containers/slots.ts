import type { ContainersTargetConfig } from '../../config/types';
import { RunStoppedError, type RunContext } from '../../run/context';
import type { Observation, ObservedSlot } from '../target';
import type { ContainerEngine } from './engine';
import type { ContainerState } from './container-state';
import { containerName, LABELS, placeLabels } from './labels';

/** A slot with its containers. */
export interface Slot {
  readonly name: string;
  readonly containers: readonly ContainerState[];
  /** The host's port that health checks and the route use: of what runs there, else of the configuration. */
  readonly port: string | undefined;
}

/**
 * Names of the two slots.
 *
 * @throws RunStoppedError `refused` when the containers of the file do not agree
 */
export function slotNames({ run }: ContainersTargetConfig): readonly string[] {
  const names = [...(run[0]?.slots.keys() ?? [])];
  const other = run.find(({ slots }) => [...slots.keys()].sort().join() !== [...names].sort().join());
  if (!other) return names;
  throw new RunStoppedError(
    'refused',
    `\`${other.name}\` has other slots than \`${run[0]?.name ?? ''}\`. Give every container the slots ${names.join(' and ')}. Nothing was changed.`,
  );
}

/** Reads both slots from the engine. */
export async function readSlots(
  config: ContainersTargetConfig,
  engine: ContainerEngine,
  context: RunContext,
): Promise<readonly Slot[]> {
  return slotsOf(config, await containersOfPlace(config, engine, context), context);
}

/** All containers of an environment: those that carry its labels, in whatever slot, and those that have their names. */
export async function containersOfPlace(
  config: ContainersTargetConfig,
  engine: ContainerEngine,
  context: RunContext,
): Promise<readonly ContainerState[]> {
  const place = placeOf(context);
  const expected = slotNames(config).flatMap((slot) => config.run.map((run) => containerName(place, slot, run.name)));
  const labels = placeLabels(place);
  const found = await engine.containers(labels, expected);
  // Engines differ in whether a container must carry all labels of a question or one of them.
  return found.filter((one) => expected.includes(one.name) || carries(one, labels));
}

/** Containers by slot. Those of a slot that the file does not name are left out. */
export function slotsOf(
  config: ContainersTargetConfig,
  containers: readonly ContainerState[],
  context: RunContext,
): readonly Slot[] {
  const place = placeOf(context);
  return slotNames(config).map((name) => {
    const own = config.run.map((run) => containerName(place, name, run.name));
    const inSlot = containers.filter(({ labels, name: container }) =>
      isStamped({ labels }) ? labels[LABELS.slot] === name : own.includes(container),
    );
    const stored = inSlot.find(({ labels }) => labels[LABELS.port] !== undefined)?.labels[LABELS.port];
    return { name, containers: inSlot, port: stored ?? hostPort(config.run[0]?.slots.get(name)?.publish[0]) };
  });
}

function carries(container: ContainerState, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => container.labels[name] === value);
}

/** True for a container that a run of ours started: nothing else is ever ended. */
export function isStamped({ labels }: Pick<ContainerState, 'labels'>): boolean {
  // Labels of an image are labels of its containers too; no image has this one.
  return labels[LABELS.slot] !== undefined;
}

/** The slots as every target tells them. */
export function observationOf(slots: readonly Slot[], activeSlot: string | undefined): Observation {
  const observed = slots.map(observedSlot);
  return {
    activeSlot,
    slots: observed,
    // The labels are the stamp: they are written when a container is made, and cannot be changed behind our back.
    stampedRelease: observed.find(({ name }) => name === activeSlot)?.release,
  };
}

function observedSlot({ name, containers }: Slot): ObservedSlot {
  const running = containers.filter(({ isRunning }) => isRunning);
  const releases = new Set(containers.map((one) => (isStamped(one) ? one.labels[LABELS.release] : undefined)));
  const [release] = releases;
  return { name, running: running.map(({ image }) => image), release: releases.size === 1 ? release : undefined };
}

/** The host's port of `127.0.0.1:8081:8080`. */
export function hostPort(publish: string | undefined): string | undefined {
  return publish?.split(':').at(-2);
}

/** Whose containers these are. */
export function placeOf({ pipeline, environment }: RunContext): { readonly app: string; readonly environment: string } {
  return { app: pipeline.app, environment: environment?.name ?? '' };
}
