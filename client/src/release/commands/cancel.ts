import { userInfo } from 'node:os';
import { l10n } from 'vscode';
import { RunControl } from '../../../../release/src/run/run-control';
import type { Delivery } from '../delivery';
import { cancelText, isBroughtToEnd } from '../model/cancel-text';
import { confirmDrastic } from '../model/confirmation';
import { titleOf } from '../model/run-text';
import { drawable, reachedBy, runningTool } from '../runs/run-facts';
import type { StoredRun } from '../runs/run-store';
import { requireTrust } from '../workspace/trust';
import { chooseRun } from './choose';
import { confirm } from './decide';

/** *Cancel Run*: of the run that is given, or of one that is picked. */
export async function cancelCommand(delivery: Delivery, given: unknown): Promise<void> {
  const run = await chooseRun(delivery, given, {
    title: l10n.t('Cancel Run'),
    fits: ({ status }) => status === 'running',
    none: l10n.t('No run goes on.'),
  });
  if (run) await cancelRun(delivery, run.run);
}

/**
 * Says what cancelling does now, and asks the run to stop. Asked a second time it never sends a second signal: it only
 * offers to kill a tool that does not stop.
 *
 * @throws UntrustedError
 */
export async function cancelRun(delivery: Delivery, id: string): Promise<void> {
  requireTrust();
  const run = delivery.runs.byId(id);
  if (run?.status !== 'running') return;
  const control = new RunControl(run.directory);
  if (control.cancelledBy() !== undefined) return offerKill(delivery, run, control);
  const title = titleOf(run.spec.kind, run.spec.environment);
  const stop = l10n.t('Stop the Run');
  const { hasSlots } = drawable(run);
  const detail = cancelText({ state: run.progress.state, reached: reachedBy(run), tool: runningTool(run), hasSlots });
  const picked = await delivery.ask.modal({ text: l10n.t('Stop: {0}?', title), detail, buttons: [stop] });
  if (picked !== stop) return;
  requireTrust();
  control.cancel(userInfo().username);
}

async function offerKill(delivery: Delivery, run: StoredRun, control: RunControl): Promise<void> {
  const tool = runningTool(run);
  if (tool === undefined || isBroughtToEnd(run.progress.state, tool) || control.isKillAccepted()) return;
  const confirmed = await confirm(
    delivery,
    confirmDrastic(
      l10n.t('{0} was asked to stop already. Kill it?', tool),
      l10n.t(
        'It is not asked a second time: a second interrupt would make it leave its state behind. A killed tool may leave its state behind too, and things that nobody knows of. It is killed when its time to stop is over.',
      ),
      l10n.t('Kill {0}', tool),
      run.spec.environment ?? 'images',
      false,
    ),
  );
  if (confirmed === undefined) return;
  requireTrust();
  control.kill(userInfo().username);
}
