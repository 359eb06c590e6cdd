import type { Baker } from './bakers/baker';
import type { ImageConfig } from './config/types';
import { RunStoppedError } from './run/context';
import type { RunContext } from './run/context';
import type { StateRoot } from './state-root';
import type { Target } from './targets/target';

/** The target of a run's environment. */
export function createTarget(context: RunContext): Target {
  const config = context.environment?.target;
  throw new RunStoppedError('refused', `Deploying to ${config?.kind ?? 'nothing'} is not possible in this version.`);
}

/** Stands where a run has no environment: a bake asks nothing of it. */
export const NO_TARGET: Target = new Proxy({} as Target, {
  get: (_target, name) => () => {
    throw new RunStoppedError('refused', `A run without an environment has no target to ask for ${String(name)}.`);
  },
});

/** The baker of an image. */
export function createBaker(image: ImageConfig, _context: RunContext, _root: StateRoot): Baker {
  throw new RunStoppedError(
    'refused',
    `${image.name}: baking with ${image.bake.kind} is not possible in this version.`,
  );
}
