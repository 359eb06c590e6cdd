import type { Known } from '../config/interpolate';
import type { StoredRelease } from './releases';

/** What `${release.…}` and `${image.…}` stood for when a release was applied. The time of its run stands in no record. */
export function knownOfRelease(release: StoredRelease): Known {
  const { commit, branch } = release.git as { commit?: string | null; branch?: string | null };
  return {
    release: {
      id: release.id,
      version: release.id,
      ...(commit ? { commit } : {}),
      ...(branch ? { branch } : {}),
    },
    images: new Map(
      release.images.map(({ name, ref, id, tag, kind }) => [
        name,
        { ref, id, ...(kind === 'container' ? { digest: id } : {}), ...(tag === null ? {} : { tag }) },
      ]),
    ),
  };
}
