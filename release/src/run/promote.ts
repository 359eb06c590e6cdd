import type { BakedImage } from '../bakers/baker';
import { ageOf } from '../durable/age';
import { ReleaseHistory } from '../ledger/releases';
import type { JsonObject } from '../durable/canonical-json';
import { deployedGit } from '../notes/deployed-commit';
import { RunStoppedError } from './context';
import { imagesOf, type DeployParts } from './deploy';

/** What is promoted, and what git knew of the commit that it was baked from. */
interface Promoted {
  readonly images: ReadonlyMap<string, BakedImage>;
  readonly git: JsonObject;
}

/**
 * The images that were healthy in another environment for long enough: the same digests, never a new bake
 * (release-engine.md §3.16).
 *
 * @throws RunStoppedError `refused` naming what is missing
 */
export async function promotedImages(parts: DeployParts): Promise<Promoted> {
  const { images, git } = await parts.steps.step<Chosen>('gate', {
    intent: () => ({ what: 'promote' }),
    act: () => chooseImages(parts),
    recover: () => Promise.resolve(undefined),
  });
  return { images: new Map(images.map((image) => [image.name, image])), git };
}

interface Chosen extends JsonObject {
  readonly images: readonly BakedImage[];
  readonly git: JsonObject;
}

async function chooseImages(parts: DeployParts): Promise<Chosen> {
  const { environment, context } = parts;
  const from = environment.promoteFrom;
  if (!from) throw new RunStoppedError('refused', `${environment.name} names no environment to promote from.`);
  const history = new ReleaseHistory(parts.readLedger(from.environment));
  const live = history.live();
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
    if (answer.is !== 'there') refuse(answer.reason);
    images.push(image);
  }
  context.tell({ type: 'state', state: 'BAKED', text: `Promoting ${live.id} of ${from.environment}` });
  return { images, git: deployedGit(live, history) ?? live.git };
}
