import { PassThrough } from 'node:stream';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type CodeAction,
  type CodeActionContext,
  type CompletionItem,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type DocumentLink,
  type Hover,
  type InitializeParams,
  type InitializeResult,
  type MessageReader,
  type MessageWriter,
  type ProtocolConnection,
  type Range,
} from 'vscode-languageserver-protocol/node';
import { createConnection } from 'vscode-languageserver/node';
import type { DocumentStatus, InitializationOptions, Message, RoleOfDocument } from '../../server/src/lsp/protocol';
import { documentRoles, documentStatus, listDirectory, readFile } from '../../server/src/lsp/protocol';
import type { LocalFiles, Runtime } from '../../server/src/lsp/runtime';
import { startServer, type ServerOptions } from '../../server/src/lsp/server';

/** A disk in memory: paths of URIs to texts. */
export class MemoryDisk implements LocalFiles {
  readonly texts: Map<string, string>;
  private listed: { readonly size: number; readonly names: Map<string, Set<string>> } = { size: -1, names: new Map() };
  reads = (scheme: string): boolean => scheme === 'file';

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.texts = new Map(Object.entries(files));
  }

  read(path: string): string | undefined {
    return this.texts.get(path);
  }

  list(path: string): readonly string[] | undefined {
    // Names change only when files come or go.
    if (this.listed.size !== this.texts.size) this.listed = { size: this.texts.size, names: this.listAll() };
    const names = this.listed.names.get(path.replace(/\/$/, ''));
    return names && [...names];
  }

  private listAll(): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    for (const file of this.texts.keys()) {
      for (
        let slash = file.lastIndexOf('/'), end = file.length;
        slash >= 0;
        end = slash, slash = file.lastIndexOf('/', end - 1)
      ) {
        const directory = file.slice(0, slash);
        found.set(directory, (found.get(directory) ?? new Set()).add(file.slice(slash + 1, end)));
        if (slash === 0) break;
      }
    }
    return found;
  }

  forget(): void {
    return;
  }
}

/** How a client is set up. */
export interface ClientOptions {
  readonly folders?: readonly string[] | undefined;
  readonly disk?: LocalFiles | undefined;
  readonly settings?: ((uri: string) => unknown) | undefined;
  readonly options?: InitializationOptions | undefined;
  readonly capabilities?: ((usual: InitializeParams['capabilities']) => InitializeParams['capabilities']) | undefined;
  readonly runtime?: Partial<Runtime> | undefined;
  readonly server?: ServerOptions | undefined;
  /** Files that the client reads for the server, by URI. */
  readonly remote?: Readonly<Record<string, string>> | undefined;
}

const CAPABILITIES: InitializeParams['capabilities'] = {
  textDocument: {
    diagnostic: { dynamicRegistration: false, relatedDocumentSupport: false },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source'] } },
      resolveSupport: { properties: ['edit'] },
      dataSupport: true,
      isPreferredSupport: true,
    },
    hover: { contentFormat: ['markdown'] },
  },
  workspace: {
    configuration: true,
    workspaceFolders: true,
    diagnostics: { refreshSupport: true },
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true, resourceOperations: ['create', 'rename', 'delete'] },
  },
};

/** An editor without a window: what a language client does, over real JSON-RPC. */
export class LspClient {
  readonly published = new Map<string, readonly Diagnostic[]>();
  readonly statuses = new Map<string, DocumentStatus>();
  readonly logs: string[] = [];
  readonly asked: string[] = [];
  refreshes = 0;
  settings: (uri: string) => unknown;
  initialized: InitializeResult | undefined;
  private readonly texts = new Map<string, { version: number; text: string }>();
  private readonly waiting: { test: () => boolean; resolve: () => void }[] = [];

