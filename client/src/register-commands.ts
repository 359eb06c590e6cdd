import { commands, Disposable, env, l10n, window, type LogOutputChannel } from 'vscode';
import { COMMANDS, SETTINGS_SECTION } from '../../server/src/lsp/protocol';
import { openConfiguration } from './commands/configuration';
import { fixAll } from './commands/fix-all';
import { copyReviewSuggestion } from './commands/review-suggestion';
import type { OpenDocuments } from './documents/open-documents';
import { ruleOfNode, type FindingsView } from './findings/findings-view';
import { referencesOfNode, type InventoryView } from './inventory/inventory-view';
import { pinReferences } from './inventory/pin-images';
import { deleteCredentials, storeCredentials } from './registries/commands';
import type { CredentialStore } from './registries/credential-store';
import { isFindingRow } from './review/review-model';
import type { Reviews } from './review/reviews';
import type { RulePages } from './rules/rule-pages';
import type { ServerLifecycle } from './server/lifecycle';

/** What commands work with. */
export interface CommandParts {
  readonly server: ServerLifecycle;
  readonly open: OpenDocuments;
  readonly findings: FindingsView;
  readonly inventory: InventoryView;
  readonly reviews: Reviews;
  readonly pages: RulePages;
  readonly credentials: CredentialStore;
  readonly log: LogOutputChannel;
}

/** Every command of the manifest. An error is shown as one sentence and logged in full. */
export function registerCommands(parts: CommandParts): Disposable {
  const { server, open, findings, inventory, reviews, pages, credentials, log } = parts;
  const actions: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
    'immutableInfra.fixAll': () => fixAll(open),
    'immutableInfra.lintWorkspace': () => findings.searchWorkspace(),
    [COMMANDS.explainRule]: (given) => pages.show(ruleOfNode(given) ?? given),
    'immutableInfra.showOutput': () => log.show(),
    'immutableInfra.restartServer': () => server.restart(),
    'immutableInfra.openConfiguration': () => openConfiguration(),
    'immutableInfra.openSettings': () =>
      commands.executeCommand('workbench.action.openSettings', `@ext:immutable-infra.immutable-infra`),
    'immutableInfra.showInventory': () => inventory.refresh(),
    'immutableInfra.pinAll': () => pinReferences(server, inventory.references(), log),
    'immutableInfra.pinImage': (node) => pinReferences(server, referencesOfNode(node) ?? [], log),
    'immutableInfra.copyImage': (node) => env.clipboard.writeText(referencesOfNode(node)?.[0]?.text ?? ''),
    'immutableInfra.groupFindingsByRule': () => findings.groupBy('rule'),
    'immutableInfra.groupFindingsByFile': () => findings.groupBy('file'),
    'immutableInfra.storeRegistryCredentials': () => storeCredentials(credentials),
    'immutableInfra.deleteRegistryCredentials': () => deleteCredentials(credentials),
    'immutableInfra.reviewChanges': (given) => reviews.start(given),
    'immutableInfra.refreshReview': () => reviews.refresh(),
    'immutableInfra.clearReview': () => reviews.clear(),
    [COMMANDS.copyReviewSuggestion]: (given, fingerprint) =>
      isFindingRow(given) ? reviews.copySuggestion(given) : copyReviewSuggestion(server, given, fingerprint),
  };
  return Disposable.from(
    ...Object.entries(actions).map(([id, action]) =>
      commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          return await action(...args);
        } catch (error) {
          report(id, error, log);
          return undefined;
        }
      }),
    ),
  );
}

/** Shows an error as one sentence, and logs it in full. */
export function report(id: string, error: unknown, log: LogOutputChannel): void {
  log.error(
    `${id.replace(`${SETTINGS_SECTION}.`, '')}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  const message = error instanceof Error ? error.message : String(error);
  const output = l10n.t('Show Output');
  void window.showErrorMessage(l10n.t('Immutable Infra: {0}', message), output).then((picked) => {
    if (picked === output) log.show();
  });
}
