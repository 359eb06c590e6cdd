import type { TerraformTargetConfig } from '../../config/types';
import { RunStoppedError, type RunContext } from '../../run/context';
import type { Observation, RunningImage, RunningSlot } from '../target';

/**
 * What a state says runs in each colour.
 *
 * @throws RunStoppedError `refused` when nobody can tell which image of the file it is
 */
export function runningSlots(
  config: TerraformTargetConfig,
  { slots }: Observation,
  context: RunContext,
): readonly RunningSlot[] {
  const name = imageName(config, context);
  return slots.map(({ name: slot, running, release }) => ({
    name: slot,
    release,
    running,
    images: running.slice(0, 1).map((value) => imageOf(name, value)),
  }));
}

/** A state holds one image; the file may bake several. */
function imageName({ set }: TerraformTargetConfig, { pipeline }: RunContext): string {
  const all = [...pipeline.images.keys()];
  const text = Object.values(set).join(' ');
  const used = all.filter((name) => text.includes(`\${image.${name}.`));
  const [only, ...more] = used.length > 0 ? used : all;
  if (only !== undefined && more.length === 0) return only;
  throw new RunStoppedError(
    'refused',
    `The state names one image, and immutable.yaml has ${all.length}: nobody can tell which of them runs. Nothing was recorded.`,
  );
}

/** `repo@sha256:…` of a container, else the id as it stands: an AMI, a hash. */
function imageOf(name: string, value: string): RunningImage {
  const id = /@(sha256:[0-9a-f]{64})$/.exec(value)?.[1] ?? value;
  return { name, id, ref: value, digests: [...new Set([id, value])] };
}
