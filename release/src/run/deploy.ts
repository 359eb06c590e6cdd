import type { BakedImage } from '../bakers/baker';
import type { Known } from '../config/interpolate';
import type { ImageConfig, Pipeline } from '../config/types';
import type { JsonObject } from '../durable/canonical-json';
import type { LogView } from '../durable/chained-reader';
import type { LedgerRecord } from '../ledger/record';
import { tellNotes } from '../notes/before-approval';
import type { DesiredRelease } from '../targets/target';
import { bringLive, UnhealthyError, waitFor, type LiveParts } from './bring-live';
import { RunStoppedError } from './context';
import { gitOfImages, type ImageOrigin } from './image-origin';
import { provideImage, type BakeParts } from './images';
import type { Outcome } from './journal-entry';
import { promotedImages } from './promote';
import { bringBack } from './bring-back';
import { retiredText, retireSlot, whatEnds } from './retire-slot';
import { actorOf, type RunSpec } from './spec';

export interface DeployParts extends LiveParts {
  readonly bake: BakeParts;
  /** The ledger of any environment, as it is known. */
  readonly readLedger: (environment: string) => LogView<LedgerRecord>;
}

/** How a run ended, for people. */
export interface RunEnd {
  readonly outcome: Outcome;
  readonly text: string;
}

/** Bakes what changed and brings it live; when it does not become healthy, sees to it that the old version serves. */
export async function deploy(parts: DeployParts): Promise<RunEnd> {
  const { spec, context, history } = parts;
  const isPromoted = parts.environment.promoteFrom !== undefined;
  const { images, git } = isPromoted ? await promotedImages(parts) : await bakedImages(parts);
  const isElsewhere = git['commit'] !== spec.git.commit;
  const live = history.live();
  const isSame = live && [...images.values()].every(({ id }) => live.images.some((other) => other.id === id));
  if (isSame && !spec.decisions.rebake) {
    context.tell({
      type: 'warning',
      text: `${live.id} runs the same images already; what changes is the configuration.`,
    });
  }
  const release: DesiredRelease = {
    id: releaseId(spec),
    images,
    known: knownOf(spec, images, git),
    checkout: spec.git.commit ?? undefined,
    config: undefined,
  };
  const notes = await tellNotes(parts, textOrNull(git['commit']));
  try {
    const { oldSlot } = await bringLive(
      release,
      {
        kind: spec.kind === 'promote' ? 'promote' : 'deploy',
        rollbackOf: null,
        rolledBackFrom: null,
        config: null,
        oneWay: spec.decisions.oneWay,
        actor: actorOf(spec),
        git,
        ...(isPromoted || isElsewhere ? { checkout: { ...spec.git } } : {}),
        overrides: spec.decisions.overrides.map((override) => ({ ...override })),
        notes,
      },
      parts,
    );
    const retired = oldSlot === undefined ? '' : await retireOld(oldSlot, parts);
    return { outcome: 'live', text: `${release.id} is live.${retired}` };
  } catch (error) {
    if (!(error instanceof UnhealthyError)) throw error;
    return bringBack(error, release, parts);
  }
}

/** An image for each that the run needs, baked where its inputs changed. */
export async function bakedImages(parts: DeployParts): Promise<{
  readonly images: ReadonlyMap<string, BakedImage>;
  /** Of the commit that they were baked from. */
  readonly git: JsonObject;
}> {
  const images = new Map<string, BakedImage>();
  const origins: (ImageOrigin | null)[] = [];
  for (const config of imagesOf(parts)) {
    const { image, origin } = await provideImage(config, knownOf(parts.spec, images), parts.bake);
    images.set(config.name, image);
    origins.push(origin);
  }
  return { images, git: gitOfImages(origins, { ...parts.spec.git }) };
}

/** The images that an environment runs, in the order of the file. */
export function imagesOf({ spec, context, environment }: DeployParts): readonly ImageConfig[] {
  const wanted = new Set(spec.images.length > 0 ? spec.images : neededBy(context.pipeline, environment.target));
  return [...context.pipeline.images.values()].filter(({ name }) => wanted.has(name));
}

function neededBy(pipeline: Pipeline, target: DeployParts['environment']['target']): readonly string[] {
  return target.kind === 'containers' ? target.run.map(({ image }) => image) : [...pipeline.images.keys()];
}

/**
 * `${release.…}` and `${image.…}` of a run.
 *
 * @param git of the commit that the images were baked from: that is what the new version says of itself
 * @param id of the release, where it is not the one of the run
 */
export function knownOf(
  spec: RunSpec,
  images: ReadonlyMap<string, BakedImage>,
  git: JsonObject = { ...spec.git },
  id = releaseId(spec),
): Known {
  const commit = textOrNull(git['commit']);
  const branch = textOrNull(git['branch']);
  return {
    release: {
      id,
      version: id,
      time: spec.createdAt,
      ...(commit === null ? {} : { commit }),
      ...(branch === null ? {} : { branch }),
    },
    images: new Map(
      [...images].map(([name, { ref, id, tag, kind }]) => [
        name,
        { ref, id, ...(kind === 'container' ? { digest: id } : {}), ...(tag === null ? {} : { tag }) },
      ]),
    ),
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** One release a run. Small letters: it becomes a tag. */
export function releaseId(spec: RunSpec): string {
  return spec.run.toLowerCase();
}

/** The old version goes by itself only where the configuration says so; a failure of that never harms the release. */
async function retireOld(slot: string, parts: DeployParts): Promise<string> {
  const { environment, context, target } = parts;
  if (environment.retire.mode !== 'auto' || target.keepsIdle !== undefined)
    return ` ${slot} is kept; ${whatEnds(target)}.`;
  const time = Math.max(0, environment.retire.after - environment.soak);
  try {
    if (time > 0) {
      await parts.steps.step<JsonObject>('soak', {
        intent: () => ({ what: 'retire', time }),
        act: () => waitFor(time, context).then(() => ({})),
        recover: () => Promise.resolve(undefined),
      });
    }
    return ` ${retiredText(slot, await retireSlot(slot, parts))}`;
  } catch (error) {
    // Whoever cancels now stops the retiring; the release is live already.
    if (!(error instanceof RunStoppedError)) throw error;
    context.tell({ type: 'warning', text: `${slot} could not be retired: ${error.message}` });
    return ` ${slot} could not be retired: ${error.message}`;
  }
}