  private constructor(
    readonly connection: ProtocolConnection,
    options: ClientOptions,
  ) {
    this.settings = options.settings ?? (() => null);
    connection.onRequest('workspace/configuration', ({ items }: { items: { scopeUri?: string }[] }) => {
      this.asked.push(...items.map(({ scopeUri }) => scopeUri ?? ''));
      return items.map(({ scopeUri }) => this.settings(scopeUri ?? ''));
    });
    connection.onRequest('workspace/diagnostic/refresh', () => {
      this.refreshes++;
      this.wake();
      return null;
    });
    connection.onRequest('client/registerCapability', () => null);
    connection.onRequest(readFile.method, ({ uri }: { uri: string }) => {
      const text = options.remote?.[uri];
      return text === undefined ? null : { text };
    });
    connection.onRequest(listDirectory.method, ({ uri }: { uri: string }) => {
      const prefix = `${uri.replace(/\/$/, '')}/`;
      const names = Object.keys(options.remote ?? {})
        .filter((file) => file.startsWith(prefix))
        .map((file) => file.slice(prefix.length).split('/')[0] ?? '');
      return names.length === 0 ? null : { names: [...new Set(names)] };
    });
    connection.onNotification(
      'textDocument/publishDiagnostics',
      (params: { uri: string; diagnostics: Diagnostic[] }) => {
        this.published.set(params.uri, params.diagnostics);
        this.wake();
      },
    );
    connection.onNotification(documentStatus.method, (status: DocumentStatus) => {
      this.statuses.set(status.uri, status);
      this.wake();
    });
    connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.logs.push(message);
      this.wake();
    });
  }

  /** A server in this process, over streams. */
  static async start(options: ClientOptions = {}): Promise<LspClient> {
    const up = new PassThrough();
    const down = new PassThrough();
    const runtime: Runtime = {
      version: '0.0.0-test',
      localFiles: options.disk ?? new MemoryDisk(),
      yield: () => new Promise((resolve) => setImmediate(resolve)),
      readDoc: (rule) => (rule.includes('nothing') ? undefined : `# ${rule}\n\nWhy.\n`),
      docUri: (rule) => `file:///package/docs/rules/${rule}.md`,
      now: () => new Date('2026-11-21T12:00:00Z'),
      ...options.runtime,
    };
    startServer(createConnection(new StreamMessageReader(up), new StreamMessageWriter(down)), runtime, options.server);
    return LspClient.connect(new StreamMessageReader(down), new StreamMessageWriter(up), options);
  }

  /** A server that runs already. */
  static async connect(reader: MessageReader, writer: MessageWriter, options: ClientOptions = {}): Promise<LspClient> {
    const connection = createProtocolConnection(reader, writer);
    const client = new LspClient(connection, options);
    connection.listen();
    const params: Omit<InitializeParams, 'rootUri'> = {
      processId: null,

      capabilities: options.capabilities?.(CAPABILITIES) ?? CAPABILITIES,
      workspaceFolders: (options.folders ?? []).map((uri) => ({ uri, name: uri.split('/').pop() ?? '' })),
      initializationOptions: options.options,
    };
    client.initialized = await connection.sendRequest<InitializeResult>('initialize', params);
    await connection.sendNotification('initialized', {});
    return client;
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest('shutdown');
    this.connection.dispose();
  }

  async open(uri: string, languageId: string, text: string): Promise<void> {
    this.texts.set(uri, { version: 1, text });
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId, version: 1, text },
    });
  }

  /** Replaces a piece of the text, as typing does. */
  async edit(uri: string, range: Range, newText: string): Promise<number> {
    const known = this.texts.get(uri) ?? { version: 0, text: '' };
    const version = known.version + 1;
    this.texts.set(uri, { version, text: known.text });
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ range, text: newText }],
    });
    return version;
  }

  async replace(uri: string, text: string): Promise<number> {
    const version = (this.texts.get(uri)?.version ?? 0) + 1;
    this.texts.set(uri, { version, text });
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    });
    return version;
  }

  async save(uri: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didSave', { textDocument: { uri } });
  }

  async close(uri: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  async watched(...changes: readonly { uri: string; type: 1 | 2 | 3 }[]): Promise<void> {
    await this.connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
  }

  async changeSettings(settings: (uri: string) => unknown): Promise<void> {
    this.settings = settings;
    await this.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  }

  async roles(...documents: readonly RoleOfDocument[]): Promise<void> {
    await this.connection.sendNotification(documentRoles.method, { documents });
  }

  pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.connection.sendRequest('textDocument/diagnostic', {
      textDocument: { uri },
      identifier: 'immutable',
      ...(previousResultId === undefined ? {} : { previousResultId }),
    });
  }

  /** The diagnostics of a full report. */
  async diagnostics(uri: string): Promise<readonly Diagnostic[]> {
    const report = await this.pull(uri);
    return report.kind === 'full' ? report.items : [];
  }

  /** The rules that are reported, in order. */
  async rules(uri: string): Promise<readonly string[]> {
    return (await this.diagnostics(uri)).map(({ code }) => String(code));
  }

  async codeActions(
    uri: string,
    range: Range,
    context: Partial<CodeActionContext> = {},
  ): Promise<readonly CodeAction[]> {
    const found = await this.connection.sendRequest<CodeAction[] | null>('textDocument/codeAction', {
      textDocument: { uri },
      range,
      context: { diagnostics: [], ...context },
    });
    return found ?? [];
  }

  resolve(action: CodeAction): Promise<CodeAction> {
    return this.connection.sendRequest('codeAction/resolve', action);
  }

  hover(uri: string, line: number, character: number): Promise<Hover | null> {
    return this.connection.sendRequest('textDocument/hover', { textDocument: { uri }, position: { line, character } });
  }

  async links(uri: string): Promise<readonly DocumentLink[]> {
    return (
      (await this.connection.sendRequest<DocumentLink[] | null>('textDocument/documentLink', {
        textDocument: { uri },
      })) ?? []
    );
  }

  async completion(uri: string, line: number, character: number): Promise<readonly CompletionItem[]> {
    const found = await this.connection.sendRequest<CompletionItem[] | { items: CompletionItem[] } | null>(
      'textDocument/completion',
      { textDocument: { uri }, position: { line, character } },
    );
    return Array.isArray(found) ? found : (found?.items ?? []);
  }

  send<Params, Result>(message: Message<Params, Result>, params: Params): Promise<Result> {
    return this.connection.sendRequest(message.method, params);
  }

  /** Waits until something that the server sends makes the test true. */
  async until(test: () => boolean): Promise<void> {
    if (test()) return;
    await new Promise<void>((resolve) => this.waiting.push({ test, resolve }));
  }

  private wake(): void {
    for (const one of [...this.waiting]) {
      if (!one.test()) continue;
      this.waiting.splice(this.waiting.indexOf(one), 1);
      one.resolve();
    }
  }
}

/** The range of a piece of text on its first line. */
export function rangeOf(text: string, piece: string): Range {
  const start = text.indexOf(piece);
  if (start < 0) throw new Error(`no ${piece}`);
  const before = text.slice(0, start).split('\n');
  const line = before.length - 1;
  const character = before.at(-1)?.length ?? 0;
  return { start: { line, character }, end: { line, character: character + piece.length } };
}
