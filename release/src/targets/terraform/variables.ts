import { fillText, UnknownValueError, type Known } from '../../config/interpolate';
import type { TerraformBlueGreen, TerraformTargetConfig } from '../../config/types';
import type { JsonObject } from '../../durable/canonical-json';
import { RunStoppedError } from '../../run/context';
import type { DesiredRelease, Observation } from '../target';
import { declaredVariables, RELEASE_VARIABLE } from './declared';

/** Works out the variables of each step. Everything that a step does not change stays as the target says it is. */
export class TerraformVariables {
  private readonly declared: ReadonlySet<string>;

  /**
   * @param module absolute path of the root module
   * @throws RunStoppedError when the configuration names a variable that does not exist
   */
  constructor(
    private readonly config: TerraformTargetConfig,
    module: string,
  ) {
    this.declared = declaredVariables(module);
    const { blueGreen, set, directory } = config;
    const used = [...Object.keys(set), ...(blueGreen ? [blueGreen.active.variable, blueGreen.image.variable] : [])];
    const missing = used.filter((name) => !this.declared.has(name));
    if (missing.length === 0) return;
    throw new RunStoppedError(
      'refused',
      `${directory} declares no variable ${missing.map((name) => `\`${name}\``).join(', ')}. Add it, or correct \`target.terraform\`. Nothing was changed.`,
    );
  }

  /** @param slot the colour to deploy to; undefined without colours */
  deploy(release: DesiredRelease, slot: string | undefined, now: Observation): JsonObject {
    const { blueGreen } = this.config;
    const own = this.filled(release.known);
    if (!blueGreen || slot === undefined) return { ...own, ...this.stamp(release.id) };
    const image = onlyImage(release);
    return {
      ...own,
      [blueGreen.active.variable]: now.activeSlot ?? slot,
      [blueGreen.image.variable]: { ...firstImages(blueGreen, image, now), ...imagesOf(now), [slot]: image },
      ...this.stamp({ ...releasesOf(now), [slot]: release.id }),
    };
  }

  route(release: DesiredRelease, to: string, now: Observation): JsonObject {
    return { ...this.filled(release.known), ...this.colours(to, imagesOf(now)), ...this.stamp(releasesOf(now)) };
  }

  /** @param known of the release that stays */
  retire(slot: string, now: Observation, known: Known | undefined): JsonObject {
    const { [slot]: _image, ...images } = imagesOf(now);
    const { [slot]: _release, ...releases } = releasesOf(now);
    const isEmptied = this.config.blueGreen?.idle === 'scale-to-zero';
    return {
      ...this.filled(known ?? {}),
      ...this.colours(now.activeSlot ?? '', isEmptied ? { ...images, [slot]: '' } : images),
      ...this.stamp(releases),
    };
  }

  private colours(active: string, images: JsonObject): JsonObject {
    const { blueGreen } = this.config;
    if (!blueGreen) return {};
    return { [blueGreen.active.variable]: active, [blueGreen.image.variable]: images };
  }

  /** The release on the target itself, where the configuration has a place for it. */
  private stamp(value: string | JsonObject): JsonObject {
    return this.declared.has(RELEASE_VARIABLE) ? { [RELEASE_VARIABLE]: value } : {};
  }

  private filled(known: Known): JsonObject {
    try {
      return Object.fromEntries(Object.entries(this.config.set).map(([name, text]) => [name, fillText(text, known)]));
    } catch (error) {
      if (!(error instanceof UnknownValueError)) throw error;
      throw new RunStoppedError('refused', `\`target.terraform.set\`: ${error.message} Nothing was changed.`);
    }
  }
}

/** The image of a release that has one. */
function onlyImage({ images }: DesiredRelease): string {
  const [first, ...more] = images.values();
  if (first && more.length === 0) return first.id;
  throw new RunStoppedError(
    'refused',
    '`blueGreen` gives each colour one image. Name one image for this environment. Nothing was changed.',
  );
}

/** At the very first deployment a configuration that always has both colours needs an image for both. */
function firstImages({ active, idle }: TerraformBlueGreen, image: string, now: Observation): JsonObject {
  if (now.activeSlot !== undefined || idle === 'destroy') return {};
  return Object.fromEntries(active.values.map((colour) => [colour, idle === 'keep' ? image : '']));
}

function imagesOf({ slots }: Observation): JsonObject {
  return Object.fromEntries(
    slots.flatMap(({ name, running: [image] }) => (image === undefined ? [] : [[name, image]])),
  );
}

function releasesOf({ slots }: Observation): JsonObject {
  return Object.fromEntries(slots.flatMap(({ name, release }) => (release === undefined ? [] : [[name, release]])));
}
