import { userInfo } from 'node:os';
import { l10n } from 'vscode';
import { gitState } from '../../../../release/src/api/git-state';
import { readPlans } from '../../../../release/src/api/stored-plan';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../../release/src/ledger/releases';
import { RunControl } from '../../../../release/src/run/run-control';
import type { PreparedPlan } from '../../../../release/src/targets/target';
import { BACK } from '../ask/ask';
import type { Delivery } from '../delivery';
import {
  confirmPlan,
  destroyedIn,
  type Confirmation,
  type ConfirmedFacts,
  problemOfReason,
} from '../model/confirmation';
import { imagesText } from '../model/release-rows';
import { ageText, shortId, titleOf } from '../model/run-text';
import { environmentOf, targetText, waitingPlan } from '../runs/run-facts';
import type { StoredRun } from '../runs/run-store';
import { commitLine } from '../workspace/git-answers';
import { requireTrust } from '../workspace/trust';
import { chooseRun } from './choose';

/** Opens a plan that waits and asks about it. The question stays answerable elsewhere when it is closed. */
export async function approvalQuestion(delivery: Delivery, run: StoredRun, plan: PreparedPlan): Promise<void> {
  await delivery.documents.plan(run.spec.environment ?? '', plan.hash);
  const approve = l10n.t('Approve…');
  const discard = l10n.t('Discard');
  const { add, change, destroy } = plan.counts;
  const text = l10n.t(
    '{0}: its plan waits for you: {1} to add, {2} to change, {3} to destroy.',
    titleOf(run.spec.kind, run.spec.environment),
    add,
    change,
    destroy,
  );
  const picked = await delivery.ask.notify({ severity: 'information', text, buttons: [approve, discard] });
  if (picked === approve) await delivery.decide({ run: run.run, plan: plan.hash }, 'approve');
  if (picked === discard) await delivery.decide({ run: run.run, plan: plan.hash }, 'discard');
}

/** *Approve Plan* and *Discard Plan*: of the run that is given, or of one that is picked. */
export async function decideOnPlan(delivery: Delivery, given: unknown, decision: 'approve' | 'discard'): Promise<void> {
  const run = await chooseRun(delivery, given, {
    title: decision === 'approve' ? l10n.t('Approve Plan') : l10n.t('Discard Plan'),
    fits: (one) => waitingPlan(one) !== undefined,
    none: l10n.t('No plan waits. Deploy… or Roll Back… makes one.'),
  });
  const plan = run && waitingPlan(run);
  if (!run || !plan) return;
  await delivery.documents.plan(run.spec.environment ?? '', plan.hash);
  await delivery.decide({ run: run.run, plan: plan.hash }, decision);
}

/**
 * Asks as the rules of confirmation say (release-engine.md §3.13), and hands the decision to the run.
 *
 * @throws UntrustedError
 */
export async function decide(
  delivery: Delivery,
  question: { readonly run: string; readonly plan: string },
  decision: 'approve' | 'discard',
): Promise<void> {
  requireTrust();
  const run = delivery.runs.byId(question.run);
  const plan = run && waitingPlan(run);
  if (!run || plan?.hash !== question.plan) return tellSettled(delivery, run);
  if (decision === 'approve') {
    const confirmation = confirmPlan(
      titleOf(run.spec.kind, run.spec.environment),
      l10n.t('Apply This Plan'),
      await factsOf(run, plan),
    );
    if ((await confirm(delivery, confirmation)) === undefined) return;
  }
  // Somebody else may have decided while the question was open.
  const now = delivery.runs.byId(question.run);
  const control = new RunControl(run.directory);
  if (!now || waitingPlan(now)?.hash !== question.plan || control.decisionOn(question.plan))
    return tellSettled(delivery, now);
  requireTrust();
  const { identity } = await gitState(run.pipeline.workspace.folder);
  const entry = { plan: question.plan, by: identity ?? userInfo().username, how: 'vscode' };
  if (decision === 'approve') control.approve(entry);
  else control.deny(entry);
}

async function tellSettled(delivery: Delivery, run: StoredRun | undefined): Promise<void> {
  const who = run && readPlans(run.pipeline.workspace.root, run).at(-1)?.decision;
  const text =
    who?.kind === 'approved'
      ? l10n.t('This plan was approved by {0} meanwhile.', who.by)
      : who?.kind === 'denied'
        ? l10n.t('This plan was discarded by {0} meanwhile.', who.by)
        : l10n.t('This plan waits for nobody any more: its run is over, or planned again.');
  await delivery.ask.notify({ severity: 'information', text });
}

/** What the modal says, read now: the plan, the images, the commit and what is live. */
async function factsOf(run: StoredRun, plan: PreparedPlan): Promise<ConfirmedFacts> {
  const { spec, pipeline } = run;
  const { root, folder } = pipeline.workspace;
  const environment = environmentOf(spec);
  const stored = readPlans(root, run).find(({ prepared }) => prepared.hash === plan.hash);
  const live = new ReleaseHistory(Ledger.read(root.ledger(spec.environment ?? ''))).live();
  const commit = await commitLine(folder, stored ? stored.commits.to : spec.git.commit);
  const dirty =
    (stored?.commits.isDirty ?? spec.git.dirty) ? ` ${l10n.t('(with changes that are not committed)')}` : '';
  return {
    environment: spec.environment ?? '',
    isProtected: environment?.protected ?? false,
    target: environment ? targetText(environment) : '',
    images: (stored?.images ?? []).map(({ name, id }) => `${name} ${shortId(id)}`),
    commit: commit === undefined ? undefined : `${commit}${dirty}`,
    counts: plan.counts,
    destroyed: destroyedIn(plan.shown?.plan.changes ?? []),
    live: live ? `${imagesText(live)}, ${ageText(Date.now() - Date.parse(live.t))}` : undefined,
  };
}

/**
 * A modal, the name of the environment where it must be typed, and a reason where one is kept.
 *
 * @returns undefined when the person did not confirm; the reason, or an empty text
 */
export async function confirm(delivery: Delivery, confirmation: Confirmation): Promise<string | undefined> {
  const { text, detail, button, typed, needsReason } = confirmation;
  if ((await delivery.ask.modal({ text, detail, buttons: [button] })) !== button) return undefined;
  if (typed !== undefined) {
    const answer = await delivery.ask.text({
      title: text,
      prompt: l10n.t('Type {0} to go on. Escape changes nothing.', typed),
      placeholder: typed,
      problem: (value) => (value.trim() === typed ? undefined : l10n.t('Type {0}, or press Escape.', typed)),
    });
    if (answer === undefined || answer === BACK) return undefined;
  }
  if (!needsReason) return '';
  const reason = await delivery.ask.text({
    title: text,
    prompt: l10n.t('Why? The ledger keeps it.'),
    problem: problemOfReason,
  });
  return reason === BACK ? undefined : reason;
}
