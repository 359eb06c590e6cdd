import {
  EventEmitter,
  l10n,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  type Disposable,
  type TreeDataProvider,
} from 'vscode';
import { lastLook, type ReportedDifference } from '../../../../release/src/api/detect-drift';
import type { EnvironmentConfig } from '../../../../release/src/config/types';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../../release/src/ledger/releases';
import { EnvironmentLock } from '../../../../release/src/lock/environment-lock';
import { describeHolder } from '../../../../release/src/lock/holder';
import { damageText } from '../model/ledger-report';
import { environmentRow, healthText, type EnvironmentRow, type ReleaseRow } from '../model/release-rows';
import { ageText } from '../model/run-text';
import { hasSlots, targetText } from '../runs/run-facts';
import type { RunStore } from '../runs/run-store';
import type { Pipelines, ReadyPipeline } from '../workspace/pipelines';

/** A row of the view. It is what its commands are given. */
export type ReleaseNode =
  | { readonly kind: 'pipeline'; readonly pipeline: ReadyPipeline }
  | {
      readonly kind: 'environment';
      readonly pipeline: ReadyPipeline;
      readonly environment: string;
      readonly row: EnvironmentRow;
      readonly drift: readonly ReportedDifference[];
    }
  | {
      readonly kind: 'release';
      readonly pipeline: ReadyPipeline;
      readonly environment: string;
      readonly release: string;
      readonly row: ReleaseRow;
    }
  | {
      readonly kind: 'drift';
      readonly pipeline: ReadyPipeline;
      readonly environment: string;
      readonly difference: ReportedDifference;
    };

/** *Releases*: each environment with what is live, what came before, health and drift. Reads files only. */
export class ReleasesView implements TreeDataProvider<ReleaseNode>, Disposable {
  private readonly changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscriptions: readonly Disposable[];

  constructor(
    private readonly pipelines: Pipelines,
    private readonly runs: RunStore,
  ) {
    const refresh = (): void => this.refresh();
    this.subscriptions = [pipelines.onDidChange(refresh), runs.onDidChange(refresh)];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  getChildren(node?: ReleaseNode): ReleaseNode[] {
    if (!node) {
      const ready = this.pipelines.ready();
      const [only] = ready;
      if (ready.length === 1 && only) return this.environments(only);
      return ready.map((pipeline) => ({ kind: 'pipeline', pipeline }));
    }
    switch (node.kind) {
      case 'pipeline':
        return this.environments(node.pipeline);
      case 'environment': {
        const { pipeline, environment, row, drift } = node;
        return [
          ...drift.map((difference): ReleaseNode => ({ kind: 'drift', pipeline, environment, difference })),
          ...row.releases.map((release): ReleaseNode => ({
            kind: 'release',
            pipeline,
            environment,
            release: release.id,
            row: release,
          })),
        ];
      }
      case 'release':
      case 'drift':
        return [];
    }
  }

  getTreeItem(node: ReleaseNode): TreeItem {
    switch (node.kind) {
      case 'pipeline': {
        const item = new TreeItem(node.pipeline.workspace.pipeline.app, TreeItemCollapsibleState.Expanded);
        item.description = node.pipeline.name;
        item.iconPath = new ThemeIcon('rocket');
        item.id = node.pipeline.file;
        return item;
      }
      case 'environment':
        return environmentItem(node);
      case 'release':
        return releaseItem(node);
      case 'drift':
        return driftItem(node.difference);
    }
  }

  private environments(pipeline: ReadyPipeline): ReleaseNode[] {
    return [...pipeline.workspace.pipeline.environments.values()].map((environment) =>
      this.environment(pipeline, environment),
    );
  }

  private environment(pipeline: ReadyPipeline, environment: EnvironmentConfig): ReleaseNode {
    const { root } = pipeline.workspace;
    const { name } = environment;
    const view = Ledger.read(root.ledger(name));
    const history = new ReleaseHistory(view);
    const held = EnvironmentLock.inspect(root.lock(name));
    const health = this.runs.healthNow(pipeline.file, name);
    const look = lastLook(root, name);
    const live = history.live();
    // A look at an earlier release says nothing of this one.
    const drift = look?.isLooked === true && look.live?.id === live?.id ? look.differences : [];
    const now = Date.now();
    const row = environmentRow(
      {
        name,
        isProtected: environment.protected,
        target: targetText(environment),
        promoteFrom: environment.promoteFrom?.environment,
        hasSlots: hasSlots(environment),
        releases: [...history.releases()].reverse(),
        live,
        whyNot: (release) => history.whyNot(release),
        rollbackTo: history.defaultTarget(),
        lock:
          held === undefined
            ? undefined
            : held.holder === 'damaged'
              ? l10n.t('a lock file that cannot be read')
              : describeHolder(held.holder),
        damage: view.damage && view.damage.kind !== 'torn' ? damageText(view.damage, view.length) : undefined,
        healthNow:
          health && live && health.at > Date.parse(live.t)
            ? { text: `${healthText(health.verdict)} (${ageText(now - health.at)})`, age: now - health.at }
            : undefined,
        drift:
          drift.length === 0
            ? undefined
            : drift.length === 1
              ? l10n.t('1 difference')
              : l10n.t('{0} differences', drift.length),
      },
      now,
    );
    return { kind: 'environment', pipeline, environment: name, row, drift };
  }
}

function environmentItem({ pipeline, row, drift }: Extract<ReleaseNode, { readonly kind: 'environment' }>): TreeItem {
  const item = new TreeItem(
    row.name,
    row.releases.length > 0 ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None,
  );
  // A row that gets its first release unfolds: the editor keeps how a row of the same id was.
  item.id = `${pipeline.file} ${row.name} ${row.releases.length > 0 ? 'released' : 'empty'}`;
  item.description = row.description;
  item.tooltip = row.tooltip;
  item.contextValue = row.context;
  item.iconPath =
    drift.length > 0
      ? new ThemeIcon('warning', new ThemeColor('list.warningForeground'))
      : new ThemeIcon('server-environment');
  return item;
}

function releaseItem({ pipeline, environment, row }: Extract<ReleaseNode, { readonly kind: 'release' }>): TreeItem {
  const item = new TreeItem(row.label, TreeItemCollapsibleState.None);
  item.id = `${pipeline.file} ${environment} ${row.id}`;
  item.description = row.description;
  item.tooltip = new MarkdownString(
    row.details.map((line) => `- ${line.replace(/[\\`*_{}[\]()<>#+!|]/g, '\\$&')}`).join('\n'),
  );
  item.contextValue = row.isLive ? 'release.live' : row.unavailable === undefined ? 'release.available' : 'release';
  item.iconPath = row.isLive
    ? new ThemeIcon('circle-filled', new ThemeColor('charts.green'))
    : new ThemeIcon(row.unavailable === undefined ? 'circle-outline' : 'circle-slash');
  return item;
}

function driftItem({ kind, where, text, action }: ReportedDifference): TreeItem {
  const item = new TreeItem(`${kind}: ${where}`, TreeItemCollapsibleState.None);
  item.description = text;
  item.tooltip = `${text}\n${action}`;
  item.contextValue = 'drift';
  item.iconPath = new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  return item;
}
