import { env, l10n, window } from 'vscode';
import { reviewSuggestion } from '../../../server/src/lsp/protocol';
import type { ServerLifecycle } from '../server/lifecycle';

/** Copies the fix of a finding as the block that code reviews understand. */
export async function copyReviewSuggestion(server: ServerLifecycle, uri: unknown, fingerprint: unknown): Promise<void> {
  if (typeof uri !== 'string' || typeof fingerprint !== 'string') return;
  const suggestion = await server.request(reviewSuggestion, { uri, fingerprint });
  if (!suggestion) {
    void window.showInformationMessage(l10n.t('This finding has no fix to suggest.'));
    return;
  }
  await env.clipboard.writeText(suggestionBlock(suggestion.text));
  const { startLine, endLine } = suggestion;
  void window.showInformationMessage(
    startLine === endLine
      ? l10n.t('Copied. Paste it as a comment on line {0}.', startLine + 1)
      : l10n.t('Copied. Paste it as a comment on lines {0} to {1}.', startLine + 1, endLine + 1),
  );
}

/** The fence is longer than any that the text holds. */
export function suggestionBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}suggestion\n${text.replace(/\r?\n$/, '')}\n${fence}\n`;
}
