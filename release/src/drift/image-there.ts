import type { BakedImage, ImageThere } from '../bakers/baker';
import { amiIsThere } from '../bakers/packer/ami';
import { isKept, objectPath } from '../bakers/packer/stored-files';
import { movedTag } from '../registry/moved-tag';
import { Registry, RegistryError } from '../registry/registry';
import type { RunContext } from '../run/context';
import type { StateRoot } from '../state-root';

interface BakedFile {
  readonly path: string;
  readonly sha256: string;
}

/** Whether an image can still be had where it was published. A copy on this machine does not count: others have none. */
export async function imageThere(
  image: BakedImage,
  root: StateRoot,
  own: Readonly<Record<string, string | undefined>>,
  context: RunContext,
): Promise<ImageThere> {
  const { files, region } = image.provenance as { files?: readonly BakedFile[]; region?: string | null };
  switch (image.kind) {
    case 'container':
      return inRegistry(image, own, context);
    case 'ami':
      return amiIsThere(image.id, region ?? undefined, context);
    case 'files':
      for (const { path, sha256 } of files ?? []) {
        if (await isKept(sha256, root)) continue;
        return {
          is: 'gone',
          reason: `${path} is not kept any more: ${objectPath(sha256, root)} is missing or changed`,
        };
      }
      return { is: 'there' };
    case 'other':
      return { is: 'unknown', reason: `nobody can tell whether ${image.id} can still be had` };
  }
}

/**
 * What the tag of an image leads to now when somebody moved it (F11); undefined when nobody did, or nobody answers:
 * `imageThere` says that already.
 */
export async function movedTagOf(
  image: BakedImage,
  own: Readonly<Record<string, string | undefined>>,
  context: RunContext,
): Promise<string | undefined> {
  if (image.kind !== 'container') return undefined;
  try {
    return await movedTag(image, registryOf(image, own, context), context.signal);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof RegistryError)) throw error;
    return undefined;
  }
}

async function inRegistry(
  image: BakedImage,
  own: Readonly<Record<string, string | undefined>>,
  context: RunContext,
): Promise<ImageThere> {
  const [repository = ''] = image.ref.split('@');
  try {
    const found = await registryOf(image, own, context).manifest(repository, image.id, context.signal);
    return found ? { is: 'there' } : { is: 'gone', reason: `the registry has ${image.ref} no more` };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof RegistryError)) throw error;
    return { is: 'unknown', reason: error.message.replace(/\.$/, '') };
  }
}

function registryOf(
  image: BakedImage,
  own: Readonly<Record<string, string | undefined>>,
  context: RunContext,
): Registry {
  const bake = context.pipeline.images.get(image.name)?.bake;
  const isInsecure = bake?.kind === 'container' && bake.insecureRegistry;
  const host = image.ref.split('/')[0] ?? '';
  return new Registry({ own, workspace: context.workspace, insecure: isInsecure ? [host] : [] });
}
