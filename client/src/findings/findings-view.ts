import {
  commands,
  Disposable,
  EventEmitter,
  l10n,
  languages,
  Range,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
  workspace,
  type CancellationToken,
  type FileSystemWatcher,
  type Memento,
  type TreeDataProvider,
  type TreeView,
} from 'vscode';
import { lintFiles, type FileFindings } from '../../../server/src/lsp/protocol';
import { WORKSPACE_FILES } from '../documents/lintable';
import type { OpenDocuments } from '../documents/open-documents';
import { isShown } from '../documents/shown';
import type { ServerLifecycle } from '../server/lifecycle';
import { searchWorkspace, shownPath } from '../workspace-search';
import { FindingModel, type FindingGroup } from './finding-model';
import type { FoundItem, Grouping } from './finding-types';
import { liveFindings } from './live-findings';
import { plainLine } from './plain-line';

export const FINDINGS_VIEW = 'immutableInfra.findings';

const GROUPING = 'immutableInfra.findings.grouping';
const ICONS: Readonly<Record<FoundItem['severity'], ThemeIcon>> = {
  error: new ThemeIcon('error', new ThemeColor('problemsErrorIcon.foreground')),
  warning: new ThemeIcon('warning', new ThemeColor('problemsWarningIcon.foreground')),
  info: new ThemeIcon('info', new ThemeColor('problemsInfoIcon.foreground')),
  hint: new ThemeIcon('lightbulb'),
};

type LintedFiles = { readonly files: readonly FileFindings[] };

/** A row of the view. */
export type FindingNode = FindingGroup | FoundItem;

