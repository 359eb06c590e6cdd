import { l10n } from 'vscode';
import type { Delivery } from '../delivery';
import { drawable } from '../runs/run-facts';
import { resumeRun } from '../runs/start-run';
import { progressText, titleOf } from '../model/run-text';
import { requireTrust } from '../workspace/trust';
import { chooseRun } from './choose';

/** *Resume Interrupted Run…*: goes on from what really happened. */
export async function resume(delivery: Delivery, given: unknown): Promise<void> {
  const run = await chooseRun(delivery, given, {
    title: l10n.t('Resume Interrupted Run'),
    fits: ({ status }) => status === 'interrupted',
    none: l10n.t('No run was interrupted.'),
  });
  if (!run) return;
  requireTrust();
  const go = l10n.t('Resume');
  const { open } = run.progress;
  const detail = open
    ? l10n.t(
        'It stopped in the middle of: {0}. What that did is found out first, from the target itself; what is done already is not done again.',
        open.step,
      )
    : l10n.t('What is done already is not done again.');
  const picked = await delivery.ask.modal({
    text: l10n.t('Go on with: {0}?', titleOf(run.spec.kind, run.spec.environment)),
    detail: [detail, progressText({ ...drawable(run), status: 'interrupted' }, run.spec.createdAt)].join('\n'),
    buttons: [go],
  });
  if (picked === go) resumeRun(delivery, run);
}
