import type { ClientCapabilities, InitializeParams } from 'vscode-languageserver';
import type { InitializationOptions } from './protocol';

/** What the client can do, in the words of this server. */
export interface ClientFeatures {
  readonly pullDiagnostics: boolean;
  readonly refreshDiagnostics: boolean;
  /** Answers `workspace/configuration`. */
  readonly configuration: boolean;
  /** Tells when settings change only when asked to. */
  readonly configurationRegistration: boolean;
  readonly workspaceFolders: boolean;
  /** Watches files that the server names. */
  readonly watchedFiles: boolean;
  readonly documentChanges: boolean;
  readonly createFiles: boolean;
  /** Edits may hold placeholders that the user types over. */
  readonly snippetEdits: boolean;
  /** Asks for the edit of a code action when it is picked. */
  readonly lazyEdits: boolean;
  readonly codeActionLiterals: boolean;
  readonly markdown: boolean;
  readonly options: InitializationOptions;
}

/** Reads the capabilities; what is absent is not there. */
export function clientFeatures(params: InitializeParams): ClientFeatures {
  const capabilities: ClientCapabilities = params.capabilities;
  const { workspace, textDocument } = capabilities;
  const edit = workspace?.workspaceEdit;
  const lazy = textDocument?.codeAction?.resolveSupport?.properties ?? [];
  return {
    pullDiagnostics: textDocument?.diagnostic !== undefined,
    refreshDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    configuration: workspace?.configuration === true,
    configurationRegistration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    workspaceFolders: workspace?.workspaceFolders === true,
    watchedFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    documentChanges: edit?.documentChanges === true,
    createFiles: edit?.documentChanges === true && edit.resourceOperations?.includes('create') === true,
    snippetEdits: edit?.snippetEditSupport === true,
    lazyEdits: lazy.includes('edit') && textDocument?.codeAction?.dataSupport === true,
    codeActionLiterals: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    markdown: textDocument?.hover?.contentFormat?.includes('markdown') ?? true,
    options: initializationOptions(params.initializationOptions),
  };
}

/** Only what has the right type: any client may start this server. */
function initializationOptions(given: unknown): InitializationOptions {
  if (typeof given !== 'object' || given === null) return {};
  const from = given as Readonly<Record<string, unknown>>;
  const flag = (name: string): boolean | undefined => {
    const value = from[name];
    return typeof value === 'boolean' ? value : undefined;
  };
  const ruleDocs = from['ruleDocs'];
  return {
    fileSystem: flag('fileSystem'),
    roles: flag('roles'),
    credentials: flag('credentials'),
    status: flag('status'),
    commands: flag('commands'),
    yamlSchema: flag('yamlSchema'),
    jsonSchema: flag('jsonSchema'),
    ruleDocs: typeof ruleDocs === 'string' && ruleDocs.includes('{id}') ? ruleDocs : undefined,
    trusted: flag('trusted'),
  };
}
