import { join } from 'node:path';
import { l10n } from 'vscode';
import { CommandsNotReviewedError } from '../../../../release/src/api/review-commands';
import { createRun, EnvironmentHeldError, startEngine, type RunRequest } from '../../../../release/src/api/start-run';
import { describeHolder } from '../../../../release/src/lock/holder';
import type { Delivery } from '../delivery';
import type { ReadyPipeline } from '../workspace/pipelines';
import { requireTrust } from '../workspace/trust';
import { askAboutCommands } from './review-commands';
import type { StoredRun } from './run-store';

/** The run as a person asked for it, without what every run of this extension says. */
export type AskedRun = Omit<RunRequest, 'via' | 'version'>;

/**
 * Creates a run, starts its engine, which outlives this window, and shows it.
 *
 * @returns undefined when somebody else holds the environment, which was told
 * @throws UntrustedError, UnknownNameError
 */
export async function startRun(
  delivery: Delivery,
  pipeline: ReadyPipeline,
  asked: AskedRun,
): Promise<StoredRun | undefined> {
  requireTrust();
  const { workspace } = pipeline;
  try {
    const { run } = await createRun(workspace, { ...asked, via: 'vscode', version: delivery.version });
    // Asked again: creating a run takes a moment, and trust may be taken away meanwhile.
    requireTrust();
    startEngine(workspace.root, run, engineOf(delivery));
    const stored = delivery.runs.byId(run);
    if (!stored) throw new Error(l10n.t('The run {0} cannot be read: {1}', run, workspace.root.run(run)));
    delivery.runs.look();
    delivery.attend(stored);
    return stored;
  } catch (error) {
    if (error instanceof CommandsNotReviewedError) {
      const { review } = error;
      if (!(await askAboutCommands(delivery, pipeline, review))) return undefined;
      return startRun(delivery, pipeline, { ...asked, acceptCommands: review.hash });
    }
    if (!(error instanceof EnvironmentHeldError)) throw error;
    await tellHeld(delivery, error, asked);
    return undefined;
  }
}

/**
 * Starts the engine of an interrupted run again: it goes on from what really happened.
 *
 * @throws UntrustedError
 */
export function resumeRun(delivery: Delivery, run: StoredRun): void {
  requireTrust();
  // Followed before the engine starts, so that nothing of what it tells is missed.
  delivery.attend(run, 'now');
  startEngine(run.pipeline.workspace.root, run.run, engineOf(delivery));
}

/** The engine lies beside this program in the package. */
function engineOf({ extension }: Delivery): string {
  return join(extension.fsPath, 'dist', 'engine.js');
}

/** Who holds the environment, and what may be done about it. */
async function tellHeld(delivery: Delivery, error: EnvironmentHeldError, asked: AskedRun): Promise<void> {
  const { held, environment } = error;
  const { holder } = held;
  const who = holder === 'damaged' ? l10n.t('a lock file that cannot be read') : describeHolder(holder);
  const run = holder === 'damaged' ? undefined : delivery.runs.byId(holder.run);
  if (held.needsTakeOver) {
    const takeOver = l10n.t('Take Over Lock…');
    const text = l10n.t(
      '{0} is locked by {1}. Nobody here can tell whether it still runs: look there first, then take the lock over.',
      environment,
      who,
    );
    if ((await delivery.ask.notify({ severity: 'warning', text, buttons: [takeOver] })) === takeOver)
      await delivery.run('immutableInfra.takeOverLock', { environment: asked.environment });
    return;
  }
  const show = l10n.t('Show Run');
  const text = l10n.t('{0} is locked by {1}. Wait until that run is over, or cancel it.', environment, who);
  const picked = await delivery.ask.notify({ severity: 'warning', text, buttons: run ? [show] : [] });
  if (picked === show && run) await delivery.run('immutableInfra.showRun', run);
}
