import { existsSync, readdirSync } from 'node:fs';
import { Ledger } from '../ledger/ledger';
import { ReleaseHistory } from '../ledger/releases';
import type { Observation } from '../targets/target';
import { RunStoppedError } from './context';
import type { DeployParts } from './deploy';
import { Journal } from './journal';
import { readSpec } from './spec';

/**
 * A slot may hold the only copy of the last healthy release: then ending it takes the way back away, and a person must
 * type the name of the environment (release-engine.md §3.7 and §3.13). That word is one of its own: the one that approves
 * a plan says nothing of this.
 *
 * @param releaseInSlot what the slot runs
 * @throws RunStoppedError `refused`
 */
export async function requireWayBack(slot: string, releaseInSlot: string, parts: DeployParts): Promise<void> {
  const { root, context, environment, spec } = parts;
  // With the release that this run itself brought live: what it took the place of is the way back.
  const history = new ReleaseHistory(Ledger.read(root.ledger(environment.name)));
  const back = history.defaultTarget();
  const held = history.byId(releaseInSlot);
  const images = (release: typeof back): string => release?.images.map(({ id }) => id).join() ?? '';
  if (!back || images(held) !== images(back) || spec.decisions.endLastWayBack === environment.name) return;
  for (const image of back.images) {
    const config = context.pipeline.images.get(image.name);
    const there = config && (await parts.bake.bakerOf(config).retrievable(image, context));
    if (there?.is === 'there') continue;
    throw new RunStoppedError(
      'refused',
      `${slot} holds ${back.id}, the last release that could be gone back to, and its image cannot be had elsewhere: ${there?.reason ?? 'the file has it no more'}. ` +
        `To end it all the same: \`immutable-infra retire ${environment.name} ${slot} --end-last-way-back ${environment.name}\`. Nothing was changed.`,
    );
  }
}

/**
 * Where nothing says which slot has the traffic, any of them may. Ending one is then for a person who looked, names it
 * and types the environment (release-engine.md §3.7).
 *
 * @throws RunStoppedError `refused`
 */
export function requireKnownTraffic(slot: string, now: Observation, { environment, spec }: DeployParts): void {
  const runs = now.slots.some(({ running }) => running.length > 0);
  if (now.activeSlot !== undefined || !runs) return;
  const { kind, slot: named, decisions } = spec;
  if (kind === 'retire' && named === slot && decisions.confirm === environment.name) return;
  throw new RunStoppedError(
    'refused',
    `Nothing says which slot has the traffic, so ${slot} may be serving. Look which one does; to end ${slot} all the same: \`immutable-infra retire ${environment.name} ${slot} --confirm ${environment.name}\`. Nothing was changed.`,
  );
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
