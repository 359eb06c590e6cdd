import type { DoctorLine } from '../../../../release/src/api/examine';
import { l10n } from '../l10n';

/** What was looked at of one pipeline. */
export interface Checkup {
  readonly name: string;
  readonly file: string;
  readonly lines: readonly DoctorLine[];
}

/** What keeps deliveries from working here, as a document: the worst first. */
export function doctorReport(checkups: readonly Checkup[], isTrusted: boolean): string {
  const parts = [`# ${l10n.t('Doctor')}`];
  if (!isTrusted) parts.push(l10n.t('This workspace is not trusted, so nothing runs in it.'));
  if (checkups.length === 0) parts.push(l10n.t('There is no pipeline here. Run *Immutable: Set Up Pipeline*.'));
  for (const { name, file, lines } of checkups) {
    const isFit = !lines.some(({ verdict }) => verdict === 'fail');
    parts.push(
      `## ${name}`,
      `\`${file}\``,
      `**${isFit ? l10n.t('A run could start.') : l10n.t('A run could not start.')}**`,
      sorted(lines).map(lineText).join('\n'),
    );
  }
  return `${parts.join('\n\n')}\n`;
}

const ORDER: readonly DoctorLine['verdict'][] = ['fail', 'warn', 'ok'];

function sorted(lines: readonly DoctorLine[]): readonly DoctorLine[] {
  return [...lines].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
}

function lineText({ what, verdict, text, next }: DoctorLine): string {
  const first = `- ${verdictText(verdict)} **${what}**: ${text}`;
  return next === null ? first : `${first}\n  - ${next}`;
}

/** In words too: nothing is told by a sign alone. */
function verdictText(verdict: DoctorLine['verdict']): string {
  switch (verdict) {
    case 'ok':
      return `✓ ${l10n.t('fine')}`;
    case 'warn':
      return `! ${l10n.t('look')}`;
    case 'fail':
      return `✗ ${l10n.t('missing')}`;
  }
}
