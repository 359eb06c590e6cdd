import {
  commands,
  EventEmitter,
  FileType,
  l10n,
  Uri,
  window,
  workspace,
  type Disposable,
  type TreeDataProvider,
  type TreeItem,
} from 'vscode';
import { CONTEXT, DELIVERY_COMMANDS, RELEASES_VIEW, RUNS_VIEW, type DeliveryCommandId } from './command-table';
import type { ReleaseModule } from './start';
import { DOCUMENT_SCHEMES, VirtualFiles } from './virtual-files';
import type { ReleaseNode } from './views/releases-view';
import type { RunNode } from './views/runs-view';

/** Loads the delivery half; undefined in a browser, which starts no processes. */
export type LoadRelease = (() => Promise<ReleaseModule>) | undefined;

const NAMES = ['immutable.yaml', 'immutable.yml'];

/**
 * The delivery half before it is loaded: its commands and views are there, and load it when they are used. After the
 * start of the editor it looks for `immutable.yaml`, and only then for runs that go on.
 */
export class ReleaseFrame implements Disposable {
  private readonly begun = performance.now();
  private attachMs: number | undefined;
  private loading: Promise<ReleaseModule> | undefined;
  private readonly subscriptions: { dispose(): unknown }[] = [];
  private readonly timer: NodeJS.Timeout;
  private attaching: Promise<readonly string[]> = Promise.resolve([]);

  constructor(
    private readonly load: LoadRelease,
    private readonly report: (command: string, error: unknown) => void,
  ) {
    for (const id of Object.keys(DELIVERY_COMMANDS) as DeliveryCommandId[]) {
      this.subscriptions.push(commands.registerCommand(id, (...args: unknown[]) => this.run(id, args)));
    }
    // Registered before anything is loaded: an editor that comes back after a reload asks for its text at once.
    for (const scheme of load ? DOCUMENT_SCHEMES : [])
      this.subscriptions.push(new VirtualFiles(scheme, async () => (await this.module()).source(scheme)));
    // What the views say in a browser stands in their welcome text.
    const releases = new LazyTree<ReleaseNode>(load && (() => this.module().then(({ releases: view }) => view)));
    const runs = new LazyTree<RunNode>(load && (() => this.module().then(({ runs: view }) => view)));
    const runsView = window.createTreeView(RUNS_VIEW, { treeDataProvider: runs });
    this.subscriptions.push(
      releases,
      runs,
      window.createTreeView(RELEASES_VIEW, { treeDataProvider: releases, showCollapseAll: true }),
      runsView,
    );
    this.useRunsView = (module) => module.useRunsView(runsView);
    // Behind the start of the editor: it reads no file while the extension activates.
    this.timer = setTimeout(() => {
      this.attaching = this.wake().catch((error: unknown) => {
        report('delivery', error);
        return [];
      });
    }, 0);
  }

  private readonly useRunsView: (module: ReleaseModule) => void;

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    void this.loading?.then((module) => {
      module.dispose();
    });
  }

  /** True once the delivery half was needed. */
  get isLoaded(): boolean {
    return this.loading !== undefined;
  }

  /** The runs that were found when the window opened. */
  get attached(): Promise<readonly string[]> {
    return this.attaching;
  }

  /** The delivery half, loaded. @throws where no process can be started */
  module(): Promise<ReleaseModule> {
    if (!this.load) return Promise.reject(new Error(noProcesses()));
    this.loading ??= this.load().then((module) => {
      this.useRunsView(module);
      return module;
    });
    return this.loading;
  }

  private async run(id: DeliveryCommandId, args: readonly unknown[]): Promise<unknown> {
    try {
      return await (await this.module()).run(id, args);
    } catch (error) {
      this.report(id, error);
      return undefined;
    }
  }

  /** How long it took from the activation until runs that go on were shown, in ms; undefined until then. */
  get attachedAfter(): number | undefined {
    return this.attachMs;
  }

  private async wake(): Promise<readonly string[]> {
    // Whoever waits for an answer of the window waits for everything that it is busy with while it opens.
    void commands.executeCommand('setContext', CONTEXT.canDeliver, this.load !== undefined);
    if (!this.load || !(await hasConfiguration())) return [];
    const found = (await this.module()).attach();
    this.attachMs = performance.now() - this.begun;
    return found;
  }
}

function noProcesses(): string {
  return l10n.t(
    'Bake, deploy and roll back need a place where programs run: VS Code on a desktop, or a remote one. A browser alone starts none.',
  );
}

async function hasConfiguration(): Promise<boolean> {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const places = folders.flatMap(({ uri }) => NAMES.map((name) => Uri.joinPath(uri, name)));
  return (await Promise.all(places.map(isFile))).includes(true);
}

async function isFile(uri: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(uri)).type & FileType.File) !== 0;
  } catch {
    return false;
  }
}

/** A tree whose provider is loaded when somebody looks at it. */
class LazyTree<Node> implements TreeDataProvider<Node>, Disposable {
  private readonly changed = new EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private provider: TreeDataProvider<Node> | undefined;
  private subscription: Disposable | undefined;

  constructor(private readonly load: (() => Promise<TreeDataProvider<Node>>) | undefined) {}

  dispose(): void {
    this.subscription?.dispose();
    this.changed.dispose();
  }

  async getChildren(node?: Node): Promise<Node[]> {
    return this.load ? [...((await (await this.loaded(this.load)).getChildren(node)) ?? [])] : [];
  }

  getTreeItem(node: Node): TreeItem | Thenable<TreeItem> {
    if (!this.provider) throw new Error('a row of a tree that has none');
    return this.provider.getTreeItem(node);
  }

  getParent(node: Node): Node | undefined {
    return (this.provider?.getParent?.(node) as Node | undefined) ?? undefined;
  }

  private async loaded(load: () => Promise<TreeDataProvider<Node>>): Promise<TreeDataProvider<Node>> {
    if (this.provider) return this.provider;
    this.provider = await load();
    this.subscription = this.provider.onDidChangeTreeData?.(() => this.changed.fire(undefined));
    return this.provider;
  }
}
