import { l10n } from 'vscode';
import { BACK } from '../ask/ask';
import type { Delivery } from '../delivery';
import { confirmDrastic, confirmLoss, confirmRetire, isPlanAsked, wayBackText } from '../model/confirmation';
import type { RetireRefusal } from '../model/retire-refusal';
import { imagesText } from '../model/release-rows';
import { shortId } from '../model/run-text';
import { hasSlots } from '../runs/run-facts';
import type { StoredRun } from '../runs/run-store';
import { startRun } from '../runs/start-run';
import { chooseEnvironment, type ChosenEnvironment } from './choose';
import { confirm } from './decide';
import { historyOf } from './roll-back';
import { look } from './route';

/** *Retire Old…*: ends the version that has no traffic. */
export async function retireOld(delivery: Delivery, given: unknown): Promise<StoredRun | undefined> {
  const chosen = await chooseEnvironment(delivery, given, {
    title: l10n.t('Retire Old'),
    fits: ({ environment }) => hasSlots(environment),
    none: l10n.t('No environment here runs two versions beside each other, so nothing old is kept.'),
  });
  if (!chosen) return undefined;
  const slot = readSlot(given);
  const history = historyOf(chosen);
  const back = history.defaultTarget();
  const { pipeline, environment } = chosen;
  const endsWayBack = back && back.slot !== null && back.slot === (slot ?? otherSlot(history));
  const loss = endsWayBack ? wayBackText(back.id, back.slot) : undefined;
  // Behind it the way back takes a deployment, so a protected environment asks twice.
  if (environment.protected && loss !== undefined) {
    const accepted = await confirm(
      delivery,
      confirmDrastic(
        l10n.t('End the version that Roll Back… would return to?'),
        loss,
        l10n.t('Continue'),
        environment.name,
        false,
      ),
    );
    if (accepted === undefined) return undefined;
  } else if (!isPlanAsked(environment)) {
    if ((await confirm(delivery, confirmRetire(environment.name, slot, loss))) === undefined) return undefined;
  }
  return startRun(delivery, pipeline, { kind: 'retire', environment: environment.name, slot });
}

/**
 * Ends a version that the engine refused to end without the word of a person: it says what is lost, and asks again. What
 * was accepted before stays accepted, so that a second refusal asks only what is new. Its plan waits like any other.
 *
 * @param run the retirement that was refused
 */
export async function retireAllTheSame(
  delivery: Delivery,
  run: StoredRun,
  refusal: RetireRefusal,
): Promise<StoredRun | undefined> {
  const { pipeline, spec } = run;
  const environment = pipeline.workspace.pipeline.environments.get(spec.environment ?? '');
  if (!environment) return undefined;
  const chosen = { pipeline, environment };
  const slot = refusal.need === 'unknownTraffic' ? await slotToEnd(delivery, chosen, refusal) : refusal.slot;
  if (slot === undefined) return undefined;
  const accepted = await confirm(delivery, confirmLoss(environment, slot, lossOf(chosen, slot, refusal)));
  if (accepted === undefined) return undefined;
  const { confirm: traffic, endLastWayBack } = spec.decisions;
  return startRun(delivery, pipeline, {
    kind: 'retire',
    environment: environment.name,
    slot,
    decisions:
      refusal.need === 'unknownTraffic'
        ? { confirm: environment.name, endLastWayBack }
        : { confirm: traffic, endLastWayBack: environment.name },
  });
}

/** What is lost, so that nobody agrees to less than what happens. */
function lossOf(chosen: ChosenEnvironment, slot: string, { need, reason }: RetireRefusal): readonly string[] {
  if (need === 'unknownTraffic')
    return [
      l10n.t('Nothing says which slot has the traffic. When it is {0}, visitors get errors from then on.', slot),
      l10n.t('Look first which version answers them. A deployment, or a rollback, routes the traffic again.'),
    ];
  const back = historyOf(chosen).defaultTarget();
  return [
    reason,
    back
      ? l10n.t(
          'What is lost: {0}, release {1}. Without its image nobody can go back to it.',
          imagesText(back),
          shortId(back.id),
        )
      : l10n.t('What is lost: the way back.'),
  ];
}

/** The engine names one slot; which of them serves is for a person to find out. */
async function slotToEnd(
  delivery: Delivery,
  chosen: ChosenEnvironment,
  refusal: RetireRefusal,
): Promise<string | undefined> {
  const { instances } = await look(delivery, chosen);
  const slots = [...new Set(instances.flatMap(({ slot }) => slot ?? []))];
  if (slots.length < 2) return slots[0] ?? refusal.slot;
  const picked = await delivery.ask.pick({
    title: l10n.t('Retire Old'),
    placeholder: l10n.t('Which version is to end? Look first which one serves.'),
    choices: slots.map((slot) => {
      const own = instances.filter((instance) => instance.slot === slot);
      const image = own.find((instance) => instance.image !== null)?.image;
      return {
        label: slot,
        description: own.map(({ name, state }) => `${name}: ${state}`).join(', '),
        detail: image === undefined || image === null ? undefined : l10n.t('image {0}', shortId(image)),
        value: slot,
      };
    }),
  });
  return picked === BACK ? undefined : picked;
}

function readSlot(given: unknown): string | undefined {
  const slot = typeof given === 'object' && given !== null && 'slot' in given ? given.slot : undefined;
  return typeof slot === 'string' ? slot : undefined;
}

function otherSlot(history: ReturnType<typeof historyOf>): string | undefined {
  const live = history.live()?.slot;
  return history.releases().findLast(({ slot }) => slot !== null && slot !== live)?.slot ?? undefined;
}
