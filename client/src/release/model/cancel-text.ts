import type { RunState } from '../../../../release/src/run/journal-entry';
import { cancelPolicyOf } from '../../../../release/src/process/cancel-policy';
import { l10n } from '../l10n';

/** How far a run has come with the target: nothing is changed, the new version is there, or its release is recorded. */
export type Reached = 'nothing' | 'applied' | 'live';

/** What cancelling does now. */
export interface CancelFacts {
  readonly state: RunState;
  /** A run looks, plans and asks before, between and behind its changes: the state alone does not say what is changed. */
  readonly reached: Reached;
  /** Name of the tool that runs; undefined when none does. */
  readonly tool: string | undefined;
  readonly hasSlots: boolean;
  /** Of this machine; tests name another. */
  readonly platform?: NodeJS.Platform | undefined;
}

/** What cancelling a run does in the state that it is in, said before it is done. */
export function cancelText(facts: CancelFacts): string {
  return [toolText(facts), remainsText(facts)].filter((text) => text !== '').join(' ');
}

/** True where no half may stay, so that a cancel waits: the traffic is being moved, or a container is being ended. */
export function isBroughtToEnd(state: RunState, tool: string): boolean {
  return state === 'ROUTING' || (state === 'RETIRING' && (tool === 'podman' || tool === 'docker'));
}

function toolText({ state, tool, platform }: CancelFacts): string {
  if (tool === undefined) return '';
  if (isBroughtToEnd(state, tool))
    return l10n.t('{0} is not asked to stop: what it does now takes seconds and is brought to its end.', tool);
  const { grace, then, signal } = cancelPolicyOf(tool, platform);
  // Nothing can ask it there: the run stops when the tool has ended by itself.
  if (signal === undefined) return l10n.t('The run stops when {0} has ended by itself.', tool);
  const time =
    grace >= 60_000
      ? l10n.t('{0} minutes', Math.round(grace / 60_000))
      : l10n.t('{0} seconds', Math.round(grace / 1000));
  return then === 'ask'
    ? l10n.t('{0} is asked to stop, once, and gets up to {1} to save its state. It is not killed.', tool, time)
    : l10n.t('{0} is asked to stop, and is killed after {1}.', tool, time);
}

function remainsText(facts: CancelFacts): string {
  const { state, hasSlots } = facts;
  switch (state) {
    case 'CREATED':
      return l10n.t('Nothing was changed yet, and nothing will be.');
    case 'GATING':
    case 'PLANNING':
      return afterChanges(facts) ?? l10n.t('Nothing was changed yet, and nothing will be.');
    case 'BAKING':
    case 'TESTING':
      return l10n.t('No image is recorded. What runs now is not touched.');
    case 'PUBLISHING':
    case 'BAKED':
      return l10n.t(
        'What was pushed stays in the registry under a tag that nothing uses. What runs now is not touched.',
      );
    case 'AWAITING_APPROVAL': {
      const remains = afterChanges(facts);
      return remains === undefined
        ? l10n.t('The plan is not applied. Nothing was changed.')
        : `${l10n.t('The plan is not applied.')} ${remains}`;
    }
    case 'APPLYING':
    case 'PARTIAL':
      return hasSlots
        ? l10n.t('What was applied stays, and is listed: the run may end as partly applied. The old version serves on.')
        : l10n.t('What was applied stays, and is listed: the run may end as partly applied.');
    case 'VERIFYING':
    case 'HEALTH':
      return hasSlots
        ? l10n.t('The old version serves on. The new one is left running without traffic; Retire Old… ends it.')
        : l10n.t('The new version is applied and stays; it is noted as an attempt, not as a release.');
    case 'ROUTING':
    case 'SOAKING':
      return hasSlots
        ? l10n.t(
            'The traffic goes back to the old version. The new one is left running without traffic; Retire Old… ends it.',
          )
        : l10n.t('The new version is applied and stays; it is noted as an attempt, not as a release.');
    case 'LIVE':
    case 'RETIRING':
      return l10n.t('The release stays live. What of the old version is left is listed.');
    case 'ROLLING_BACK':
      return l10n.t('The way back stops in the middle. Show What Is Running tells what serves then.');
    case 'CANCELLING':
    case 'INTERRUPTED':
    case 'CLOSED':
      return '';
  }
}

/** What remains when the run has changed the target already; undefined when it has not. */
function afterChanges(facts: CancelFacts): string | undefined {
  switch (facts.reached) {
    case 'nothing':
      return undefined;
    case 'applied':
      return remainsText({ ...facts, state: 'HEALTH' });
    case 'live':
      return remainsText({ ...facts, state: 'LIVE' });
  }
}
