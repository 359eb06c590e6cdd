import {
  commands,
  EventEmitter,
  l10n,
  Range,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
  workspace,
  type CancellationToken,
  type Disposable,
  type TreeDataProvider,
  type TreeView,
} from 'vscode';
import { imageInventory, type InventoryImage, type InventoryReference } from '../../../server/src/lsp/protocol';
import type { ServerLifecycle } from '../server/lifecycle';
import { searchWorkspace, shownPath } from '../workspace-search';
import {
  isPinnable,
  isPinned,
  mergeImages,
  shownRepository,
  type RepositoryGroup,
  type TagGroup,
} from './inventory-model';

export const INVENTORY_VIEW = 'immutableInfra.inventory';

/** A row of the view. */
export type InventoryNode = RepositoryGroup | TagGroup | InventoryReference;

const PINNED = new ThemeIcon('lock', new ThemeColor('testing.iconPassed'));
const MOVING = new ThemeIcon('unlock', new ThemeColor('problemsWarningIcon.foreground'));
const UNPINNED = new ThemeIcon('tag');

/** The *Image Inventory* view: every image that the workspace names, by repository, with how firmly it is named. */
export class InventoryView implements TreeDataProvider<InventoryNode>, Disposable {
  private groups: readonly RepositoryGroup[] = [];
  private readonly changed = new EventEmitter<undefined>();
  private readonly view: TreeView<InventoryNode>;

  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly server: ServerLifecycle) {
    this.view = window.createTreeView<InventoryNode>(INVENTORY_VIEW, { treeDataProvider: this, showCollapseAll: true });
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }

  getChildren(node?: InventoryNode): InventoryNode[] {
    if (!node) return [...this.groups];
    if ('tags' in node) return [...node.tags];
    return 'references' in node ? [...node.references] : [];
  }

  getTreeItem(node: InventoryNode): TreeItem {
    if ('tags' in node) return repositoryItem(node);
    return 'references' in node ? tagItem(node) : referenceItem(node);
  }

  /** All references that are shown. */
  references(): readonly InventoryReference[] {
    return this.groups.flatMap(({ references }) => references);
  }

  /** Reads the images of the workspace and shows them. */
  async refresh(): Promise<void> {
    if (!workspace.workspaceFolders?.length) {
      void window.showInformationMessage(l10n.t('Open a folder first: there is no workspace to read images from.'));
      return;
    }
    const parts: (readonly InventoryImage[])[] = [];
    const list = async (uris: readonly string[], token: CancellationToken): Promise<void> => {
      const { images } = await this.server.request(imageInventory, { uris }, token);
      parts.push(images);
    };
    const outcome = await searchWorkspace(l10n.t('Reading the images of the workspace'), list, this.server);
    // A part of the images would pass for all of them.
    if (outcome === 'cancelled') return;
    this.groups = mergeImages(parts);
    await this.show();
    await commands.executeCommand(`${INVENTORY_VIEW}.focus`);
  }

  private async show(): Promise<void> {
    const references = this.references();
    const pinned = references.filter(isPinned).length;
    this.view.description = references.length === 0 ? '' : l10n.t('{0} of {1} pinned', pinned, references.length);
    await commands.executeCommand('setContext', 'immutableInfra.inventoryRead', true);
    await commands.executeCommand('setContext', 'immutableInfra.inventoryHasUnpinned', references.some(isPinnable));
    this.changed.fire(undefined);
  }
}

function repositoryItem({ repository, references, tags }: RepositoryGroup): TreeItem {
  const { name, registry } = shownRepository(repository);
  const item = new TreeItem(name, TreeItemCollapsibleState.Collapsed);
  item.id = repository;
  const isFirm = references.every(isPinned);
  item.iconPath = new ThemeIcon('package');
  const count = tags.length === 1 ? l10n.t('1 version') : l10n.t('{0} versions', tags.length);
  const uses = references.length === 1 ? l10n.t('1 use') : l10n.t('{0} uses', references.length);
  item.description = [count, uses, ...(registry === undefined ? [] : [registry])].join(' · ');
  item.tooltip = `${repository}\n${isFirm ? l10n.t('Every use is pinned to a digest.') : l10n.t('Not every use is pinned to a digest.')}`;
  item.contextValue = references.some(isPinnable) ? 'repository' : 'repository.fixed';
  return item;
}

function tagItem(group: TagGroup): TreeItem {
  const { repository, label, tagClass, references } = group;
  const item = new TreeItem(label, TreeItemCollapsibleState.Collapsed);
  item.id = `${repository} ${label}`;
  const isFirm = references.every(isPinned);
  item.iconPath = isFirm ? PINNED : /latest|floating|moving|none/.test(tagClass) ? MOVING : UNPINNED;
  const uses = references.length === 1 ? l10n.t('1 use') : l10n.t('{0} uses', references.length);
  item.description = `${tagClass} · ${uses}`;
  item.contextValue = references.some(isPinnable) ? 'tag' : 'tag.fixed';
  return item;
}

function referenceItem(reference: InventoryReference): TreeItem {
  const { uri, range, anchor, text, environment } = reference;
  const path = shownPath(uri);
  const line = range.start.line + 1;
  const item = new TreeItem(`${path}:${line}`);
  item.iconPath = new ThemeIcon('go-to-file');
  item.description = environment;
  item.tooltip = `${text}\n${anchor}\n${path}:${line}`;
  item.contextValue = isPinnable(reference) ? 'reference' : 'reference.fixed';
  const selection = new Range(range.start.line, range.start.character, range.end.line, range.end.character);
  item.command = { command: 'vscode.open', title: l10n.t('Open'), arguments: [Uri.parse(uri), { selection }] };
  return item;
}

/** The references that a row stands for; undefined for no row. */
export function referencesOfNode(node: unknown): readonly InventoryReference[] | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if ('references' in node && Array.isArray(node.references)) return node.references as InventoryReference[];
  return 'anchor' in node ? [node as InventoryReference] : undefined;
}
