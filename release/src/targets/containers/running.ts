import type { ContainersTargetConfig } from '../../config/types';
import type { RunContext } from '../../run/context';
import type { RunningImage, RunningSlot } from '../target';
import type { ContainerState } from './container-state';
import type { ContainerEngine } from './engine';
import { containerName } from './labels';
import { observationOf, placeOf, type Slot } from './slots';

/** What runs in each slot, image by image. */
export async function runningSlots(
  config: ContainersTargetConfig,
  engine: ContainerEngine,
  slots: readonly Slot[],
  context: RunContext,
): Promise<readonly RunningSlot[]> {
  const observed = observationOf(slots, undefined).slots;
  const found: RunningSlot[] = [];
  for (const { name, containers } of slots) {
    const images: RunningImage[] = [];
    for (const run of config.run) {
      const container = containers.find((one) => one.name === containerName(placeOf(context), name, run.name));
      if (!container?.isRunning || images.some((image) => image.name === run.image)) continue;
      images.push(await imageOf(run.image, container, engine, context));
    }
    const slot = observed.find((one) => one.name === name);
    found.push({ name, release: slot?.release, running: slot?.running ?? [], images });
  }
  return found;
}

/** By the digest that it was started with; else by one that the engine knows of its image; else by what lies here. */
async function imageOf(
  name: string,
  { image, reference }: ContainerState,
  engine: ContainerEngine,
  context: RunContext,
): Promise<RunningImage> {
  const config = context.pipeline.images.get(name);
  const repository = config?.bake.kind === 'container' ? config.bake.repository : '';
  const known = /@sha256:[0-9a-f]{64}$/.test(reference) ? [reference] : await engine.repositoryDigests(image);
  const ref = known.find((one) => one.startsWith(`${repository}@`)) ?? known[0] ?? `${repository}@${image}`;
  const id = ref.slice(ref.indexOf('@') + 1);
  return { name, ref, id, digests: [...new Set([id, image])] };
}
