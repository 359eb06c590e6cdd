import type { Known } from '../../config/interpolate';
import type { TerraformBlueGreen, TerraformTargetConfig } from '../../config/types';
import { RunStoppedError } from '../../run/context';
import type { Observation, ObservedSlot } from '../target';
import { RELEASE_VARIABLE } from './declared';
import type { ReleaseWitness } from './ledger-witness';
import type { TerraformOutputs } from './terraform-cli';

/** The one place that a target without colours has. It always has the traffic, so nothing retires it. */
export const ONLY_SLOT = 'live';

/** What the outputs of a state say is live. */
export function observationOf(
  config: TerraformTargetConfig,
  outputs: TerraformOutputs,
  isEmpty: boolean,
  witness: ReleaseWitness | undefined,
): Observation {
  const { blueGreen } = config;
  if (!blueGreen) return withoutColours(config, outputs, witness);
  const activeSlot = activeColour(blueGreen, outputs, isEmpty);
  const images = textMap(outputs.get(blueGreen.image.output));
  const stamps = textMap(outputs.get(RELEASE_VARIABLE));
  const slots = blueGreen.active.values.map((name): ObservedSlot => {
    const image = images.get(name) ?? '';
    // An empty text is how a colour is scaled to nothing.
    if (image === '') return { name, running: [], release: undefined };
    return { name, running: [image], release: stamps.get(name) ?? witness?.releaseIn(name, image) };
  });
  return { activeSlot, slots, stampedRelease: activeSlot === undefined ? undefined : stamps.get(activeSlot) };
}

function activeColour({ active }: TerraformBlueGreen, outputs: TerraformOutputs, isEmpty: boolean): string | undefined {
  const value = outputs.get(active.output);
  if (active.values.some((colour) => colour === value)) return value as string;
  // Without a state nothing serves. With one, something may, and nobody says which.
  if (isEmpty) return undefined;
  throw new RunStoppedError(
    'refused',
    `The state has no output \`${active.output}\` that is ${active.values.join(' or ')}, so nobody can tell which colour serves. ` +
      `Add the output, apply once by hand, and run the command again. Nothing was changed.`,
  );
}

function withoutColours(
  { readImage }: TerraformTargetConfig,
  outputs: TerraformOutputs,
  witness: ReleaseWitness | undefined,
): Observation {
  const image = readImage ? textOf(outputs.get(readImage.output)) : undefined;
  const stamp = textOf(outputs.get(RELEASE_VARIABLE));
  if (image === undefined || image === '') return { activeSlot: undefined, slots: [], stampedRelease: stamp };
  const release = stamp ?? witness?.releaseIn(ONLY_SLOT, image);
  return { activeSlot: ONLY_SLOT, slots: [{ name: ONLY_SLOT, running: [image], release }], stampedRelease: stamp };
}

/**
 * Values for health checks. `idle` is the colour that was deployed to, before the traffic moves and after it: a check
 * asks the new version however often it runs.
 */
export function knownOf(config: TerraformTargetConfig, outputs: TerraformOutputs, slot: string | undefined): Known {
  const texts = [...outputs].flatMap(([name, value]) => {
    const text = textOf(value);
    return text === undefined ? [] : [[name, text] as const];
  });
  const output = Object.fromEntries(texts);
  const url = output['url'];
  const other = config.blueGreen?.active.values.find((colour) => colour !== slot);
  const colours = slot === undefined || other === undefined ? undefined : { name: slot, idle: slot, active: other };
  return { output, ...(url === undefined ? {} : { target: { url } }), ...(colours ? { slot: colours } : {}) };
}

function textMap(value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([name, member]) => {
      const text = textOf(member);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
