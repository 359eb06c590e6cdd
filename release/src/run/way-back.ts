import type { ImageThere } from '../bakers/baker';
import { THERE_AGAIN, type StoredRelease } from '../ledger/releases';
import { RunStoppedError } from './context';
import type { DeployParts } from './deploy';

/** Where a rollback goes, and whether there is anything to do for it. */
export interface WayBack {
  readonly wanted: StoredRelease;
  readonly isLive: boolean;
}

/**
 * Chooses the release that a rollback brings back, and asks whether it can be brought back, before anything is stopped.
 * It is one step: whatever a resumed run finds, it goes to the release that was chosen.
 *
 * @param named what is wanted; the best of the ways back when nobody says
 * @throws RunStoppedError `refused` with the reason
 */
export async function wayBack(named: string | null, parts: DeployParts): Promise<WayBack> {
  const { steps, history } = parts;
  const { release, isLive } = await steps.step('gate', {
    intent: () => ({ what: 'way-back-to', named }),
    act: async () => {
      const chosen = named === null ? await best(parts) : await one(named, parts);
      if (!chosen.isLive) requireOneWayAccepted(chosen.wanted, parts);
      return { release: chosen.wanted.id, isLive: chosen.isLive };
    },
    recover: () => Promise.resolve(undefined),
  });
  const wanted = history.byId(release);
  if (!wanted) throw refused(`The ledger has no release ${release} any more`);
  return { wanted, isLive };
}

async function one(named: string, parts: DeployParts): Promise<WayBack> {
  const { history } = parts;
  const wanted = history.byId(named);
  if (!wanted) throw refused(`There is nothing to go back to: there is no release ${named}`);
  if (named === history.live()?.id && !history.displacing()) return { wanted, isLive: true };
  const unfit = history.unfit(wanted);
  if (unfit !== undefined) throw refused(`${named} cannot be gone back to: ${unfit}`);
  const there = await askFor(wanted, parts);
  if (there.is === 'there') return { wanted, isLive: false };
  throw refused(`${named} cannot be gone back to${there.is === 'unknown' ? ' now' : ''}: ${there.reason}`);
}

/** Never an older one in silence: only what the ledger knows as gone, and is gone still, is passed over. */
async function best(parts: DeployParts): Promise<WayBack> {
  const { history } = parts;
  for (const wanted of history.waysBack()) {
    const wasGone = history.whyNot(wanted) !== undefined;
    const there = await askFor(wanted, parts);
    if (there.is === 'there') return { wanted, isLive: false };
    if (there.is === 'gone' && wasGone) continue;
    const id = wanted.id;
    throw refused(
      there.is === 'gone'
        ? `${id} cannot be gone back to: ${there.reason}`
        : `${id} cannot be gone back to now: ${there.reason}. Try again, or name another release`,
    );
  }
  throw refused('There is nothing to go back to: no earlier release was healthy and is still there');
}

/** Whether all images of a release can be had. What is proven goes into the ledger; what nobody can tell does not. */
async function askFor(wanted: StoredRelease, parts: DeployParts): Promise<ImageThere> {
  const { context, ledger, spec, history } = parts;
  for (const image of wanted.images) {
    const config = context.pipeline.images.get(image.name);
    if (!config) throw refused(`immutable.yaml has no image \`${image.name}\` any more`);
    const there = await parts.bake.bakerOf(config).retrievable(image, context);
    const known = history.whyGone(image.ref);
    if (there.is === 'gone' && known === undefined) {
      ledger.append({ type: 'gone', run: spec.run, image: image.ref, reason: there.reason });
    }
    if (there.is === 'there' && known !== undefined) {
      ledger.append({ type: 'note', run: spec.run, what: THERE_AGAIN, image: image.ref });
    }
    if (there.is !== 'there') return there;
  }
  return { is: 'there' };
}

function requireOneWayAccepted(wanted: StoredRelease, { history, spec, ledger }: DeployParts): void {
  const all = history.oneWayAfter(wanted);
  const crossed = all.filter(({ id }) => !spec.decisions.acceptOneWay.includes(id));
  if (crossed.length === 0) {
    const accepted = all.map(({ id }) => id);
    if (accepted.length > 0) ledger.append({ type: 'note', run: spec.run, what: 'one-way-accepted', accepted });
    return;
  }
  const ids = crossed.map(({ id }) => id);
  throw refused(
    `Going back to ${wanted.id} crosses ${ids.join(', ')}, which cannot be undone. Accept it with ${ids.map((id) => `--accept-one-way ${id}`).join(' ')}`,
  );
}

function refused(why: string): RunStoppedError {
  return new RunStoppedError('refused', `${why}. Nothing was changed.`);
}
