import { l10n } from '../l10n';
import type { EnvironmentConfig } from '../../../../release/src/config/types';
import type { PlannedChange } from '../../../../release/src/plan/plan';
import { isDestructive } from '../../../../release/src/plan/plan';
import { shortId } from './run-text';

/** What every confirmation says (release-engine.md §3.13). */
export interface ConfirmedFacts {
  readonly environment: string;
  readonly isProtected: boolean;
  /** The target in words: `containers with podman`, `terraform in infra`. */
  readonly target: string;
  /** Short ids of the images, by name. */
  readonly images: readonly string[];
  /** Subject of the commit that is deployed; undefined without git. */
  readonly commit: string | undefined;
  readonly counts: { readonly add: number; readonly change: number; readonly destroy: number };
  /** Addresses of what is taken away. */
  readonly destroyed: readonly string[];
  /** What is live now, in words; undefined for nothing. */
  readonly live: string | undefined;
}

/** What a person must do before something is done. */
export interface Confirmation {
  /** Text of the modal. */
  readonly text: string;
  readonly detail: string;
  readonly button: string;
  /** What must be typed behind it; undefined when a click is enough. */
  readonly typed: string | undefined;
  readonly needsReason: boolean;
}

/** The confirmation of a plan that waits: one modal, and the environment's name where it is protected. */
export function confirmPlan(what: string, button: string, facts: ConfirmedFacts): Confirmation {
  return {
    text: facts.isProtected
      ? l10n.t('{0}? {1} is protected: its name is asked for next.', what, facts.environment)
      : l10n.t('{0}?', what),
    detail: detailOf(facts),
    button,
    typed: facts.isProtected ? facts.environment : undefined,
    needsReason: false,
  };
}

/** Ending a lock, killing a tool, crossing a release that cannot be undone: typed always, with a reason where kept. */
export function confirmDrastic(
  text: string,
  detail: string,
  button: string,
  name: string,
  needsReason: boolean,
): Confirmation {
  return { text, detail, button, typed: name, needsReason };
}

/**
 * Writing down what was deployed without a ledger.
 *
 * @param live the release that the ledger says is live
 */
export function confirmAdopt(environment: string, live: { readonly id: string } | undefined): Confirmation {
  const known =
    live === undefined
      ? l10n.t('Nothing was deployed to {0} from here yet. To deploy a version, use Deploy… instead.', environment)
      : l10n.t('The history says that release {0} is live already.', shortId(live.id));
  return {
    text: l10n.t('Write down what runs in {0} as a release?', environment),
    detail: [
      l10n.t('For what was deployed by other means. Nothing on the target changes, and a plan waits for you first.'),
      known,
    ].join('\n\n'),
    button: l10n.t('Look and Plan'),
    typed: undefined,
    needsReason: false,
  };
}

/** What decides who is asked before a version ends. */
export type RetireFacts = Pick<EnvironmentConfig, 'name' | 'protected'> & {
  readonly retire: Pick<EnvironmentConfig['retire'], 'mode'>;
};

/** True when the plan of a retirement waits for a person. */
export function isPlanAsked({ protected: isProtected, retire }: RetireFacts): boolean {
  return isProtected || retire.mode === 'confirm';
}

function noPlanWaits(): string {
  return l10n.t('No plan waits for you here: `retire` in immutable.yaml asks nobody.');
}

/** What ends with a version that a rollback would go back to. Whether it runs there still, the ledger does not know. */
export function wayBackText(release: string, slot: string): string {
  return l10n.t(
    'Release {0} was deployed in {1}. When that is ended, going back starts its image again, which takes longer.',
    shortId(release),
    slot,
  );
}

/**
 * Ending an old version where its plan would wait for nobody: the one question (release-engine.md §3.13).
 *
 * @param slot undefined for whichever has no traffic
 * @param loss what ends with it, when a rollback would go back to it
 */
export function confirmRetire(environment: string, slot: string | undefined, loss: string | undefined): Confirmation {
  return {
    text:
      slot === undefined
        ? l10n.t('End the version of {0} that has no traffic?', environment)
        : l10n.t('End {0} of {1}?', slot, environment),
    detail: [...(loss === undefined ? [] : [loss]), noPlanWaits()].join('\n\n'),
    button: l10n.t('End It'),
    typed: undefined,
    needsReason: false,
  };
}

/** What the engine refused to end without a person's word: what is lost is said, and the name typed where protected. */
export function confirmLoss(environment: RetireFacts, slot: string, loss: readonly string[]): Confirmation {
  const { name, protected: isProtected } = environment;
  const question = l10n.t('End {0} of {1} all the same?', slot, name);
  const next = isPlanAsked(environment)
    ? l10n.t('Nothing ends yet: a plan is made, and waits for you.')
    : noPlanWaits();
  return {
    text: isProtected ? `${question} ${l10n.t('{0} is protected: its name is asked for next.', name)}` : question,
    detail: [...loss, next].join('\n\n'),
    button: l10n.t('End {0}', slot),
    typed: isProtected ? name : undefined,
    needsReason: false,
  };
}

function detailOf({ environment, target, images, commit, counts, destroyed, live }: ConfirmedFacts): string {
  const lines = [
    l10n.t('Environment: {0}', environment),
    l10n.t('Target: {0}', target),
    ...(images.length === 0 ? [] : [l10n.t('Image: {0}', images.join(', '))]),
    ...(commit === undefined ? [] : [l10n.t('Commit: {0}', commit)]),
    l10n.t('Plan: {0} to add, {1} to change, {2} to destroy', counts.add, counts.change, counts.destroy),
    live === undefined ? l10n.t('Live now: nothing') : l10n.t('Live now: {0}', live),
  ];
  if (destroyed.length > 0) lines.push('', l10n.t('Taken away: {0}', shown(destroyed)));
  return lines.join('\n');
}

const SHOWN = 10;

function shown(addresses: readonly string[]): string {
  const rest = addresses.length - SHOWN;
  return [...addresses.slice(0, SHOWN), ...(rest > 0 ? [l10n.t('and {0} more', rest)] : [])].join(', ');
}

/** Addresses of a plan that are taken away or replaced. */
export function destroyedIn(changes: readonly Pick<PlannedChange, 'address' | 'kind'>[]): readonly string[] {
  return changes.filter(({ kind }) => isDestructive(kind)).map(({ address }) => address);
}

/** Reasons that explain something are at least this long; the engine asks the same. */
export const SHORTEST_REASON = 10;

/** @returns why a reason is not enough; undefined when it is */
export function problemOfReason(text: string): string | undefined {
  const missing = SHORTEST_REASON - text.trim().length;
  return missing > 0 ? l10n.t('Say why in at least {0} characters: the ledger keeps it.', SHORTEST_REASON) : undefined;
}
