import type { BakedImage } from '../bakers/baker';
import type { StoredRelease } from '../ledger/releases';
import type { DesiredRelease, Observation } from '../targets/target';
import { observe, routeTo, type LiveParts } from './bring-live';
import { RunStoppedError } from './context';
import { whatEnds } from './retire-slot';

/** A run that stops after its apply: what it applied, and where. */
export interface Stopped {
  readonly error: RunStoppedError;
  readonly release: DesiredRelease;
  /** The release that it brings back; null for a new version. */
  readonly rollbackOf: string | null;
  readonly slot: string | undefined;
  /** What ran when the run began. */
  readonly before: Observation;
  /** True when what served before is not healthy: then no traffic goes back to it. */
  readonly isReturn: boolean;
}

/**
 * A run that stops after its apply leaves nothing unsaid, whether it was cancelled, denied or failed: traffic that was
 * moved goes back, what was applied is noted in the ledger as an attempt, and the person learns what remains
 * (release-engine.md §3.8).
 *
 * @returns the error that ends the run
 */
export async function afterStop(stopped: Stopped, parts: LiveParts): Promise<RunStoppedError> {
  const { error, release, rollbackOf, slot, before, isReturn } = stopped;
  const { steps, ledger, spec, context, target } = parts;
  const { kind, evidence } = error;
  const why = withoutUnchanged(error.message);
  return context.settle(async () => {
    const marked = (): Promise<{ readonly slot: string | null }> => Promise.resolve({ slot: slot ?? null });
    await steps.step(kind === 'cancelled' ? 'cancel' : 'rollback', {
      intent: () => ({ why: error.message, kind, release: release.id }),
      act: marked,
      recover: marked,
    });
    const left =
      slot === undefined
        ? { text: 'The new version is applied; nothing was undone.', serves: true }
        : await leave(slot);
    const images = [...release.images.values()];
    const attempt = { id: release.id, images, reason: why, slot: slot ?? null, serves: left.serves };
    ledger.append({ type: 'attempt', run: spec.run, ...attempt });
    const own = kind === 'cancelled' || kind === 'stuck' ? kind : 'partial';
    return new RunStoppedError(own, `${why} ${left.text}`, evidence);
  });

  async function leave(own: string): Promise<{ readonly text: string; readonly serves: boolean }> {
    const now = await observe(parts, 'stop');
    const what = rollbackOf === null ? 'the new version' : `${rollbackOf} as ${release.id}`;
    const idle = `${own} runs ${what} and has no traffic; ${whatEnds(target)}.`;
    if (now.activeSlot !== own) return { text: `${now.activeSlot ?? 'Nothing'} serves. ${idle}`, serves: false };
    if (isReturn) return { text: `${own} serves ${what}.`, serves: true };
    const old = before.activeSlot;
    if (old === undefined || old === own)
      return { text: `${own} serves ${what}: nothing served before it.`, serves: true };
    try {
      await routeTo(servedBefore(release, parts), old, now, parts, 'back');
    } catch (failure) {
      if (!(failure instanceof RunStoppedError)) throw failure;
      const text = `${own} serves ${what}: the traffic could not be moved back to ${old}: ${failure.message}`;
      return { text, serves: true };
    }
    return { text: `The traffic is back on ${old}. ${idle}`, serves: false };
  }
}

/** Whoever stopped the run spoke of its own step: the run has changed something. */
export function withoutUnchanged(message: string): string {
  return message.replace(/\s*Nothing was changed\.$/, '');
}

/** What the old slot runs: the live release of the ledger, when it knows one. */
export function servedBefore(release: DesiredRelease, { history }: LiveParts): DesiredRelease {
  const live = history.live();
  if (!live) return release;
  const images = new Map(live.images.map((image): [string, BakedImage] => [image.name, image]));
  return { id: live.id, images, known: { ...release.known, release: releaseValues(live) }, config: undefined };
}

function releaseValues({ id, t, git }: StoredRelease): Readonly<Record<string, string>> {
  const { commit, branch } = git;
  return {
    id,
    version: id,
    time: t,
    ...(typeof commit === 'string' ? { commit } : {}),
    ...(typeof branch === 'string' ? { branch } : {}),
  };
}
