import type { BakedImage } from '../bakers/baker';
import type { StoredRelease } from '../ledger/releases';
import { tellNotes } from '../notes/before-approval';
import { deployedCommit, deployedGit } from '../notes/deployed-commit';
import type { DesiredRelease } from '../targets/target';
import { bringLive, observe, UnhealthyError, type LiveParts } from './bring-live';
import { RunStoppedError } from './context';
import { knownOf, releaseId, retireSlot, type DeployParts, type RunEnd } from './deploy';
import { actorOf } from './spec';

/** Goes back to a release that was healthy. A new record ahead: nothing is ever rewound (release-engine.md §3.7). */
export async function rollback(parts: DeployParts): Promise<RunEnd> {
  const { spec, history } = parts;
  const live = history.live();
  const wanted = spec.release === null ? history.defaultTarget() : history.byId(spec.release);
  if (!wanted) {
    const why =
      spec.release === null
        ? 'no earlier release was healthy and is still there'
        : `there is no release ${spec.release}`;
    throw new RunStoppedError('refused', `There is nothing to go back to: ${why}. Nothing was changed.`);
  }
  if (wanted.id === live?.id && !history.displacing())
    return { outcome: 'live', text: `${wanted.id} is live already. Nothing was changed.` };
  return rollbackTo(wanted, parts);
}

async function rollbackTo(wanted: StoredRelease, parts: DeployParts): Promise<RunEnd> {
  const { spec, history, environment, context } = parts;
  const reason = history.whyNot(wanted);
  if (reason !== undefined)
    throw new RunStoppedError('refused', `${wanted.id} cannot be gone back to: ${reason}. Nothing was changed.`);
  requireOneWayAccepted(wanted, parts);
  await requireRetrievable(wanted, parts);
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
    id: releaseId(spec),
    images,
    known: knownOf(spec, images, git),
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
    );
  } catch (error) {
    if (!(error instanceof UnhealthyError)) throw error;
    throw new RunStoppedError(
      'stuck',
      `Going back to ${wanted.id} failed: ${error.message} Both versions are kept; look at them.`,
      error.evidence,
    );
  }
  return {
    outcome: spec.kind === 'rollback' ? 'live' : 'rolled-back',
    text: `${wanted.id} is live again, as ${release.id}.`,
  };
}

function requireOneWayAccepted(wanted: StoredRelease, { history, spec, ledger }: LiveParts): void {
  const all = history.oneWayAfter(wanted);
  const crossed = all.filter(({ id }) => !spec.decisions.acceptOneWay.includes(id));
  if (crossed.length === 0) {
    const accepted = all.map(({ id }) => id);
    if (accepted.length > 0) ledger.append({ type: 'note', run: spec.run, what: 'one-way-accepted', accepted });
    return;
  }
  const ids = crossed.map(({ id }) => id);
  throw new RunStoppedError(
    'refused',
    `Going back to ${wanted.id} crosses ${ids.join(', ')}, which cannot be undone. Accept it with ${ids.map((id) => `--accept-one-way ${id}`).join(' ')}. Nothing was changed.`,
  );
}

/** Asked before anything is stopped: a registry may have deleted what nobody tags (finding 8). */
async function requireRetrievable(wanted: StoredRelease, parts: DeployParts): Promise<void> {
  const { context, ledger, spec } = parts;
  for (const image of wanted.images) {
    const config = context.pipeline.images.get(image.name);
    if (!config)
      throw new RunStoppedError(
        'refused',
        `immutable.yaml has no image \`${image.name}\` any more. Nothing was changed.`,
      );
    const answer = await parts.bake.bakerOf(config).retrievable(image, context);
    if (answer === true) continue;
    ledger.append({ type: 'gone', run: spec.run, image: image.ref, reason: answer });
    throw new RunStoppedError('refused', `${wanted.id} cannot be gone back to: ${answer}. Nothing was changed.`);
  }
}

/**
 * After a deployment that did not become healthy. Where the old version still has the traffic, the new one is ended and
 * nothing else happens; where it does not, the last healthy release is brought back, if the configuration says so.
 */
export async function bringBack(failure: UnhealthyError, release: DesiredRelease, parts: DeployParts): Promise<RunEnd> {
  const { environment, context, ledger, spec, history } = parts;
  context.tell({ type: 'problem', text: failure.message });
  const now = await observe(parts, 'bring-back');
  ledger.append({
    type: 'attempt',
    run: spec.run,
    id: release.id,
    images: [...release.images.values()],
    reason: failure.message,
    slot: failure.slot ?? null,
    serves: failure.slot === undefined || now.activeSlot === failure.slot,
  });
  const logs = failure.slot === undefined ? [] : ((await parts.target.logs?.(failure.slot, context)) ?? []);
  const said = logs.map((line) => `\n${line}`).join('');
  if (failure.slot !== undefined && now.activeSlot !== failure.slot) {
    if (!environment.rollback.auto) {
      return {
        outcome: 'failed',
        text: `${failure.message}\n${now.activeSlot ?? 'Nothing'} still serves; ${failure.slot} is kept to look at.${said}`,
      };
    }
    const { left } = await retireSlot(failure.slot, parts);
    const rest = left.length === 0 ? '' : ` Of ${failure.slot} is left: ${left.join(', ')}.`;
    return {
      outcome: 'rolled-back',
      text: `${failure.message}\n${now.activeSlot ?? 'Nothing'} still serves; ${failure.slot} was ended.${rest}`,
    };
  }
  const last = history.live();
  if (!environment.rollback.auto || !last) {
    return {
      outcome: 'failed',
      text: `${failure.message}\nThe new version has the traffic. \`immutable-infra rollback ${environment.name}\` goes back.`,
    };
  }
  return rollbackTo(last, parts);
}
