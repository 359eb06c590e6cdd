import type { Ledger } from '../../../../release/src/ledger/ledger';
import { l10n } from '../l10n';

type LedgerView = ReturnType<typeof Ledger.read>;

export interface CheckedLedger {
  readonly environment: string;
  readonly records: number;
  readonly head: string;
  readonly damage: LedgerView['damage'];
}

/** What *Verify Ledger* found, as a document. */
export function ledgerReport(ledgers: readonly CheckedLedger[], root: string): string {
  const lines = ledgers.map(({ environment, records, head, damage }) =>
    damage
      ? `- **${environment}**: ${damageText(damage, records)}`
      : `- **${environment}**: ${records === 1 ? l10n.t('1 record, unbroken. Head `{0}`', head) : l10n.t('{0} records, unbroken. Head `{1}`', records, head)}`,
  );
  const isChanged = ledgers.some(({ damage }) => damage && damage.kind !== 'torn');
  return `${[
    `# ${l10n.t('Ledger')}`,
    ledgers.length === 0
      ? l10n.t('There is no ledger yet: nothing was deployed.')
      : isChanged
        ? `**${l10n.t('The history is not as it was written.')}**`
        : `**${l10n.t('Nobody changed the history.')}**`,
    ...(lines.length > 0 ? [lines.join('\n')] : []),
    l10n.t('It lies in `{0}`. Each record holds the hash of all before it.', root),
  ].join('\n\n')}\n`;
}

/** What is wrong with a ledger, and what to do. */
export function damageText(damage: NonNullable<LedgerView['damage']>, records: number): string {
  switch (damage.kind) {
    case 'torn':
      return l10n.t(
        '{0} records, unbroken. A last line was never finished; the next run saves it and cuts it off.',
        records,
      );
    case 'tampered':
      return l10n.t(
        'record {0} is not as it was written: somebody changed the file. {1} records before it are unbroken. Compare it with a backup before you deploy.',
        damage.seq,
        records,
      );
    case 'short':
      return l10n.t(
        'it ends before record {0}, which was written once: somebody cut the file. Bring it back from a backup.',
        damage.seq,
      );
  }
}
