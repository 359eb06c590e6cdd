import {
  DidChangeConfigurationNotification,
  TextDocumentSyncKind,
  type Connection,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver';
import { clientFeatures, type ClientFeatures } from './client-features';
import { CODE_ACTION_KINDS, CodeActions } from './code-actions';
import { complete, COMPLETION_TRIGGERS } from './completion';
import { ConfigElsewhere } from './config-elsewhere';
import { ConfigPublisher } from './config-publisher';
import { Digests } from './digests';
import { Documents } from './documents';
import { FileEvents } from './file-events';
import { FileTexts } from './file-texts';
import type { Folder } from './folder';
import { Folders } from './folders';
import { hover } from './hover';
import { LazyEdits } from './lazy-edits';
import { documentLinks } from './links';
import { Log } from './log';
import { OnlineFixes } from './online-fixes';
import {
  configNeighbours,
  DIAGNOSTIC_SOURCE,
  documentRoles,
  registryCredentials,
  trustGranted,
  type ConfigNeighbours,
  type RoleOfDocument,
} from './protocol';
import { Publisher } from './publisher';
import { RemoteFiles } from './remote-files';
import { listenToRequests } from './requests';
import { Roles } from './roles';
import { RuleLinks } from './rule-links';
import type { DigestHost, Runtime } from './runtime';
import { Session } from './session';
import { SettingsCache } from './settings-cache';
import { StatusReporter } from './status';
import { WorkspaceEdits } from './workspace-edits';

/**
 * Starts the language server on a connection. Everything that depends on the platform is in `runtime`.
 *
 * @param options what tests replace
 */
export function startServer(connection: Connection, runtime: Runtime, options: ServerOptions = {}): void {
  const log = new Log(connection);
  const documents = new Documents();
  let features: ClientFeatures | undefined;

  connection.onInitialize((params) => {
    features = clientFeatures(params);
    return start(connection, runtime, options, documents, log, params, features);
  });
  connection.listen();
}

/** What tests replace. */
export interface ServerOptions {
  readonly rules?: ConstructorParameters<typeof Folders>[0]['rules'];
}

function start(
  connection: Connection,
  runtime: Runtime,
  options: ServerOptions,
  documents: Documents,
  log: Log,
  params: InitializeParams,
  features: ClientFeatures,
): InitializeResult {
  let isTrusted = features.options.trusted ?? true;
  const local = runtime.localFiles;
  const remote = features.options.fileSystem === true ? new RemoteFiles(connection, log) : undefined;
  const folders = new Folders({
    access: { documents, local, remote },
    isTrusted: () => isTrusted,
    now: () => runtime.now(),
    rules: options.rules,
  });
  folders.add(foldersOf(params));
  const roles = new Roles((resource) => folders.holds(resource));
  const settings = new SettingsCache(connection, log, () => features.configuration);
  const links = new RuleLinks(runtime, features.options.ruleDocs);
  const elsewhere = new ConfigElsewhere(features.options);
  const status = new StatusReporter(connection, () => features.options.status === true);
  const session: Session = new Session({
    documents,
    folders,
    roles,
    settings,
    log,
    links,
    elsewhere,
    remote,
    pause: () => runtime.yield(),
    now: () => runtime.now(),
    onLinted: (document, result) => {
      status.report(document, result);
      configProblems.schedule();
    },
    onOutdated: (keys) => publisher.outdate(keys),
  });
  const publisher: Publisher = new Publisher({
    connection,
    documents,
    session,
    settings,
    log,
    features: () => features,
  });
  const configProblems = new ConfigPublisher(connection, documents, folders, session.places, log);
  const events = new FileEvents({ documents, folders, session, publisher, local, remote });

  const edits = new WorkspaceEdits(documents, roles, features);
  const digests = new Digests(
    runtime.createDigestResolver?.(digestHost(connection, features, folders)),
    () => isTrusted,
  );
  const online = new OnlineFixes(digests, edits);
  const lazy = new LazyEdits(edits, log);
  new CodeActions({ documents, session, edits, lazy, online, features }).listen(connection);

  connection.onHover((request) =>
    hover(request, { documents, folders, session, links, runtime, features, log, elsewhere }),
  );
  connection.onDocumentLinks((request) => documentLinks(request, { documents, session, links }));
  connection.onCompletion((request) => complete(request, { documents, session, elsewhere }));
  const texts = new FileTexts({ documents, folders, settings, session });
  const onLearned = (folder: Folder): void => events.outdateFolder(folder);
  listenToRequests({ connection, documents, folders, session, texts, log, runtime, digests, onLearned });

  documents.listen(connection, {
    opened: (document) => {
      events.checkConfigurations(features, runtime.now().getTime());
      events.documentOpenedOrClosed(document);
      publisher.outdate(roles.concernedBy(document.key));
      configProblems.schedule();
      publisher.changed(document);
    },
    changed: (document) => {
      events.checkConfigurations(features, runtime.now().getTime());
      events.documentChanged(document);
      publisher.outdate(roles.concernedBy(document.key));
      publisher.changed(document);
    },
    saved: (document) => {
      publisher.changed(document);
      publisher.outdate([document.key]);
    },
    closed: (document) => {
      events.documentOpenedOrClosed(document);
      session.closed(document);
      settings.forget(document.uri);
      status.closed(document);
      publisher.closed(document);
      configProblems.schedule();
    },
  });
  connection.languages.diagnostics.on((request, token) => publisher.pull(request, token));
  connection.onDidChangeConfiguration(({ settings: sent }) => {
    settings.changed(sent);
    publisher.outdateAll();
  });
  connection.onDidChangeWatchedFiles(({ changes }) => events.watched(changes));
  connection.onNotification(
    documentRoles.method,
    ({ documents: told }: { readonly documents: readonly RoleOfDocument[] }) => publisher.outdate(roles.tell(told)),
  );
  connection.onNotification(configNeighbours.method, (told: ConfigNeighbours) => {
    elsewhere.tell(told);
    for (const folder of folders.all()) folder.reset();
    publisher.outdateAll();
  });
  connection.onNotification(trustGranted.method, () => {
    isTrusted = true;
    for (const folder of folders.all()) folder.reset();
    publisher.outdateAll();
  });
  connection.onInitialized(() => {
    void onInitialized();
  });
  connection.onShutdown(() => configProblems.stop());

  async function onInitialized(): Promise<void> {
    try {
      if (features.configuration && features.configurationRegistration)
        await connection.client.register(DidChangeConfigurationNotification.type, { section: 'immutableInfra' });
      if (features.workspaceFolders) {
        connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
          folders.add(added.map(({ uri }) => uri));
          folders.remove(removed.map(({ uri }) => uri));
          publisher.outdateAll();
        });
      }
      await events.register(connection, features);
    } catch (error) {
      log.errorOnce('register', 'The client refused a registration.', error);
    }
  }

  return {
    serverInfo: { name: 'immutable-infra', version: runtime.version },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
      ...(features.pullDiagnostics
        ? {
            diagnosticProvider: {
              identifier: DIAGNOSTIC_SOURCE,
              interFileDependencies: false,
              workspaceDiagnostics: false,
            },
          }
        : {}),
      ...(features.codeActionLiterals
        ? { codeActionProvider: { codeActionKinds: [...CODE_ACTION_KINDS], resolveProvider: features.lazyEdits } }
        : {}),
      hoverProvider: true,
      documentLinkProvider: { resolveProvider: false },
      completionProvider: { triggerCharacters: [...COMPLETION_TRIGGERS] },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
  };
}

/** Asks the client for credentials, when it keeps any. */
function digestHost(connection: Connection, { options }: ClientFeatures, folders: Folders): DigestHost {
  return {
    folders: () => folders.all().flatMap(({ root }) => (root?.scheme === 'file' ? [root.path] : [])),
    credentials: async (registry) =>
      options.credentials === true
        ? connection.sendRequest<Awaited<ReturnType<DigestHost['credentials']>>>(registryCredentials.method, {
            registry,
          })
        : null,
  };
}

function foldersOf(params: InitializeParams): string[] {
  if (params.workspaceFolders) return params.workspaceFolders.map(({ uri }) => uri);
  // Clients from before workspace folders name one root.
  const { rootUri }: { readonly rootUri?: string | null } = params;
  return rootUri ? [rootUri] : [];
}
