import type { BakedImage } from '../bakers/baker';
import type { StoredRelease } from '../ledger/releases';
import type { DesiredRelease, Observation } from '../targets/target';
import { servedBefore, withoutUnchanged } from './after-stop';
import { healthOf, listed, observe, routeTo, type UnhealthyError } from './bring-live';
import { RunStoppedError } from './context';
import { releaseId, type DeployParts, type RunEnd } from './deploy';
import { retireSlot, whatEnds } from './retire-slot';
import { rollbackTo } from './rollback';
import { wayBack } from './way-back';

/** A version that did not become, or did not stay, healthy. */
interface Failed {
  readonly failure: UnhealthyError;
  readonly release: DesiredRelease;
  /** What the target was when it failed. */
  readonly now: Observation;
}

/**
 * After a deployment that did not become healthy. Where the old version still has the traffic, the new one is ended and
 * nothing else happens; where it does not, the last healthy release is brought back, if the configuration says so.
 *
 * @throws RunStoppedError `stuck` when it could not be brought back, `cancelled` when somebody stopped that
 */
export async function bringBack(failure: UnhealthyError, release: DesiredRelease, parts: DeployParts): Promise<RunEnd> {
  const { environment, context, history } = parts;
  context.tell({ type: 'problem', text: failure.message });
  const failed: Failed = { failure, release, now: await observe(parts, 'bring-back') };
  const serves = servesStill(failed, failed.now);
  if (failure.slot !== undefined && !serves) {
    noteAttempt(failed, false, parts);
    return endUnrouted(failure.slot, failed, parts);
  }
  const last = history.live();
  if (!environment.rollback.auto || !last) {
    noteAttempt(failed, true, parts);
    // Something has changed, for the worse: that comes first, with the way out of it.
    return { outcome: 'partial', text: `${servingText(failed, parts)}\n${failure.message}` };
  }
  const warm = warmSlot(last, failed);
  // Until something else serves, the ledger says that this one does.
  if (warm === undefined) noteAttempt(failed, true, parts);
  try {
    const text = await (warm === undefined ? bringBackAnew(last, parts) : routeBack(last, warm, failed, parts));
    if (warm !== undefined) noteAttempt(failed, false, parts);
    return { outcome: 'rolled-back', text: `${failure.message}\n${text}` };
  } catch (error) {
    if (!(error instanceof RunStoppedError)) throw error;
    const seen = await context.settle(() => observe(parts, 'after-return'));
    if (warm !== undefined) noteAttempt(failed, servesStill(failed, seen), parts);
    throw notReturned(error, last, failed, seen);
  }
}

/** The version got no traffic: nothing has to go back. */
async function endUnrouted(slot: string, { failure, now }: Failed, parts: DeployParts): Promise<RunEnd> {
  const logs = (await parts.target.logs?.(slot, parts.context)) ?? [];
  const said = logs.map((line) => `\n${line}`).join('');
  const serving = now.activeSlot === undefined ? 'Nothing serves' : `${now.activeSlot} still serves`;
  if (!parts.environment.rollback.auto || parts.target.keepsIdle !== undefined) {
    return { outcome: 'failed', text: `${failure.message}\n${serving}; ${slot} is kept to look at.${said}` };
  }
  const { left } = await retireSlot(slot, parts);
  const rest = left.length === 0 ? '' : ` Of ${slot} is left: ${left.join(', ')}.`;
  return { outcome: 'rolled-back', text: `${failure.message}\n${serving}; ${slot} was ended.${rest}` };
}

/** That the broken version has the traffic, and how a person takes it away again. */
function servingText({ failure, release }: Failed, { environment, history }: DeployParts): string {
  const place = failure.slot === undefined ? '' : ` in ${failure.slot}`;
  const live = history.live();
  const back = live && history.whyNot(live) === undefined ? live : history.defaultTarget();
  const way =
    back === undefined
      ? 'There is no release to go back to: deploy a version that is healthy.'
      : `\`immutable-infra rollback ${environment.name}\` goes back to ${back.id}.`;
  return `${release.id} has the traffic${place} and is not healthy. ${way}`;
}

async function bringBackAnew(last: StoredRelease, parts: DeployParts): Promise<string> {
  const { wanted } = await wayBack(last.id, parts);
  return (await rollbackTo(wanted, `${releaseId(parts.spec)}-back`, parts, true)).text;
}

/** The slot where the wanted release was kept warm: nothing has to be started to go back there. */
function warmSlot(last: StoredRelease, { failure, now }: Failed): string | undefined {
  const accepted = namesOf(last.images);
  return now.slots.find(
    ({ name, running, release }) =>
      failure.slot !== undefined &&
      name !== failure.slot &&
      release === last.id &&
      running.length >= last.images.length &&
      running.every((id) => accepted.has(id)),
  )?.name;
}

async function routeBack(last: StoredRelease, warm: string, failed: Failed, parts: DeployParts): Promise<string> {
  const { context } = parts;
  const back = servedBefore(failed.release, parts);
  context.tell({ type: 'state', state: 'ROLLING_BACK', text: `Going back to ${last.id}, which ${warm} still runs` });
  await routeTo(back, warm, failed.now, parts, 'back');
  const seen = await observe(parts, 'returned');
  if (seen.activeSlot !== warm) throw new RunStoppedError('stuck', `The traffic did not go back to ${warm}.`);
  const health = await healthOf(back, warm, 'HEALTH', parts);
  if (health.verdict === 'unhealthy' || health.verdict === 'unconfirmed') {
    throw new RunStoppedError(
      'stuck',
      `${last.id} has the traffic again and is not healthy either.${listed(health.evidence)}\n`,
    );
  }
  const { slot = '' } = failed.failure;
  return `The traffic is back on ${warm}, which runs ${last.id}. ${slot} is kept to look at; ${whatEnds(parts.target)}.`;
}

/** The return did not get to its end: what the person must know is who serves now. */
function notReturned(
  stopped: RunStoppedError,
  last: StoredRelease,
  failed: Failed,
  seen: Observation,
): RunStoppedError {
  const { failure, release } = failed;
  const place = failure.slot === undefined ? '' : ` in ${failure.slot}`;
  const serving = servesStill(failed, seen)
    ? `${release.id}, which is not healthy, serves${place}.`
    : `${seen.activeSlot ?? 'Nobody knows what'} serves.`;
  const why = withoutUnchanged(stopped.message);
  return new RunStoppedError(
    stopped.kind === 'cancelled' ? 'cancelled' : 'stuck',
    `${failure.message}\nThe way back to ${last.id} was not gone to its end: ${why}\n${serving}`,
    stopped.evidence,
  );
}

/** Whether a version that failed has the traffic. Where there are no slots it does, until another takes its place. */
function servesStill({ failure, release }: Failed, seen: Observation): boolean {
  if (failure.slot !== undefined) return seen.activeSlot === failure.slot;
  const running = seen.slots.flatMap((slot) => slot.running);
  const own = namesOf([...release.images.values()]);
  return running.length === 0 || running.some((id) => own.has(id));
}

/** Everything that a target may call these images. */
function namesOf(images: readonly BakedImage[]): ReadonlySet<string> {
  return new Set(images.flatMap(({ id, ref, digests }) => [id, ref, ...digests]));
}

function noteAttempt({ failure, release }: Failed, serves: boolean, { ledger, spec }: DeployParts): void {
  ledger.append({
    type: 'attempt',
    run: spec.run,
    id: release.id,
    images: [...release.images.values()],
    reason: failure.message,
    slot: failure.slot ?? null,
    serves,
  });
}
