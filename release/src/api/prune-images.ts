import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BakedImage } from '../bakers/baker';
import { objectPath } from '../bakers/packer/stored-files';
import type { Pipeline } from '../config/types';
import { Ledger } from '../ledger/ledger';
import { ReleaseHistory } from '../ledger/releases';
import type { StateRoot } from '../state-root';
import { listRuns } from './list-runs';

/** Where a file does not say how many healthy releases of an image to keep. */
const USUAL_KEEP = 5;

/** An image that was baked once. */
export interface ListedImage {
  readonly image: BakedImage;
  /** Why it stays; undefined when nothing needs it any more. */
  readonly keptFor: string | undefined;
  /** Bytes of its files that lie here. */
  readonly bytes: number;
}

/**
 * Every image that any ledger of this workspace names, newest first. One that is live in any environment stays, and so
 * do those of its last healthy releases (release-engine.md §3.7): another environment's way back is no waste.
 */
export function listImages(root: StateRoot, pipeline: Pipeline): readonly ListedImage[] {
  const images = new Map<string, BakedImage>();
  const kept = new Map<string, string>();
  const directory = join(root.path, 'ledger');
  const files = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.jsonl')) : [];
  for (const file of files) {
    const environment = basename(file, '.jsonl');
    const view = Ledger.read(root.ledger(environment));
    // What a damaged ledger would have said of later releases, nobody knows.
    if (view.damage) throw new Error(`The ledger of ${environment} is ${view.damage.kind}: nothing can be pruned.`);
    for (const image of ReleaseHistory.imagesIn(view)) images.set(keyOf(image), image);
    const [live, ...before] = [...new ReleaseHistory(view).releases()].reverse();
    const healthy = before.filter(({ health }) => health.verdict !== 'unhealthy');
    const releases = [...(live ? [live] : []), ...healthy];
    for (const [index, { id, images: used }] of releases.entries()) {
      for (const image of used) {
        images.set(keyOf(image), images.get(keyOf(image)) ?? image);
        if (index === 0) kept.set(keyOf(image), `live in ${environment}`);
        else if (isRecent(image, index, pipeline) && !kept.has(keyOf(image)))
          kept.set(keyOf(image), `${environment} may go back to ${id}`);
      }
    }
  }
  return [...images.values()].map((image) => ({
    image,
    keptFor: kept.get(keyOf(image)),
    bytes: filesOf(image, root).reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0),
  }));
}

/**
 * Deletes the files of images that nothing needs. What lies in a registry or a cloud is not touched: that belongs to
 * whoever runs it.
 *
 * @returns the images whose files are gone
 * @throws Error while a run goes on or waits to be resumed: it may need what nothing else does
 */
export function pruneImages(root: StateRoot, pipeline: Pipeline): readonly ListedImage[] {
  const open = listRuns(root).find(({ status }) => status !== 'closed');
  if (open) throw new Error(`Run ${open.run} is ${open.status}. Wait for it, or resume it: it may need an image.`);
  const all = listImages(root, pipeline);
  // Two images may be made of the same file.
  const needed = new Set(
    all.filter(({ keptFor }) => keptFor !== undefined).flatMap(({ image }) => filesOf(image, root)),
  );
  return all.filter(({ image, keptFor, bytes }) => {
    if (keptFor !== undefined || bytes === 0) return false;
    for (const path of filesOf(image, root)) if (!needed.has(path)) rmSync(path, { force: true });
    return true;
  });
}

function isRecent({ name }: BakedImage, index: number, pipeline: Pipeline): boolean {
  return index <= (pipeline.images.get(name)?.keep ?? USUAL_KEEP);
}

function filesOf({ kind, provenance }: BakedImage, root: StateRoot): readonly string[] {
  const files = provenance['files'];
  if (kind !== 'files' || !Array.isArray(files)) return [];
  return (files as readonly { readonly sha256?: string }[]).flatMap(({ sha256 }) =>
    sha256 === undefined ? [] : [objectPath(sha256, root)],
  );
}

function keyOf({ name, id }: BakedImage): string {
  return `${name} ${id}`;
}
