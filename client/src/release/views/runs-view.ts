import {
  EventEmitter,
  l10n,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  type Disposable,
  type TreeDataProvider,
} from 'vscode';
import { drawRun, placeOf, statusText, type DrawnStage, type StageStatus } from '../model/run-steps';
import { ageText, endText, titleOf } from '../model/run-text';
import { drawable, waitingPlan } from '../runs/run-facts';
import type { RunStore, StoredRun } from '../runs/run-store';

/** A row of the view. It is what its commands are given. */
export type RunNode =
  | { readonly kind: 'run'; readonly run: string; readonly stored: StoredRun }
  | {
      readonly kind: 'stage';
      readonly run: string;
      readonly stored: StoredRun;
      readonly step: string;
      readonly stage: DrawnStage;
    };

/** *Runs*: each run drawn as the stages of a release, live, with what its tools printed one click away. */
export class RunsView implements TreeDataProvider<RunNode>, Disposable {
  private readonly changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscription: Disposable;

  constructor(private readonly runs: RunStore) {
    this.subscription = runs.onDidChange(() => this.changed.fire(undefined));
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  getChildren(node?: RunNode): RunNode[] {
    if (!node) return this.runs.all().map((stored) => ({ kind: 'run', run: stored.run, stored }));
    if (node.kind === 'stage') return [];
    const { stored, run } = node;
    return drawRun(drawable(stored)).map((stage) => ({ kind: 'stage', run, stored, step: stage.stage, stage }));
  }

  getParent(node: RunNode): RunNode | undefined {
    return node.kind === 'stage' ? { kind: 'run', run: node.run, stored: node.stored } : undefined;
  }

  getTreeItem(node: RunNode): TreeItem {
    return node.kind === 'run' ? this.runItem(node.stored) : stageItem(node, this.runs.lastTold(node.run));
  }

  private runItem(run: StoredRun): TreeItem {
    const { spec, status, progress } = run;
    const isOpen = status !== 'closed';
    const item = new TreeItem(
      titleOf(spec.kind, spec.environment),
      isOpen ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed,
    );
    // A run that is over folds up; the editor keeps what a person did with the same id.
    item.id = `${run.run} ${status}`;
    const place = placeOf(drawable(run));
    const waits = status === 'running' && waitingPlan(run) !== undefined;
    item.description = [
      waits ? l10n.t('waits for you') : endText({ status, outcome: progress.outcome }),
      ...(place ? [l10n.t('step {0} of {1}', place.number, place.of)] : []),
      ageText(Date.now() - Date.parse(spec.createdAt)),
    ].join(' · ');
    item.tooltip = [
      run.run,
      l10n.t('Started {0} by {1}', spec.createdAt, spec.actor.git ?? spec.actor.user),
      this.runs.lastTold(run.run),
    ].join('\n');
    item.contextValue = ['run', status, ...(waits ? ['waiting'] : []), ...(progress.plan ? ['plan'] : [])].join('.');
    item.iconPath = runIcon(run, waits);
    return item;
  }
}

function stageItem({ run, stage, stored }: Extract<RunNode, { readonly kind: 'stage' }>, told: string): TreeItem {
  const item = new TreeItem(stage.label, TreeItemCollapsibleState.None);
  item.id = `${run} ${stored.status} ${stage.stage}`;
  const isNow = stage.status === 'active' || stage.status === 'waiting';
  item.description = isNow && told !== '' ? `${statusText(stage.status)} · ${told}` : statusText(stage.status);
  item.iconPath = stageIcon(stage.status, stored);
  item.contextValue = `stage.${stage.status}`;
  if (stage.status !== 'ahead' && stage.status !== 'skipped') {
    const opensPlan = stage.stage === 'approve' || stage.stage === 'plan';
    item.command = {
      command: opensPlan ? 'immutableInfra.showPlan' : 'immutableInfra.openRunLog',
      title: opensPlan ? l10n.t('Show Plan') : l10n.t('Open Log'),
      arguments: [{ run, step: stage.stage }],
    };
  }
  return item;
}

function runIcon({ status, progress }: StoredRun, waits: boolean): ThemeIcon {
  if (waits) return new ThemeIcon('bell-dot', new ThemeColor('list.warningForeground'));
  if (status === 'running') return new ThemeIcon('sync~spin');
  if (status === 'interrupted') return new ThemeIcon('debug-pause', new ThemeColor('list.warningForeground'));
  switch (progress.outcome) {
    case 'live':
    case 'baked':
    case 'retired':
      return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
    case 'rolled-back':
      return new ThemeIcon('discard', new ThemeColor('list.warningForeground'));
    case 'cancelled':
    case 'refused':
    case 'abandoned':
      return new ThemeIcon('circle-slash');
    default:
      return new ThemeIcon('error', new ThemeColor('testing.iconFailed'));
  }
}

function stageIcon(status: StageStatus, { status: run }: StoredRun): ThemeIcon {
  switch (status) {
    case 'done':
      return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
    case 'active':
      return new ThemeIcon('sync~spin');
    case 'waiting':
      return new ThemeIcon('bell-dot', new ThemeColor('list.warningForeground'));
    case 'stopped':
      return run === 'interrupted'
        ? new ThemeIcon('debug-pause', new ThemeColor('list.warningForeground'))
        : new ThemeIcon('error', new ThemeColor('testing.iconFailed'));
    case 'skipped':
      return new ThemeIcon('debug-step-over');
    case 'ahead':
      return new ThemeIcon('circle-outline');
  }
}