/** The *Findings* view: what is wrong in the open documents, and in the workspace once it was searched. */
export class FindingsView implements TreeDataProvider<FindingNode>, Disposable {
  private readonly model = new FindingModel();
  private readonly changed = new EventEmitter<undefined>();
  private readonly view: TreeView<FindingNode>;
  private readonly subscriptions: Disposable;
  private grouping: Grouping;
  private isScheduled = false;
  private isSearching = false;
  /** Files that changed while the workspace was searched. */
  private readonly changedMeanwhile = new Set<string>();
  private watcher: FileSystemWatcher | undefined;
  /** Files that were searched while they held something that was not saved. */
  private readonly unsaved = new Set<string>();

  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly server: ServerLifecycle,
    private readonly open: OpenDocuments,
    private readonly state: Memento,
  ) {
    this.grouping = state.get<unknown>(GROUPING) === 'file' ? 'file' : 'rule';
    this.view = window.createTreeView<FindingNode>(FINDINGS_VIEW, { treeDataProvider: this, showCollapseAll: true });
    this.subscriptions = Disposable.from(
      this.view,
      this.changed,
      languages.onDidChangeDiagnostics(({ uris }) => {
        for (const uri of uris) this.follow(uri);
      }),
      workspace.onDidCloseTextDocument(({ uri }) => {
        this.model.setLive(uri.toString(), undefined);
        this.refresh();
        this.searchReverted(uri);
      }),
      // A document stays open for a while after its last tab was closed.
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        if (closed.length > 0) this.forgetHidden();
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document.isDirty) return;
        this.searchReverted(document.uri);
        // Another program wrote the file, and the editor read it later than the search did.
        if (this.open.has(document) && !isShown(document.uri)) void this.searchAgain(document.uri);
      }),
      workspace.onDidSaveTextDocument((document) => {
        if (this.open.has(document)) void this.searchAgain(document.uri);
      }),
      workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) this.model.rename(oldUri.toString(), newUri.toString());
        this.refresh();
      }),
    );
    this.show();
  }

  dispose(): void {
    this.watcher?.dispose();
    this.subscriptions.dispose();
  }

  getChildren(node?: FindingNode): FindingNode[] {
    if (!node) return [...this.model.groups(this.grouping)];
    return 'items' in node ? [...node.items] : [];
  }

  getParent(node: FindingNode): FindingNode | undefined {
    if ('items' in node) return undefined;
    const key = this.grouping === 'rule' ? node.rule : node.uri;
    return this.model.groups(this.grouping).find((group) => group.key === key);
  }

  getTreeItem(node: FindingNode): TreeItem {
    return 'items' in node ? this.groupItem(node) : this.findingItem(node);
  }

  /** Another order of the view. */
  async groupBy(grouping: Grouping): Promise<void> {
    this.grouping = grouping;
    await this.state.update(GROUPING, grouping);
    this.show();
  }

  /** Lints every file of the workspace that may be infrastructure. */
  async searchWorkspace(): Promise<void> {
    if (!workspace.workspaceFolders?.length) {
      void window.showInformationMessage(l10n.t('Open a folder first: there is no workspace to lint.'));
      return;
    }
    // Before the search: whoever types while it goes on keeps the keyboard.
    if (!this.view.visible) await commands.executeCommand(`${FINDINGS_VIEW}.focus`);
    this.model.clearSearched();
    this.watchDeleted();
    this.isSearching = true;
    try {
      const lint = async (uris: readonly string[], token: CancellationToken): Promise<void> => {
        const { files } = await this.server.request(lintFiles, { uris, areLearned: true }, token);
        this.take(uris, files);
      };
      const outcome = await searchWorkspace(l10n.t('Linting the workspace'), lint, this.server);
      this.model.hasSearched = outcome !== 'cancelled';
    } finally {
      this.isSearching = false;
    }
    this.show();
    const changed = [...this.changedMeanwhile];
    this.changedMeanwhile.clear();
    for (const uri of changed) void this.searchAgain(Uri.parse(uri));
  }

  private take(asked: readonly string[], files: readonly FileFindings[]): void {
    const dirty = new Set(
      workspace.textDocuments.filter(({ isDirty }) => isDirty).map((document) => String(document.uri)),
    );
    const found = files.map((file) => ({ ...file, uri: Uri.parse(file.uri).toString() }));
    for (const { uri } of found) {
      // The server reads what is typed.
      if (dirty.has(uri)) this.unsaved.add(uri);
      else this.unsaved.delete(uri);
    }
    this.model.takeSearched(asked, found);
    this.refresh();
  }

  /** What is no longer shown is what the last search says of it. */
  private forgetHidden(): void {
    for (const key of this.model.liveUris()) {
      const uri = Uri.parse(key);
      if (isShown(uri)) continue;
      this.model.setLive(key, undefined);
      this.searchReverted(uri);
    }
    this.refresh();
  }

  /** What was searched was never saved, and is gone now: the file is looked at again. */
  private searchReverted(uri: Uri): void {
    const key = uri.toString();
    const isTyped = workspace.textDocuments.some((document) => document.uri.toString() === key && document.isDirty);
    if (isTyped || !this.unsaved.delete(key)) return;
    // In the next turn: until then the server holds what was typed.
    setTimeout(() => void this.searchAgain(uri), 0);
  }

  /** What the search found in a file no longer holds once it is saved, or read anew. */
  private async searchAgain(uri: Uri): Promise<void> {
    if (this.isSearching) {
      this.changedMeanwhile.add(uri.toString());
      return;
    }
    const server = this.server.running;
    if (!this.model.hasSearched || !server) return;
    try {
      const key = uri.toString();
      // What others found in it may be repaired now.
      const uris = [key, ...this.model.findersIn(key).filter((finder) => finder !== key)];
      const { files } = await server.sendRequest<LintedFiles>(lintFiles.method, { uris });
      this.take(uris, files);
    } catch {
      // The server ended. The next search tells.
    }
  }

  /** Files are also deleted by other programs: by Git, when the branch changes. Nothing is watched before a search. */
  private watchDeleted(): void {
    if (this.watcher) return;
    this.watcher = workspace.createFileSystemWatcher(WORKSPACE_FILES, true, true, false);
    this.watcher.onDidDelete((uri) => {
      // An editor that still shows it keeps its findings until it is closed: what it holds can be saved again.
      this.model.forgetSearched(uri.toString());
      this.refresh();
    });
  }

  private follow(uri: Uri): void {
    // Of a document that the server does not know, nothing is current: the server may have ended.
    this.model.setLive(uri.toString(), this.open.has(uri) && isShown(uri) ? liveFindings(uri) : undefined);
    this.refresh();
  }

  /** Many documents change at once when a window opens: one repaint is enough. */
  private refresh(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setTimeout(() => {
      this.isScheduled = false;
      this.show();
    }, 50);
  }

  private show(): void {
    const all = this.model.all();
    const files = new Set(all.map(({ uri }) => uri)).size;
    // Hints are no call to action, and in a review they are what was there before.
    const count = all.filter(({ severity }) => severity !== 'hint').length;
    this.view.badge =
      count === 0
        ? undefined
        : { value: count, tooltip: count === 1 ? l10n.t('1 finding') : l10n.t('{0} findings', count) };
    const where = files === 1 ? l10n.t('{0} in 1 file', all.length) : l10n.t('{0} in {1} files', all.length, files);
    this.view.description = all.length === 0 ? '' : where;
    void commands.executeCommand('setContext', 'immutableInfra.findingsGrouping', this.grouping);
    void commands.executeCommand('setContext', 'immutableInfra.workspaceSearched', this.model.hasSearched);
    this.changed.fire(undefined);
  }

  private groupItem({ key, items }: FindingGroup): TreeItem {
    const isRule = this.grouping === 'rule';
    const item = new TreeItem(key, TreeItemCollapsibleState.Expanded);
    item.id = `${this.grouping} ${key}`;
    const [worst] = items;
    if (isRule) {
      if (worst) item.iconPath = ICONS[worst.severity];
      item.description = String(items.length);
      item.tooltip =
        items.length === 1 ? l10n.t('1 finding of {0}', key) : l10n.t('{0} findings of {1}', items.length, key);
      item.contextValue = 'rule';
    } else {
      const path = shownPath(key);
      const slash = path.lastIndexOf('/');
      item.label = path.slice(slash + 1);
      item.resourceUri = Uri.parse(key);
      item.iconPath = ThemeIcon.File;
      item.description = [path.slice(0, Math.max(slash, 0)), String(items.length)]
        .filter((part) => part !== '')
        .join(' · ');
      item.contextValue = 'file';
    }
    return item;
  }

  private findingItem(finding: FoundItem): TreeItem {
    const { uri, rule, severity, message, range } = finding;
    const line = range.start.line + 1;
    const said = plainLine(message);
    // Below a rule the places differ, below a file the messages do: that comes first.
    const { path } = Uri.parse(uri);
    const place = `${path.slice(path.lastIndexOf('/') + 1)}:${line}`;
    const item = new TreeItem(this.grouping === 'rule' ? place : said);
    item.iconPath = ICONS[severity];
    item.description = this.grouping === 'rule' ? said : `${rule} · ${line}`;
    item.tooltip = `${message}\n\n${rule} · ${shownPath(uri)}:${line}`;
    item.contextValue = 'finding';
    item.accessibilityInformation = { label: `${severity}: ${message} ${shownPath(uri)}, ${line}` };
    const selection = new Range(range.start.line, range.start.character, range.end.line, range.end.character);
    item.command = { command: 'vscode.open', title: l10n.t('Open'), arguments: [Uri.parse(uri), { selection }] };
    return item;
  }
}

/** The rule of a row, for *Explain Rule…* in its menu. */
export function ruleOfNode(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if ('rule' in node && typeof node.rule === 'string') return node.rule;
  return 'items' in node && 'key' in node && typeof node.key === 'string' ? node.key : undefined;
}
