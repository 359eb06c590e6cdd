import { l10n } from 'vscode';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { ReleaseHistory, type StoredRelease } from '../../../../release/src/ledger/releases';
import { BACK, type Choice } from '../ask/ask';
import type { Delivery } from '../delivery';
import { confirmDrastic } from '../model/confirmation';
import { healthText, imagesText } from '../model/release-rows';
import { ageText, shortId } from '../model/run-text';
import { targetText } from '../runs/run-facts';
import type { StoredRun } from '../runs/run-store';
import { startRun } from '../runs/start-run';
import { commitLine } from '../workspace/git-answers';
import { chooseEnvironment, readGiven, type ChosenEnvironment } from './choose';
import { confirm } from './decide';
import { hasTools } from './deploy';

/** *Roll Back…*: to a release that was healthy; those that nobody can go back to say why. */
export async function rollBack(delivery: Delivery, given: unknown): Promise<StoredRun | undefined> {
  const chosen = await chooseEnvironment(delivery, given, {
    title: l10n.t('Roll Back'),
    problem: (one) =>
      historyOf(one).live() ? undefined : l10n.t('nothing is live, so there is nothing to go back from.'),
    describe: (one) => describeWayBack(historyOf(one)),
  });
  if (!chosen) return undefined;
  const history = historyOf(chosen);
  const wanted = await chooseRelease(delivery, chosen, history, readGiven(given).release);
  return wanted && goBack(delivery, chosen, history, wanted);
}

/** Says what will be live and what disappears, and starts the run. */
export async function goBack(
  delivery: Delivery,
  { pipeline, environment }: ChosenEnvironment,
  history: ReleaseHistory,
  wanted: StoredRelease,
): Promise<StoredRun | undefined> {
  if (!(await hasTools(delivery, pipeline, environment.name, false))) return undefined;
  const acceptOneWay = await acceptedOneWay(delivery, environment.name, wanted, history);
  if (!acceptOneWay) return undefined;
  const live = history.live();
  const commit = typeof wanted.git['commit'] === 'string' ? wanted.git['commit'] : null;
  const line = await commitLine(pipeline.workspace.folder, commit);
  const now = l10n.t('Roll Back Now');
  const plan = l10n.t('Show the Plan First');
  const picked = await delivery.ask.modal({
    text: l10n.t('Roll {0} back to {1}?', environment.name, imagesText(wanted)),
    detail: [
      l10n.t('Environment: {0}', environment.name),
      l10n.t('Target: {0}', targetText(environment)),
      l10n.t(
        'Release: {0}, {1}, {2}',
        shortId(wanted.id),
        ageText(Date.now() - Date.parse(wanted.t)),
        healthText(wanted.health.verdict),
      ),
      ...(line === undefined ? [] : [l10n.t('Commit: {0}', line)]),
      live
        ? l10n.t('Live now: {0}', `${imagesText(live)}, ${healthText(live.health.verdict)}`)
        : l10n.t('Live now: nothing'),
      '',
      l10n.t('Its image is asked for before anything stops. It is planned, checked and recorded like any release.'),
    ].join('\n'),
    // The name of a protected environment is typed when its plan was read.
    buttons: environment.protected ? [plan] : [now, plan],
  });
  if (picked === undefined) return undefined;
  return startRun(delivery, pipeline, {
    kind: 'rollback',
    environment: environment.name,
    release: wanted.id,
    decisions: { acceptOneWay, approve: picked === now ? '*' : null },
  });
}

async function chooseRelease(
  delivery: Delivery,
  { environment }: ChosenEnvironment,
  history: ReleaseHistory,
  named: string | undefined,
): Promise<StoredRelease | undefined> {
  const preferred = history.defaultTarget();
  // What failed after it may serve in its place: then it is a way back as well.
  const live = history.displacing() ? undefined : history.live();
  const known = named === undefined ? undefined : history.byId(named);
  const reason = known && history.whyNot(known);
  if (known && reason === undefined && known.seq !== live?.seq) return known;
  if (known) {
    const why = known.seq === live?.seq ? l10n.t('it is live already') : (reason ?? '');
    const text = l10n.t('Release {0} cannot be gone back to: {1}. Pick another one.', shortId(known.id), why);
    await delivery.ask.notify({ severity: 'information', text });
  }
  const choices = [...history.releases()]
    .reverse()
    .filter(({ seq }) => seq !== live?.seq)
    .map((release) => releaseChoice(release, history, preferred));
  if (!choices.some(({ isDisabled }) => isDisabled !== true)) {
    const text = l10n.t(
      'There is no way back in {0}: no earlier release was healthy and is still there. Deploy… a version that works.',
      environment.name,
    );
    await delivery.ask.notify({ severity: 'warning', text });
    return undefined;
  }
  const picked = await delivery.ask.pick({
    title: l10n.t('Roll Back {0}', environment.name),
    placeholder: l10n.t('Back to which release? The last healthy one stands first.'),
    choices: [
      ...choices.filter(({ value }) => value === preferred?.id),
      ...choices.filter(({ value }) => value !== preferred?.id),
    ],
    preferred: preferred?.id,
  });
  return picked === undefined || picked === BACK ? undefined : history.byId(picked);
}

function releaseChoice(
  release: StoredRelease,
  history: ReleaseHistory,
  preferred: StoredRelease | undefined,
): Choice<string> {
  const reason = history.whyNot(release);
  const crossed = history.oneWayAfter(release).length;
  return {
    label: imagesText(release),
    description: [
      ageText(Date.now() - Date.parse(release.t)),
      healthText(release.health.verdict),
      ...(release.id === preferred?.id ? [l10n.t('the last healthy one')] : []),
    ].join(' · '),
    detail:
      reason !== undefined
        ? l10n.t('No way back: {0}', reason)
        : crossed > 0
          ? l10n.t('Crosses {0} that cannot be undone', crossed)
          : release.id,
    isDisabled: reason !== undefined,
    value: release.id,
  };
}

/** Releases that cannot be undone are crossed only when their loss is accepted by name. */
async function acceptedOneWay(
  delivery: Delivery,
  environment: string,
  wanted: StoredRelease,
  history: ReleaseHistory,
): Promise<readonly string[] | undefined> {
  const crossed = history.oneWayAfter(wanted).map(({ id }) => id);
  if (crossed.length === 0) return [];
  const accepted = await confirm(
    delivery,
    confirmDrastic(
      l10n.t('Go back behind {0}?', crossed.map(shortId).join(', ')),
      l10n.t(
        'It was deployed as one-way: it migrated data. What it wrote may be lost, or not be readable by the old version.',
      ),
      l10n.t('Accept the Loss'),
      environment,
      true,
    ),
  );
  return accepted === undefined ? undefined : crossed;
}

function describeWayBack(history: ReleaseHistory): string {
  const target = history.defaultTarget();
  return target ? l10n.t('goes back to {0}', imagesText(target)) : l10n.t('no healthy release before the live one');
}

export function historyOf({ pipeline, environment }: ChosenEnvironment): ReleaseHistory {
  return new ReleaseHistory(Ledger.read(pipeline.workspace.root.ledger(environment.name)));
}
