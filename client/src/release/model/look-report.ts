import type { DriftReport, Instance } from '../../../../release/src/api/detect-drift';
import type { HealthResult } from '../../../../release/src/health/health';
import { l10n } from '../l10n';
import { inEditorWords } from './editor-words';
import { healthText } from './release-rows';
import { inLine, probesText, shortId, withShortDigests } from './run-text';

/** *Show What Is Running* and *Detect Drift* as a document: what runs, what is not as it should be, what nobody saw. */
export function lookReport(report: DriftReport): string {
  const parts = [
    `# ${l10n.t('What runs in {0}', report.environment)}`,
    report.live
      ? l10n.t(
          'The ledger says that release `{0}` is live{1}. Looked at {2}.',
          report.live.id,
          report.live.slot === null ? '' : ` ${l10n.t('in {0}', report.live.slot)}`,
          report.lookedAt,
        )
      : l10n.t('The ledger says that nothing is live. Looked at {0}.', report.lookedAt),
    `**${verdictOf(report)}**`,
  ];
  if (report.instances.length > 0) parts.push(instanceList(report.instances));
  if (report.differences.length > 0) {
    parts.push(`## ${l10n.t('Drift')}`);
    for (const { kind, where, text, action } of report.differences)
      parts.push(`### ${kind}: \`${where}\`\n\n${withShortDigests(text)}\n\n${inEditorWords(action)}`);
  }
  if (report.unseen.length > 0)
    parts.push(`## ${l10n.t('What nobody looked at')}`, report.unseen.map((line) => `- ${line}`).join('\n'));
  return `${parts.join('\n\n')}\n`;
}

/** One sentence: nothing, so many differences, or that nobody could look. */
export function verdictOf({ isLooked, differences, instances }: DriftReport): string {
  if (!isLooked) return l10n.t('The target could not be looked at: nothing is known.');
  if (differences.length === 0) {
    return instances.length === 0 ? l10n.t('Nothing runs.') : l10n.t('Everything runs as the ledger says.');
  }
  return differences.length === 1
    ? l10n.t('1 thing is not as the ledger says.')
    : l10n.t('{0} things are not as the ledger says.', differences.length);
}

/** One paragraph for each: a table would be wider than the editor beside a side bar. */
function instanceList(instances: readonly Instance[]): string {
  const entries = instances.map(({ name, slot, image, release, state, hasTraffic, match }) => {
    const place = [
      ...(slot === null || slot === name ? [] : [l10n.t('in {0}', slot)]),
      ...(hasTraffic ? [l10n.t('has the traffic')] : []),
    ];
    const stamp =
      release === null ? l10n.t('no stamp of a release') : l10n.t('release {0}', `\`${inLine(shortId(release))}\``);
    const shown = image === null ? l10n.t('unknown image') : l10n.t('image {0}', `\`${inLine(shortId(image))}\``);
    return [
      `- **${[`\`${inLine(name)}\``, ...place.map(inLine)].join(', ')}**: ${matchText(match)}`,
      `  ${[shown, stamp, inLine(state)].join(', ')}`,
    ].join('\n');
  });
  return entries.join('\n');
}

function matchText(match: Instance['match']): string {
  switch (match) {
    case 'match':
      return l10n.t('as the ledger says');
    case 'mismatch':
      return l10n.t('⚠ another image than the ledger says');
    case 'unknown':
      return l10n.t('the ledger says nothing of it');
  }
}

/** What the probes of a health check answered, as a document. */
export function healthReport(environment: string, release: string, result: HealthResult, at: string): string {
  const checks = result.checks.map(({ check, healthy, samples, probes }) => {
    const answers = [...new Set(samples.map(({ detail }) => detail))].slice(-5).map((detail) => `  - ${detail}`);
    const verdict = healthy ? l10n.t('healthy') : l10n.t('not healthy');
    return [`- \`${check}\`: ${verdict}, ${probesText(probes)}`, ...answers].join('\n');
  });
  return `${[
    `# ${l10n.t('Health of {0}', environment)}`,
    l10n.t('Release `{0}`, asked at {1}. Nothing was changed.', release, at),
    `**${healthText(result.verdict)}**`,
    checks.length > 0 ? checks.join('\n') : l10n.t('No health check is configured: add `health` to the environment.'),
  ].join('\n\n')}\n`;
}
