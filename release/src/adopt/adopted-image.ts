import type { BakedImage } from '../bakers/baker';
import type { ImageConfig } from '../config/types';
import type { RunningImage } from '../targets/target';

/** An image that runs, as if it had been baked here. What it was made of, nobody knows. */
export function adoptedImage(config: ImageConfig, { name, id, ref, digests }: RunningImage): BakedImage {
  const { bake } = config;
  const kind = bake.kind === 'container' ? 'container' : bake.artifact.kind;
  const region = bake.kind === 'packer' ? (bake.artifact.region ?? null) : null;
  return {
    name,
    kind,
    ref,
    id,
    tag: null,
    digests,
    files: [],
    // No bake has these inputs, so nothing is ever reused in their name.
    inputs: '',
    provenance: {
      adopted: true,
      ...(kind === 'ami' ? { region } : {}),
      // Whether it can be had again is asked by its hash.
      ...(kind === 'files' ? { files: [{ path: name, sha256: id }] } : {}),
    },
  };
}
