import type { BakedImage } from '../bakers/baker';
import type { StoredRelease } from '../ledger/releases';
import { tellNotes } from '../notes/before-approval';
import { deployedCommit, deployedGit } from '../notes/deployed-commit';
import type { DesiredRelease } from '../targets/target';
import { bringLive, observe, UnhealthyError } from './bring-live';
import { RunStoppedError } from './context';
import { knownOf, releaseId, type DeployParts, type RunEnd } from './deploy';
import { actorOf } from './spec';
import { wayBack } from './way-back';

/** Goes back to a release that was healthy. A new record ahead: nothing is ever rewound (release-engine.md §3.7). */
export async function rollback(parts: DeployParts): Promise<RunEnd> {
  const { wanted, isLive } = await wayBack(parts.spec.release, parts);
  if (isLive) return { outcome: 'live', text: `${wanted.id} is live already. Nothing was changed.` };
  return rollbackTo(wanted, releaseId(parts.spec), parts);
}

/**
 * Brings a release back beside what runs.
 *
 * @param id of what it is brought back as
 * @param isReturn true when what serves now is not healthy
 * @throws RunStoppedError
 */
export async function rollbackTo(
  wanted: StoredRelease,
  id: string,
  parts: DeployParts,
  isReturn = false,
): Promise<RunEnd> {
  const { spec, history, environment, context } = parts;
  const images = new Map(wanted.images.map((image): [string, BakedImage] => [image.name, image]));
  const mode = spec.decisions.mode ?? environment.rollback.mode;
  if (mode === 'full' && wanted.config === null) {
    context.tell({
      type: 'warning',
      text: `Only the image is brought back: the ledger does not know how ${wanted.id} was configured.`,
    });
  }
  const git = deployedGit(wanted, history) ?? wanted.git;
  const release: DesiredRelease = {
    id,
    images,
    known: knownOf(spec, images, git, id),
    checkout: spec.git.commit ?? undefined,
    config: mode === 'full' ? (wanted.config ?? undefined) : undefined,
  };
  const live = history.live();
  context.tell({ type: 'state', state: 'ROLLING_BACK', text: `Going back to ${wanted.id}` });
  const notes = await tellNotes(parts, deployedCommit(wanted, history));
  try {
    await bringLive(
      release,
      {
        kind: 'rollback',
        mode: release.config === undefined ? 'image' : 'full',
        rollbackOf: wanted.id,
        // What failed in the place of the live release never was a release.
        rolledBackFrom: live && live.id !== wanted.id ? live.id : null,
        config: wanted.config,
        oneWay: false,
        actor: actorOf(spec),
        git,
        checkout: { ...spec.git },
        overrides: [],
        notes,
      },
      parts,
      isReturn,
    );
  } catch (error) {
    if (!(error instanceof UnhealthyError)) throw error;
    throw await stuckWith(error, wanted, release, parts);
  }
  return {
    outcome: spec.kind === 'rollback' ? 'live' : 'rolled-back',
    text: `${wanted.id} is live again, as ${release.id}.`,
  };
}

async function stuckWith(
  failure: UnhealthyError,
  wanted: StoredRelease,
  release: DesiredRelease,
  parts: DeployParts,
): Promise<RunStoppedError> {
  const { slot = null } = failure;
  const now = await observe(parts, 'stuck');
  parts.ledger.append({
    type: 'attempt',
    run: parts.spec.run,
    id: release.id,
    images: [...release.images.values()],
    reason: failure.message,
    slot,
    serves: slot === null || now.activeSlot === slot,
  });
  return new RunStoppedError(
    'stuck',
    `Going back to ${wanted.id} failed: ${failure.message} Both versions are kept; look at them.`,
    failure.evidence,
  );
}
