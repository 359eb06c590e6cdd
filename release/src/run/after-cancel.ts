import type { BakedImage } from '../bakers/baker';
import type { StoredRelease } from '../ledger/releases';
import type { DesiredRelease, Observation } from '../targets/target';
import { observe, routeTo, type LiveParts } from './bring-live';
import { RunStoppedError } from './context';

/**
 * A run that was cancelled after its apply leaves nothing unsaid: traffic that was moved goes back, what was applied is
 * noted in the ledger as an attempt, and the person learns what remains (release-engine.md §3.8).
 *
 * @param before what ran when the run began
 * @returns the error that ends the run
 */
export async function afterCancel(
  cancelled: RunStoppedError,
  release: DesiredRelease,
  slot: string | undefined,
  before: Observation,
  parts: LiveParts,
): Promise<RunStoppedError> {
  const { steps, ledger, spec, context } = parts;
  return context.settle(async () => {
    const note = (): Promise<{ readonly slot: string | null }> => {
      const images = [...release.images.values()];
      const attempt = { id: release.id, images, reason: cancelled.message, slot: slot ?? null };
      ledger.append({ type: 'attempt', run: spec.run, ...attempt });
      return Promise.resolve({ slot: slot ?? null });
    };
    await steps.step('cancel', {
      intent: () => ({ why: cancelled.message, release: release.id }),
      act: note,
      recover: note,
    });
    const remains = slot === undefined ? 'The new version is applied; nothing was undone.' : await leave(slot);
    return new RunStoppedError('cancelled', `${cancelled.message} ${remains}`, cancelled.evidence);
  });

  async function leave(own: string): Promise<string> {
    const now = await observe(parts, 'cancel');
    const idle = `${own} runs the new version and has no traffic; \`immutable-infra retire\` ends it.`;
    if (now.activeSlot !== own) return `${now.activeSlot ?? 'Nothing'} serves. ${idle}`;
    const old = before.activeSlot;
    if (old === undefined || old === own) return `${own} serves the new version: nothing served before it.`;
    try {
      await routeTo(servedBefore(release, parts), old, now, parts);
    } catch (error) {
      if (!(error instanceof RunStoppedError)) throw error;
      return `${own} serves the new version: the traffic could not be moved back to ${old}: ${error.message}`;
    }
    return `The traffic is back on ${old}. ${idle}`;
  }
}

/** What the old slot runs: the live release of the ledger, when it knows one. */
function servedBefore(release: DesiredRelease, { history }: LiveParts): DesiredRelease {
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
