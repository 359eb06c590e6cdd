import { l10n } from 'vscode';
import type { Delivery } from '../delivery';
import { commandsOf, hashOfCommands } from '../model/commands-of';
import type { ReadyPipeline } from '../workspace/pipelines';

/**
 * Commands that stand in `immutable.yaml` are shown once when they changed since this window's user ran the pipeline
 * last: a commit of somebody else must not run programs by surprise (release-engine.md §3.12).
 *
 * @returns false when the person does not want to run them
 */
export async function hasReviewedCommands(delivery: Delivery, { file, workspace }: ReadyPipeline): Promise<boolean> {
  const commands = commandsOf(workspace.pipeline);
  const hash = hashOfCommands(commands);
  const key = `delivery.commands ${file}`;
  const known = delivery.memory.get<string>(key);
  if (known === hash || hash === '') return true;
  // The first time: trusting the workspace covered what was there. From then on changes are shown.
  if (known !== undefined) {
    const run = l10n.t('Run These Commands');
    const picked = await delivery.ask.modal({
      text: l10n.t('The commands of immutable.yaml changed since you ran it last. Run them?'),
      detail: commands.map((words) => words.join(' ')).join('\n'),
      buttons: [run],
    });
    if (picked !== run) return false;
  }
  await delivery.memory.update(key, hash);
  return true;
}
