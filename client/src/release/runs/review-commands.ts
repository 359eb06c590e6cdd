import { l10n, Uri, window } from 'vscode';
import {
  CommandsNotReviewedError,
  requireReviewed,
  type CommandReview,
} from '../../../../release/src/api/review-commands';
import type { Delivery } from '../delivery';
import type { ReadyPipeline } from '../workspace/pipelines';

/**
 * Lets commands of the file run outside a run, as those of *Check Health*, only when a person has looked at them.
 *
 * @returns whether they may run
 */
export async function mayRunCommands(delivery: Delivery, pipeline: ReadyPipeline): Promise<boolean> {
  try {
    await requireReviewed(pipeline.workspace, undefined);
    return true;
  } catch (error) {
    if (!(error instanceof CommandsNotReviewedError)) throw error;
    if (!(await askAboutCommands(delivery, pipeline, error.review))) return false;
    await requireReviewed(pipeline.workspace, error.review.hash);
    return true;
  }
}

/** Shows the commands that somebody else wrote into the file, and asks whether they may run. */
export async function askAboutCommands(
  delivery: Delivery,
  pipeline: ReadyPipeline,
  { authors, commands }: CommandReview,
): Promise<boolean> {
  const run = l10n.t('Run These Commands');
  const open = l10n.t('Open immutable.yaml');
  const picked = await delivery.ask.modal({
    text: l10n.t('immutable.yaml was changed by {0}. Run its commands as you?', authors.join(', ')),
    detail: [
      ...commands.map(({ where, command }) => `${where}: ${command.map((word) => JSON.stringify(word)).join(' ')}`),
      '',
      l10n.t('They are not asked for again until they change.'),
    ].join('\n'),
    buttons: [run, open],
  });
  if (picked === open) await window.showTextDocument(Uri.file(pipeline.file));
  return picked === run;
}
