import {
  commands,
  EventEmitter,
  l10n,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
  workspace,
  type Disposable,
  type TreeDataProvider,
  type TreeView,
} from 'vscode';
import { plainLine } from '../findings/plain-line';
import { classRows, type ChangeClass, type ClassRow, type ComparedReview } from './review-model';
import type { FileRow, FindingRow, ReviewRow } from './review-model';
import { reviewShow } from './review-settings';

export const REVIEW_VIEW = 'immutableInfra.review';

/** Opens the place of a row; not in the manifest, because it needs one. */
export const OPEN_PLACE = 'immutableInfra.openReviewPlace';

const CLASS_ICONS: Readonly<Record<ChangeClass, ThemeIcon>> = {
  new: new ThemeIcon('diff-added', new ThemeColor('gitDecoration.addedResourceForeground')),
  touched: new ThemeIcon('diff-modified', new ThemeColor('gitDecoration.modifiedResourceForeground')),
  existing: new ThemeIcon('history'),
  fixed: new ThemeIcon('pass', new ThemeColor('testing.iconPassed')),
};
const SEVERITY_ICONS: Readonly<Record<FindingRow['finding']['severity'], ThemeIcon>> = {
  error: new ThemeIcon('error', new ThemeColor('problemsErrorIcon.foreground')),
  warning: new ThemeIcon('warning', new ThemeColor('problemsWarningIcon.foreground')),
  info: new ThemeIcon('info', new ThemeColor('problemsInfoIcon.foreground')),
  hint: new ThemeIcon('lightbulb'),
};

/** The *Review* view: what the changes bring, what they touch and what they repair, by file. */
export class ReviewView implements TreeDataProvider<ReviewRow>, Disposable {
  private compared: readonly ComparedReview[] | undefined;
  private rows: readonly ClassRow[] = [];
  private title = '';
  private readonly changed = new EventEmitter<undefined>();
  private readonly view: TreeView<ReviewRow>;
  private readonly settings: Disposable;

  readonly onDidChangeTreeData = this.changed.event;

  constructor() {
    this.view = window.createTreeView<ReviewRow>(REVIEW_VIEW, { treeDataProvider: this, showCollapseAll: true });
    this.settings = workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('immutableInfra.review.show')) this.repaint();
    });
  }

  dispose(): void {
    this.settings.dispose();
    this.view.dispose();
    this.changed.dispose();
  }

  getChildren(row?: ReviewRow): ReviewRow[] {
    if (!row) return [...this.rows];
    if (row.kind === 'class') return [...row.files];
    return row.kind === 'file' ? [...row.findings] : [];
  }

  getTreeItem(row: ReviewRow): TreeItem {
    if (row.kind === 'class') return classItem(row);
    return row.kind === 'file' ? fileItem(row) : findingItem(row);
  }

  /** What stands behind the name of the view: `New 3 · Touched 1 · Fixed 2`. */
  get summary(): string {
    return this.view.description ?? '';
  }

  /** Shows a review; undefined clears the view. */
  show(review: { readonly title: string; readonly compared: readonly ComparedReview[] } | undefined): void {
    this.compared = review?.compared;
    this.title = review?.title ?? '';
    this.repaint();
  }

  private repaint(): void {
    this.rows = this.compared ? classRows(this.compared, ({ file }) => reviewShow(file)) : [];
    // No badge: the container adds them up, and what is new is among the findings already.
    this.view.description = this.rows.map(({ change, count }) => `${className(change)} ${count}`).join(' · ');
    // An empty tree shows its welcome; a message above it says what was compared.
    this.view.message = this.rows.length === 0 ? '' : this.title;
    void commands.executeCommand('setContext', 'immutableInfra.isReviewing', this.compared !== undefined);
    this.changed.fire(undefined);
  }
}

/** The name of a class as people read it. */
export function className(change: ChangeClass): string {
  switch (change) {
    case 'new':
      return l10n.t('New');
    case 'touched':
      return l10n.t('Touched');
    case 'existing':
      return l10n.t('Existing');
    case 'fixed':
      return l10n.t('Fixed');
  }
}

function classItem({ change, count }: ClassRow): TreeItem {
  const isOpen = change === 'new' || change === 'touched';
  const item = new TreeItem(
    className(change),
    isOpen ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed,
  );
  item.id = change;
  item.iconPath = CLASS_ICONS[change];
  item.description = String(count);
  item.tooltip = explanation(change);
  item.contextValue = 'class';
  return item;
}

function explanation(change: ChangeClass): string {
  switch (change) {
    case 'new':
      return l10n.t('These came with the changes.');
    case 'touched':
      return l10n.t('These were there before, on lines that change.');
    case 'existing':
      return l10n.t('These were there before, on lines that do not change.');
    case 'fixed':
      return l10n.t('The changes repair these.');
  }
}

function fileItem({ change, reviewed, findings }: FileRow): TreeItem {
  const path = workspace.asRelativePath(reviewed.file);
  const slash = path.lastIndexOf('/');
  const item = new TreeItem(path.slice(slash + 1), TreeItemCollapsibleState.Expanded);
  item.id = `${change} ${reviewed.file.toString()}`;
  // The path alone gives the icon of the file; Git's letter and colour belong to the file itself.
  item.resourceUri = Uri.from({ scheme: 'immutable-review', path: reviewed.file.path });
  item.iconPath = ThemeIcon.File;
  item.description = [path.slice(0, Math.max(slash, 0)), String(findings.length)]
    .filter((part) => part !== '')
    .join(' · ');
  item.tooltip = path;
  item.contextValue = 'file';
  return item;
}

function findingItem(row: FindingRow): TreeItem {
  const { change, reviewed, finding } = row;
  const { message, rule, severity, fix } = finding;
  const line = finding.range.start.line + 1;
  const said = plainLine(message);
  const path = workspace.asRelativePath(reviewed.file);
  const item = new TreeItem(said);
  item.iconPath = change === 'fixed' ? new ThemeIcon('check') : SEVERITY_ICONS[severity];
  item.description = `${rule} · ${line}`;
  item.tooltip = `${message}\n\n${rule} · ${path}:${line}`;
  item.contextValue = change !== 'fixed' && fix !== undefined && fix !== 'online' ? 'finding.fixable' : 'finding';
  item.accessibilityInformation = { label: `${className(change)}, ${severity}: ${message} ${path}, ${line}` };
  item.command = { command: OPEN_PLACE, title: l10n.t('Open'), arguments: [row] };
  return item;
}
