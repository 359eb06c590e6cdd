import type { BakedImage } from '../bakers/baker';
import { amiIsThere } from '../bakers/packer/ami';
import { isKept, objectPath } from '../bakers/packer/stored-files';
import { Registry, RegistryError } from '../registry/registry';
import type { RunContext } from '../run/context';
import type { StateRoot } from '../state-root';

/** `there`: it can be had. `gone`: it cannot. `unknown`: nobody answered. With the reason, in words. */
export type ImageThere = { readonly is: 'there' } | { readonly is: 'gone' | 'unknown'; readonly reason: string };

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
    case 'ami': {
      const answer = await amiIsThere(image.id, region ?? undefined, context);
      if (answer === true) return { is: 'there' };
      return { is: answer.startsWith('nobody') ? 'unknown' : 'gone', reason: answer };
    }
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

async function inRegistry(
  image: BakedImage,
  own: Readonly<Record<string, string | undefined>>,
  context: RunContext,
): Promise<ImageThere> {
  const [repository = ''] = image.ref.split('@');
  const bake = context.pipeline.images.get(image.name)?.bake;
  const isInsecure = bake?.kind === 'container' && bake.insecureRegistry;
  const host = repository.split('/')[0] ?? '';
  const registry = new Registry({ own, workspace: context.workspace, insecure: isInsecure ? [host] : [] });
  try {
    const found = await registry.manifest(repository, image.id, context.signal);
    return found ? { is: 'there' } : { is: 'gone', reason: `the registry has ${image.ref} no more` };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof RegistryError)) throw error;
    return { is: 'unknown', reason: error.message.replace(/\.$/, '') };
  }
}
