import {
  Disposable,
  l10n,
  languages,
  LanguageStatusSeverity,
  Uri,
  window,
  workspace,
  type Command,
  type LanguageStatusItem,
} from 'vscode';
import { documentStatus, SETTINGS_SECTION, type DocumentStatus } from '../../server/src/lsp/protocol';
import { DOCUMENT_SELECTOR } from './documents/lintable';
import type { OpenDocuments } from './documents/open-documents';
import type { ServerLifecycle } from './server/lifecycle';
import { statusText, type StatusText, type StatusWords } from './status-text';

const SEVERITIES = {
  information: LanguageStatusSeverity.Information,
  warning: LanguageStatusSeverity.Warning,
  error: LanguageStatusSeverity.Error,
} as const;

/** The item behind the braces in the status bar: what was found in the active document, and what to do about it. */
export class StatusItem implements Disposable {
  private readonly item: LanguageStatusItem;
  private readonly known = new Map<string, DocumentStatus>();
  private readonly subscriptions: Disposable;

  constructor(
    private readonly server: ServerLifecycle,
    private readonly open: OpenDocuments,
  ) {
    this.item = languages.createLanguageStatusItem('immutableInfra.status', []);
    this.item.name = l10n.t('Immutable Infra');
    const refresh = (): void => this.refresh();
    this.subscriptions = Disposable.from(
      this.item,
      window.onDidChangeActiveTextEditor(refresh),
      workspace.onDidCloseTextDocument(({ uri }) => this.known.delete(uri.toString())),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SETTINGS_SECTION)) refresh();
      }),
      server.onDidChangeState((state) => {
        if (state !== 'running') this.known.clear();
        refresh();
      }),
      server.onDidStart((client) => {
        client.onNotification(documentStatus.method, (status: DocumentStatus) => this.heard(status));
      }),
    );
    refresh();
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /** What the server said last about a document. */
  of(uri: Uri): DocumentStatus | undefined {
    return this.known.get(uri.toString());
  }

  private heard(status: DocumentStatus): void {
    this.known.set(Uri.parse(status.uri).toString(), status);
    this.refresh();
  }

  private refresh(): void {
    const document = window.activeTextEditor?.document;
    const isOurs = document !== undefined && (this.open.has(document) || this.server.state === 'failed');
    const status = document && this.known.get(document.uri.toString());
    // A document that is none of ours has no item at all: an empty selector matches nothing.
    this.item.selector = isOurs && status?.kind !== null ? DOCUMENT_SELECTOR : [];
    const isEnabled = workspace.getConfiguration(SETTINGS_SECTION, document).get<unknown>('enable') !== false;
    const { severity, text, detail, isBusy, command } = statusText(this.server.state, isEnabled, status, words());
    this.item.severity = SEVERITIES[severity];
    this.item.text = text;
    this.item.detail = detail;
    this.item.busy = isBusy;
    this.item.command = commandOf(command, status?.fixable ?? 0);
  }
}

function commandOf(command: StatusText['command'], fixable: number): Command {
  switch (command) {
    case 'fixAll':
      return {
        command: 'immutableInfra.fixAll',
        title: l10n.t('Fix {0}', fixable),
        tooltip: l10n.t('Fix All Safe Problems'),
      };
    case 'output':
      return { command: 'immutableInfra.showOutput', title: l10n.t('Show Output') };
    case 'configuration':
      return { command: 'immutableInfra.openConfiguration', title: l10n.t('Open immutable.yaml') };
    case 'settings':
      return { command: 'immutableInfra.openSettings', title: l10n.t('Open Settings') };
  }
}

function words(): StatusWords {
  return {
    count: (severity, count) => {
      switch (severity) {
        case 'error':
          return count === 1 ? l10n.t('1 error') : l10n.t('{0} errors', count);
        case 'warning':
          return count === 1 ? l10n.t('1 warning') : l10n.t('{0} warnings', count);
        case 'note':
          return count === 1 ? l10n.t('1 note') : l10n.t('{0} notes', count);
      }
    },
    suppressed: (count) => l10n.t('{0} ignored', count),
    clean: l10n.t('No problems'),
    starting: l10n.t('Checking…'),
    failed: l10n.t('The language server is not running'),
    off: l10n.t('Turned off in the settings'),
    oldVersion: l10n.t('The old version is not checked'),
    wrongSetting: l10n.t('A setting has a wrong value'),
  };
}
