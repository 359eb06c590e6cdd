import { l10n, ProgressLocation, window } from 'vscode';
import { detectDrift } from '../../../../release/src/api/detect-drift';
import type { Delivery } from '../delivery';
import { hasSlots } from '../runs/run-facts';
import type { StoredRun } from '../runs/run-store';
import { requireTrust } from '../workspace/trust';
import { chooseEnvironment, type ChosenEnvironment } from './choose';
import { goBack, historyOf } from './roll-back';

/**
 * *Route Traffic…*: moves the traffic to the other slot. Traffic never moves by itself: it is a rollback to the release
 * that still runs there, so that it is planned, checked and recorded. Where nothing runs there, it says what does it.
 */
export async function routeTraffic(delivery: Delivery, given: unknown): Promise<StoredRun | undefined> {
  const chosen = await chooseEnvironment(delivery, given, {
    title: l10n.t('Route Traffic'),
    fits: ({ environment }) => hasSlots(environment),
    none: l10n.t(
      'No environment here runs two versions beside each other, so there is no traffic to move. Add two slots, or `blueGreen`.',
    ),
    problem: (one) =>
      historyOf(one).live() ? undefined : l10n.t('nothing is live yet; Deploy… moves the traffic when it is healthy.'),
  });
  if (!chosen) return undefined;
  const history = historyOf(chosen);
  const live = history.live();
  const other = (await look(delivery, chosen)).instances.find(
    ({ slot, hasTraffic, release }) => !hasTraffic && slot !== null && release !== null && slot !== live?.slot,
  );
  const release = other?.release === undefined || other.release === null ? undefined : history.byId(other.release);
  if (!other || !release) {
    await delivery.ask.notify({
      severity: 'information',
      text: l10n.t(
        'Nothing that was live runs beside the live version in {0}, so the traffic can go nowhere else. Roll Back… starts the last healthy release again and moves the traffic to it; Deploy… does the same with a new one.',
        chosen.environment.name,
      ),
    });
    return undefined;
  }
  return goBack(delivery, chosen, history, release);
}

/** Looks at what really runs, with a notification that can be cancelled. */
export async function look(
  delivery: Delivery,
  { pipeline, environment }: ChosenEnvironment,
): Promise<Awaited<ReturnType<typeof detectDrift>>> {
  requireTrust();
  const options = {
    location: ProgressLocation.Notification,
    title: l10n.t('Looking at {0}', environment.name),
    cancellable: true,
  };
  const found = await window.withProgress(options, async (progress, token) => {
    const stop = new AbortController();
    const subscription = token.onCancellationRequested(() => stop.abort(new Error(l10n.t('Looking was cancelled.'))));
    try {
      return await detectDrift(pipeline.workspace, environment.name, {
        signal: stop.signal,
        onProgress: (message) => progress.report({ message }),
      });
    } finally {
      subscription.dispose();
    }
  });
  delivery.log.info(`Looked at ${environment.name}: ${found.differences.length} differences.`);
  return found;
}
