import { l10n } from 'vscode';
import type { Delivery } from '../delivery';
import type { StoredRun } from '../runs/run-store';
import { confirmAdopt } from '../model/confirmation';
import { startRun } from '../runs/start-run';
import { chooseEnvironment } from './choose';
import { confirm } from './decide';
import { hasTools } from './deploy';
import { historyOf } from './roll-back';

/**
 * *Adopt Existing Deployment…*: writes down what runs in an environment that was deployed without a ledger. Its plan is
 * approved like any other; nothing on the target changes.
 */
export async function adopt(delivery: Delivery, given: unknown): Promise<StoredRun | undefined> {
  const chosen = await chooseEnvironment(delivery, given, {
    title: l10n.t('Adopt Existing Deployment'),
    describe: (one) => (historyOf(one).live() ? l10n.t('has a history already') : l10n.t('has no history yet')),
  });
  if (!chosen || !(await hasTools(delivery, chosen.pipeline, chosen.environment.name, false))) return undefined;
  // Its name begins like *Deploy…*, and with one environment nothing else was asked yet.
  if ((await confirm(delivery, confirmAdopt(chosen.environment.name, historyOf(chosen).live()))) === undefined)
    return undefined;
  return startRun(delivery, chosen.pipeline, { kind: 'adopt', environment: chosen.environment.name });
}
