import type { BakedImage } from '../bakers/baker';
import type { JsonObject } from '../durable/canonical-json';
import type { LogView } from '../durable/chained-reader';
import type { LedgerRecord } from '../ledger/record';

/** Where an image of an earlier run was baked. */
export interface ImageOrigin extends JsonObject {
  /** What git knew of the commit. */
  readonly git: JsonObject;
  /** Of its record: of two images the one with the higher number is newer. */
  readonly seq: number;
}

export interface ProvidedImage {
  readonly image: BakedImage;
  /** Null: it was baked in this run, or nobody knows. */
  readonly origin: ImageOrigin | null;
}

/** What the ledger knows of the commit that an image was baked from; null when it knows none. */
export function originOf(image: BakedImage, view: Pick<LogView<LedgerRecord>, 'records'>): ImageOrigin | null {
  const records = view.records();
  const baked = records.findLast(({ type, image: other }) => {
    const { name, ref } = ((type === 'image' ? other : undefined) as Partial<BakedImage> | undefined) ?? {};
    return name === image.name && ref === image.ref;
  });
  if (!baked) return null;
  // Records of earlier versions name no commit; the release of the same run does.
  const git = baked['git'] ?? records.find(({ type, run }) => type === 'release' && run === baked.run)?.['git'];
  return typeof git === 'object' && git !== null ? { git: git as JsonObject, seq: baked.seq } : null;
}

/**
 * The commit that a release is named after: what is checked out when an image of it was baked in this run, else that of
 * the newest of its images.
 */
export function gitOfImages(origins: readonly (ImageOrigin | null)[], own: JsonObject): JsonObject {
  let newest: ImageOrigin | undefined;
  for (const origin of origins) {
    if (!origin) return own;
    if (!newest || origin.seq > newest.seq) newest = origin;
  }
  // From the same commit what is there now is told, as far as it is committed.
  return newest === undefined || newest.git['commit'] === own['commit'] ? own : newest.git;
}
