import { l10n, StatusBarAlignment, ThemeColor, window, type Disposable, type StatusBarItem } from 'vscode';
import { progressText } from '../model/run-text';
import { windowStatus, type OpenRun } from '../model/window-status';
import { drawable, waitingPlan } from '../runs/run-facts';
import type { RunStore } from '../runs/run-store';

/** One item, and only while a run goes on or was interrupted. */
export class RunStatusBar implements Disposable {
  private item: StatusBarItem | undefined;
  private readonly subscription: Disposable;

  constructor(private readonly runs: RunStore) {
    this.subscription = runs.onDidChange(() => this.refresh());
    this.refresh();
  }

  /** What it shows; undefined while it is not there. */
  get text(): string | undefined {
    return this.item?.text;
  }

  dispose(): void {
    this.subscription.dispose();
    this.item?.dispose();
  }

  private refresh(): void {
    const status = windowStatus(this.openRuns());
    if (!status) {
      this.item?.dispose();
      this.item = undefined;
      return;
    }
    this.item ??= window.createStatusBarItem('immutableInfra.run', StatusBarAlignment.Left, 10);
    this.item.name = l10n.t('Immutable Infra: Run');
    this.item.text = status.text;
    this.item.tooltip = status.tooltip;
    this.item.command = status.command;
    this.item.accessibilityInformation = { label: status.tooltip };
    this.item.backgroundColor = status.isWarning ? new ThemeColor('statusBarItem.warningBackground') : undefined;
    this.item.show();
  }

  private openRuns(): OpenRun[] {
    return this.runs.open().flatMap((run): OpenRun[] => {
      const { status, spec } = run;
      if (status === 'closed') return [];
      return [
        {
          run: run.run,
          kind: spec.kind,
          environment: spec.environment,
          status,
          waitsForApproval: waitingPlan(run) !== undefined,
          progress: progressText(drawable(run), ''),
        },
      ];
    });
  }
}
