import { workspace, type LogOutputChannel } from 'vscode';
import type { LanguageClientOptions, Middleware } from 'vscode-languageclient';
import { COMMANDS, SETTINGS_SECTION, type InitializationOptions } from '../../../server/src/lsp/protocol';
import { DOCUMENT_SELECTOR } from '../documents/lintable';

/** A rule's id in a finding opens its page in the editor: a command link, so that nobody is asked about a URL. */
const RULE_PAGE = `command:${COMMANDS.explainRule}?%5B%22{id}%22%5D`;

/** How the language client works with the editor. */
export function clientOptions(
  log: LogOutputChannel,
  middleware: Middleware,
  errorHandler: LanguageClientOptions['errorHandler'],
): LanguageClientOptions {
  return {
    documentSelector: [...DOCUMENT_SELECTOR],
    outputChannel: log,
    // Never: `RevealOutputChannelOn.Never`, without loading the library for a number.
    revealOutputChannelOn: 4,
    initializationOptions: (): InitializationOptions => ({
      fileSystem: true,
      roles: true,
      credentials: true,
      status: true,
      commands: true,
      ruleDocs: RULE_PAGE,
      trusted: workspace.isTrusted,
    }),
    diagnosticCollectionName: SETTINGS_SECTION,
    diagnosticPullOptions: { onChange: true, onSave: true, onFocus: false, onTabs: false },
    middleware,
    ...(errorHandler ? { errorHandler } : {}),
    // Explanations in hovers link to rule pages, and to nothing else.
    markdown: { isTrusted: { enabledCommands: [COMMANDS.explainRule] } },
  };
}
