import type { BakedImage } from '../bakers/baker';
import { ageOf } from '../durable/age';
import { ReleaseHistory } from '../ledger/releases';
import { RunStoppedError } from './context';
import { imagesOf, type DeployParts } from './deploy';

/**
 * The images that were healthy in another environment for long enough: the same digests, never a new bake
 * (release-engine.md §3.16).
 *
 * @throws RunStoppedError `refused` naming what is missing
 */
export async function promotedImages(parts: DeployParts): Promise<ReadonlyMap<string, BakedImage>> {
  const chosen = await parts.steps.step<{ readonly images: readonly BakedImage[] }>('gate', {
    intent: () => ({ what: 'promote' }),
    act: async () => ({ images: await chooseImages(parts) }),
    recover: () => Promise.resolve(undefined),
  });
  return new Map(chosen.images.map((image) => [image.name, image]));
}

async function chooseImages(parts: DeployParts): Promise<readonly BakedImage[]> {
  const { environment, context } = parts;
  const from = environment.promoteFrom;
  if (!from) throw new RunStoppedError('refused', `${environment.name} names no environment to promote from.`);
  const live = new ReleaseHistory(parts.readLedger(from.environment)).live();
  const refuse = (why: string): never => {
    throw new RunStoppedError(
      'refused',
      `${environment.name} takes what was healthy in ${from.environment}: ${why}. Nothing was changed.`,
    );
  };
  if (!live) return refuse('nothing is live there');
  if (live.health.verdict === 'unhealthy') return refuse(`${live.id} is not healthy`);
  const age = ageOf(live);
  if (age < from.minSoak) {
    return refuse(
      `${live.id} is live for ${Math.max(0, Math.floor(age / 1000))} s, at least ${from.minSoak / 1000} s are asked`,
    );
  }
  const images: BakedImage[] = [];
  for (const config of imagesOf(parts)) {
    const image =
      live.images.find(({ name }) => name === config.name) ?? refuse(`${live.id} has no image \`${config.name}\``);
    const answer = await parts.bake.bakerOf(config).retrievable(image, context);
    if (answer !== true) refuse(answer);
    images.push(image);
  }
  context.tell({ type: 'state', state: 'BAKED', text: `Promoting ${live.id} of ${from.environment}` });
  return images;
}
