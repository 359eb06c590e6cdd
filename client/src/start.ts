import {
  Disposable,
  ExtensionMode,
  languages,
  tasks,
  window,
  workspace,
  type ExtensionContext,
  type TextDocument,
  type Uri,
} from 'vscode';
import { trustGranted, type DocumentStatus, type RoleOfDocument } from '../../server/src/lsp/protocol';
import { DOCUMENT_SELECTOR, isLintable } from './documents/lintable';
import { OpenDocuments } from './documents/open-documents';
import { RoleReporter } from './documents/role-reporter';
import { FindingsView, type FindingNode } from './findings/findings-view';
import { InventoryView, type InventoryNode } from './inventory/inventory-view';
import { registerTools } from './lm/tools';
import { followNeighbours } from './neighbours';
import type { Platform } from './platform';
import { registerCommands, report } from './register-commands';
import { CredentialStore } from './registries/credential-store';
import { ReleaseFrame } from './release/frame';
import type { ReviewRow } from './review/review-model';
import { Reviews } from './review/reviews';
import { RuleCatalog } from './rules/rule-catalog';
import { RULE_SCHEME, ruleOfLink, RulePages } from './rules/rule-pages';
import { answerServer } from './server/answers';
import { ServerLifecycle, type ServerState } from './server/lifecycle';
import { StatusItem } from './status';
import { LintTasks, TASK_TYPE } from './tasks/lint-task';

/** What the extension gives to others: its own tests, so far. Nothing here is for other extensions to build on. */
export interface ExtensionApi {
  readonly activationMs: number;
  readonly serverState: () => ServerState;
  readonly status: (uri: Uri) => DocumentStatus | undefined;
  readonly roles: () => readonly RoleOfDocument[];
  readonly findings: { rows(node?: FindingNode): FindingNode[] };
  readonly review: { rows(row?: ReviewRow): ReviewRow[]; summary(): string };
  readonly inventory: { rows(node?: InventoryNode): InventoryNode[] };
  readonly release?: ReleaseFrame | undefined;
}

/**
 * Puts the extension together. It starts no process, reads no file and searches nothing: the server is started when the
 * first document of ours is open, or when a command needs it.
 */
export function start(context: ExtensionContext, platform: Platform): ExtensionApi {
  const begun = performance.now();
  const log = window.createOutputChannel('Immutable Infra', { log: true });
  const open = new OpenDocuments();
  const credentials = new CredentialStore(context.secrets);
  const server = new ServerLifecycle(async (events) => {
    const { connect } = await import('./server/connect');
    return connect({ platform, extension: context.extensionUri, open, log }, events);
  }, log);
  const roles = new RoleReporter(server, open, () => reviews.comparisons);
  const status = new StatusItem(server, open);
  const pages = new RulePages(server, new RuleCatalog(context.extensionUri));
  const findings = new FindingsView(server, open, context.workspaceState);
  const inventory = new InventoryView(server);
  const reviews = new Reviews(server, open);
  const { loadRelease } = platform;
  const release = new ReleaseFrame(
    loadRelease &&
      (async () =>
        (await loadRelease()).startRelease({
          extension: context.extensionUri,
          version: versionOf(context),
          memory: context.workspaceState,
          log,
          server,
        })),
    (command, error) => report(command, error, log),
  );

  context.subscriptions.push(
    log,
    server,
    roles,
    status,
    pages,
    findings,
    inventory,
    reviews,
    release,
    workspace.registerTextDocumentContentProvider(RULE_SCHEME, pages),
    window.registerUriHandler({ handleUri: (uri) => pages.show(ruleOfLink(uri.path)) }),
    registerCommands({ server, open, findings, inventory, reviews, pages, credentials, log }),
    registerTools(server),
    server.onDidChangeState((state) => {
      if (state !== 'running') open.clear();
    }),
    server.onDidStart((client) => {
      answerServer(client, credentials);
    }),
    followNeighbours(server, log),
    workspace.onDidGrantWorkspaceTrust(() => {
      void server.running?.sendNotification(trustGranted.method, {});
    }),
    startWhenNeeded(server),
  );
  if (platform.runCli) {
    context.subscriptions.push(
      tasks.registerTaskProvider(TASK_TYPE, new LintTasks(context.extensionUri, platform.runCli)),
    );
  }
  const activationMs = performance.now() - begun;
  log.info(`Activated in ${activationMs.toFixed(1)} ms.`);
  return {
    activationMs,
    serverState: () => server.state,
    status: (uri) => status.of(uri),
    roles: () => roles.current(),
    findings: { rows: (node) => findings.getChildren(node) },
    review: { rows: (row) => reviews.view.getChildren(row), summary: () => reviews.view.summary },
    inventory: { rows: (node) => inventory.getChildren(node) },
    // Who may answer for a person could approve a plan: only our own tests may.
    ...(context.extensionMode === ExtensionMode.Test ? { release } : {}),
  };
}

/** The version in the manifest. */
function versionOf({ extension }: ExtensionContext): string {
  return (extension.packageJSON as { readonly version: string }).version;
}

/** Waits for a document that the server has something to say about. */
function startWhenNeeded(server: ServerLifecycle): Disposable {
  let isWaiting = true;
  const look = (document: TextDocument): void => {
    if (!isWaiting || languages.match(DOCUMENT_SELECTOR, document) === 0 || !isLintable(document)) return;
    isWaiting = false;
    // A failed start was told to the user.
    server.ensureStarted().catch(() => undefined);
  };
  // After activation: what it costs to start the server is not the editor's start.
  const timer = setTimeout(() => workspace.textDocuments.forEach(look), 0);
  return Disposable.from(
    workspace.onDidOpenTextDocument(look),
    workspace.onDidChangeTextDocument(({ document }) => look(document)),
    new Disposable(() => clearTimeout(timer)),
  );
}
