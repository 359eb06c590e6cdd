import { TextDocumentSyncKind, type Connection } from 'vscode-languageserver';
import type { Runtime } from './runtime';

/** Starts the language server on a connection. Everything that depends on the platform is in `runtime`. */
export function startServer(connection: Connection, runtime: Runtime): void {
  connection.onInitialize(() => ({
    capabilities: { textDocumentSync: TextDocumentSyncKind.Incremental },
    serverInfo: { name: 'immutable-infra', version: runtime.version },
  }));
  connection.listen();
}
