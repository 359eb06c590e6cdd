import { existsSync, readdirSync } from 'node:fs';
import { RunStoppedError } from './context';
import type { DeployParts } from './deploy';
import { Journal } from './journal';
import { readSpec } from './spec';

/**
 * A slot may hold the only copy of the last healthy release: then ending it takes the way back away, and a person must
 * type the name of the environment (release-engine.md §3.7 and §3.13).
 *
 * @param releaseInSlot what the slot runs
 * @throws RunStoppedError `refused`
 */
export async function requireWayBack(slot: string, releaseInSlot: string, parts: DeployParts): Promise<void> {
  const { history, context, environment, spec } = parts;
  const back = history.defaultTarget();
  const held = history.byId(releaseInSlot);
  const images = (release: typeof back): string => release?.images.map(({ id }) => id).join() ?? '';
  if (!back || images(held) !== images(back) || spec.decisions.confirm === environment.name) return;
  for (const image of back.images) {
    const config = context.pipeline.images.get(image.name);
    const answer = config ? await parts.bake.bakerOf(config).retrievable(image, context) : 'the file has it no more';
    if (answer === true) continue;
    throw new RunStoppedError(
      'refused',
      `${slot} holds ${back.id}, the last release that could be gone back to, and its image cannot be had elsewhere: ${answer}. ` +
        `To end it all the same, say \`--confirm ${environment.name}\`. Nothing was changed.`,
    );
  }
}

/**
 * While a new version is on trial the old one stays, also when the run that watches it was interrupted.
 *
 * @throws RunStoppedError `refused`, naming the run
 */
export function requireNoTrial({ root, spec }: DeployParts): void {
  if (!existsSync(root.runs)) return;
  for (const run of readdirSync(root.runs)) {
    if (run === spec.run || !isOnTrial(root.run(run), spec.environment)) continue;
    throw new RunStoppedError(
      'refused',
      `Run ${run} moved the traffic and was interrupted while it watched the new version. Resume it first: \`immutable-infra resume ${run}\`. Nothing was changed.`,
    );
  }
}

function isOnTrial(directory: string, environment: string | null): boolean {
  try {
    if (readSpec(directory).environment !== environment) return false;
    const types = new Set(
      Journal.read(directory)
        .records()
        .map(({ type }) => type),
    );
    return types.has('route.intent') && !types.has('run.live') && !types.has('run.closed');
  } catch {
    // A folder that a crash left half made: nothing of it has run.
    return false;
  }
}
