import { createContainerBaker } from './bakers/container/container-baker';
import type { Baker } from './bakers/baker';
import { createPackerBaker } from './bakers/packer/packer-baker';
import type { ImageConfig } from './config/types';
import { RunStoppedError, type RunContext } from './run/context';
import type { StateRoot } from './state-root';
import { createContainersTarget } from './targets/containers/containers-target';
import { LedgerWitness } from './targets/terraform/ledger-witness';
import { createTerraformTarget } from './targets/terraform/terraform-target';
import type { Target } from './targets/target';

type Environment = Readonly<Record<string, string | undefined>>;

/** The target of a run's environment. */
export function createTarget(context: RunContext, root: StateRoot, own: Environment): Target {
  const { environment } = context;
  const config = environment?.target;
  switch (config?.kind) {
    case 'containers':
      return createContainersTarget(config, own);
    case 'terraform':
      return createTerraformTarget(config, { witness: new LedgerWitness(root.ledger(environment?.name ?? '')) });
    case 'kubernetes':
    case undefined:
      throw new RunStoppedError(
        'refused',
        `Deploying to ${config?.kind ?? 'nothing'} is not possible in this version.`,
      );
  }
}

/** Stands where a run has no environment: a bake asks nothing of it. */
export const NO_TARGET: Target = new Proxy({} as Target, {
  get: (_target, name) => () => {
    throw new RunStoppedError('refused', `A run without an environment has no target to ask for ${String(name)}.`);
  },
});

/** The baker of an image. */
export function createBaker(image: ImageConfig, root: StateRoot, own: Environment): Baker {
  switch (image.bake.kind) {
    case 'container':
      return createContainerBaker(own);
    case 'packer':
      return createPackerBaker({ objects: root });
  }
}
