import type { RunKind } from '../../../../release/src/run/journal-entry';
import { l10n } from '../l10n';
import { titleOf } from './run-text';

/** An open run, as the status bar counts it. */
export interface OpenRun {
  readonly run: string;
  readonly kind: RunKind;
  readonly environment: string | null;
  readonly status: 'running' | 'interrupted';
  readonly waitsForApproval: boolean;
  /** `3/10 · Applying` */
  readonly progress: string;
}

export interface WindowStatus {
  readonly text: string;
  readonly tooltip: string;
  /** What a click does. */
  readonly command: 'immutableInfra.approvePlan' | 'immutableInfra.resumeRun' | 'immutableInfra.runs.focus';
  readonly isWarning: boolean;
}

/** The status bar item; undefined when there is nothing to say: no run is active or interrupted. */
export function windowStatus(runs: readonly OpenRun[]): WindowStatus | undefined {
  const waiting = runs.find(({ waitsForApproval, status }) => waitsForApproval && status === 'running');
  const interrupted = runs.find(({ status }) => status === 'interrupted');
  const running = runs.find(({ status }) => status === 'running');
  const more = runs.length > 1 ? ` +${runs.length - 1}` : '';
  if (waiting) {
    const title = titleOf(waiting.kind, waiting.environment);
    return {
      text: `$(bell-dot) ${l10n.t('{0}: plan waits', title)}${more}`,
      tooltip: l10n.t('{0} waits until you approve its plan. Click to decide.', title),
      command: 'immutableInfra.approvePlan',
      isWarning: true,
    };
  }
  if (running) {
    const title = titleOf(running.kind, running.environment);
    return {
      text: `$(sync~spin) ${title} ${running.progress}${more}`,
      tooltip: l10n.t('{0} goes on by itself, whether this window is open or not. Click to see its steps.', title),
      command: 'immutableInfra.runs.focus',
      isWarning: false,
    };
  }
  if (interrupted) {
    const title = titleOf(interrupted.kind, interrupted.environment);
    return {
      text: `$(debug-pause) ${l10n.t('{0}: interrupted', title)}${more}`,
      tooltip: l10n.t('{0} was interrupted. Click to go on from what really happened.', title),
      command: 'immutableInfra.resumeRun',
      isWarning: true,
    };
  }
  return undefined;
}
