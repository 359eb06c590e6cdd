import { workspace, type LogOutputChannel, type Uri } from 'vscode';
import {
  CloseAction,
  ErrorAction,
  RevealOutputChannelOn,
  State,
  type BaseLanguageClient,
  type LanguageClientOptions,
} from 'vscode-languageclient';
import { COMMANDS, SETTINGS_SECTION, type InitializationOptions } from '../../../server/src/lsp/protocol';
import { DOCUMENT_SELECTOR } from '../documents/lintable';
import { documentMiddleware } from '../documents/middleware';
import type { OpenDocuments } from '../documents/open-documents';
import { findConfigNeighbours, neighbourMiddleware } from '../neighbours';
import type { Platform } from '../platform';
import { withoutSecrets } from '../registries/redaction';
import type { ServerEvents } from './lifecycle';

/** A rule's id in a finding opens its page in the editor: a command link, so that nobody is asked about a URL. */
const RULE_PAGE = `command:${COMMANDS.explainRule}?%5B%22{id}%22%5D`;

/** What a connection is made from. */
export interface ConnectionParts {
  readonly platform: Platform;
  readonly extension: Uri;
  readonly open: OpenDocuments;
  readonly log: LogOutputChannel;
}

/** Makes the language client. This module loads the client library, so it is loaded when the server is first needed. */
export async function connect(parts: ConnectionParts, events: ServerEvents): Promise<BaseLanguageClient> {
  const client = await parts.platform.createClient(parts.extension, clientOptions(parts, events));
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Running) events.answers();
  });
  // The library shows some errors to people, in words for those who write servers. They go to the log only.
  client.error = (message, data) => {
    parts.log.error(data === undefined ? message : `${message} ${String(data)}`);
  };
  return client;
}

function clientOptions({ open, log }: ConnectionParts, events: ServerEvents): LanguageClientOptions {
  return {
    documentSelector: [...DOCUMENT_SELECTOR],
    outputChannel: log,
    traceOutputChannel: withoutSecrets(log),
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: (): InitializationOptions => ({
      fileSystem: true,
      roles: true,
      credentials: true,
      status: true,
      commands: true,
      ruleDocs: RULE_PAGE,
      trusted: workspace.isTrusted,
      ...findConfigNeighbours(),
    }),
    diagnosticCollectionName: SETTINGS_SECTION,
    diagnosticPullOptions: { onChange: true, onSave: true, onFocus: false, onTabs: false },
    middleware: { ...documentMiddleware(open), ...neighbourMiddleware() },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      // Restarts are ours: the client's own lose a server that ends while it starts.
      closed: () => {
        events.ended();
        return { action: CloseAction.DoNotRestart, handled: true, message: 'The language server ended.' };
      },
    },
    initializationFailedHandler: () => false,
    // Explanations in hovers link to rule pages, and to nothing else.
    markdown: { isTrusted: { enabledCommands: [COMMANDS.explainRule] } },
  };
}
