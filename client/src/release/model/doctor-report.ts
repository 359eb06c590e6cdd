import { l10n } from '../l10n';

/** What is wrong with one pipeline. */
export interface Checkup {
  readonly name: string;
  readonly isReady: boolean;
  readonly problems: readonly string[];
}

/** What keeps deliveries from working here, as a document. */
export function doctorReport(checkups: readonly Checkup[], interrupted: number, isTrusted: boolean): string {
  const parts = [`# ${l10n.t('Doctor')}`];
  if (!isTrusted) parts.push(l10n.t('This workspace is not trusted, so nothing runs in it.'));
  if (checkups.length === 0) parts.push(l10n.t('There is no pipeline here. Run *Immutable: Set Up Pipeline*.'));
  for (const { name, problems, isReady } of checkups) {
    const verdict =
      problems.length === 0
        ? l10n.t('Everything that it needs is there.')
        : isReady
          ? l10n.t('Missing:')
          : l10n.t('immutable.yaml cannot be used:');
    parts.push(`## ${name}`, [verdict, ...problems.map((problem) => `- ${problem}`)].join('\n'));
  }
  if (interrupted > 0)
    parts.push(
      l10n.t('{0} runs were interrupted. *Immutable: Resume Interrupted Run…* goes on with them.', interrupted),
    );
  return `${parts.join('\n\n')}\n`;
}
