import { l10n, ProgressLocation, window, type CancellationToken, type Disposable, type Progress } from 'vscode';
import type { Delivery } from '../delivery';
import { titleOf, progressText } from '../model/run-text';
import { cancelRun } from '../commands/cancel';
import { afterRun } from '../commands/after-run';
import { approvalQuestion } from '../commands/decide';
import { drawable, waitingPlan } from './run-facts';
import type { RunEnding, StoredRun } from './run-store';

/** Shows the progress of runs that a person of this window cares for: those started here, and those found at the start. */
export class Attendant implements Disposable {
  private readonly attended = new Set<string>();
  private readonly askedPlans = new Set<string>();
  private readonly subscription: Disposable;

  constructor(private readonly delivery: Delivery) {
    this.subscription = delivery.runs.onDidTell(({ run, event }) => {
      if (event.type === 'approval' && this.attended.has(run.run)) void this.askApproval(run.run);
    });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  /** Runs whose progress is shown now. */
  get current(): readonly string[] {
    return [...this.attended];
  }

  /**
   * Until the run is over: its progress, then how it ended.
   *
   * @param from `now` for a run that a person resumes: what was told before stays told, and its plan is asked about again
   */
  async attend(run: StoredRun, from: 'start' | 'now' = 'start'): Promise<void> {
    if (this.attended.has(run.run)) return;
    this.attended.add(run.run);
    try {
      const followed = this.delivery.runs.follow(run, from);
      // A run that was found may wait already; one that is resumed says when it does.
      if (from === 'now') this.forgetPlansOf(run.run);
      else void this.askApproval(run.run);
      const ending = await this.showUntilEnd(run, followed);
      if (!ending) return;
      this.attended.delete(run.run);
      await afterRun(this.delivery, ending);
    } finally {
      this.attended.delete(run.run);
    }
  }

  /** Pressing Cancel closes the notification; it comes back until the run has really stopped. */
  private async showUntilEnd(run: StoredRun, followed: Promise<RunEnding | undefined>): Promise<RunEnding | undefined> {
    for (;;) {
      const seen = await this.show(run, followed);
      if (seen !== 'cancel') return seen;
      await cancelRun(this.delivery, run.run);
    }
  }

  private show(run: StoredRun, followed: Promise<RunEnding | undefined>): Promise<RunEnding | 'cancel' | undefined> {
    const options = {
      location: ProgressLocation.Notification,
      title: titleOf(run.spec.kind, run.spec.environment),
      cancellable: true,
    };
    const until = async (
      progress: Progress<{ message?: string }>,
      token: CancellationToken,
    ): Promise<RunEnding | 'cancel' | undefined> => {
      const report = (): void => {
        const now = this.delivery.runs.byId(run.run) ?? run;
        const told = this.delivery.runs.lastTold(run.run) || l10n.t('starting');
        progress.report({ message: progressText(drawable(now), told) });
      };
      report();
      const subscription = this.delivery.runs.onDidChange(report);
      try {
        return await new Promise((resolve, reject) => {
          token.onCancellationRequested(() => resolve('cancel'));
          followed.then(resolve, reject);
        });
      } finally {
        subscription.dispose();
      }
    };
    return Promise.resolve(window.withProgress(options, until));
  }

  private forgetPlansOf(id: string): void {
    for (const asked of this.askedPlans) if (asked.startsWith(`${id} `)) this.askedPlans.delete(asked);
  }

  /** Each plan is put before a person once; the status bar and the view keep it within reach. */
  private async askApproval(id: string): Promise<void> {
    const run = this.delivery.runs.byId(id);
    const plan = run && waitingPlan(run);
    if (!run || !plan || this.askedPlans.has(`${id} ${plan.hash}`)) return;
    this.askedPlans.add(`${id} ${plan.hash}`);
    try {
      await approvalQuestion(this.delivery, run, plan);
    } catch (error) {
      this.delivery.log.error(`The plan of ${id}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    }
  }
}
