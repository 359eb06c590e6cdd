import type { BakedImage } from '../bakers/baker';
import type { Registry } from './registry';

/**
 * Whether somebody moved the tag of a release (F11). Tags of releases are unique and never moved by us; what runs is
 * named by its digest, so it is not affected.
 *
 * @returns the digest that the tag leads to now; undefined when it is that of the image, or the tag is gone
 * @throws RegistryError
 */
export async function movedTag(
  { kind, tag, ref, id }: BakedImage,
  registry: Registry,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (kind !== 'container' || tag === null) return undefined;
  const now = await registry.digestOf(ref.split('@')[0] ?? '', tag, signal);
  return now === id ? undefined : now;
}
