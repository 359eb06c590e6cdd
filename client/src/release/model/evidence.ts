import type { ListedRun } from '../../../../release/src/api/list-runs';
import type { RunEvent } from '../../../../release/src/run/events';
import { l10n } from '../l10n';
import { endText, probesText, titleOf } from './run-text';

/** How many answers of one check are shown. */
const SHOWN_ANSWERS = 8;

/** What is known of how a run went, as a document. Everything in it was masked when it was written. */
export function evidenceOf(
  run: Pick<ListedRun, 'spec' | 'status' | 'progress' | 'run'>,
  text: string,
  events: string,
  engineLog: string,
): string {
  const told = eventsIn(events);
  const parts = [
    `# ${titleOf(run.spec.kind, run.spec.environment)}`,
    l10n.t(
      'Run `{0}` of {1}: {2}.',
      run.run,
      run.spec.createdAt,
      endText({ status: run.status, outcome: run.progress.outcome }),
    ),
  ];
  if (text !== '') parts.push(quoted(text));
  const probes = told.filter((event) => event.type === 'probe');
  if (probes.length > 0) parts.push(`## ${l10n.t('What was asked, and what answered')}`, probeList(probes));
  const table = run.progress.results.apply?.['table'];
  if (Array.isArray(table) && table.length > 0)
    parts.push(`## ${l10n.t('What was applied')}`, table.map((line) => `- ${String(line)}`).join('\n'));
  const problems = told.flatMap((event) =>
    // What the closing record says stands above already.
    (event.type === 'problem' || event.type === 'warning') && !text.includes(event.text) ? [event] : [],
  );
  if (problems.length > 0)
    parts.push(`## ${l10n.t('Warnings')}`, problems.map(({ text: said }) => quoted(said)).join('\n\n'));
  const steps = told.filter((event) => event.type === 'step' && event.phase === 'ended');
  if (steps.length > 0) {
    const lines = steps.map((event) => (event.type === 'step' ? `- ${event.name}: ${codeText(event.code)}` : ''));
    parts.push(`## ${l10n.t('Programs that ran')}`, lines.join('\n'));
  }
  if (engineLog.trim() !== '')
    parts.push(`## ${l10n.t('What the engine wrote')}`, `\`\`\`\n${engineLog.trim()}\n\`\`\``);
  return `${parts.join('\n\n')}\n`;
}

function eventsIn(text: string): readonly RunEvent[] {
  return text.split('\n').flatMap((line): RunEvent[] => {
    try {
      return line === '' ? [] : [JSON.parse(line) as RunEvent];
    } catch {
      // A line that is being written.
      return [];
    }
  });
}

function probeList(events: readonly Extract<RunEvent, { readonly type: 'probe' }>[]): string {
  const checks = [...new Set(events.map(({ check }) => check))];
  return checks
    .map((check) => {
      const own = events.filter((event) => event.check === check);
      const answers = [...new Set(own.map(({ detail }) => detail))].slice(-SHOWN_ANSWERS);
      return [`- \`${check}\`, ${probesText(own.length)}`, ...answers.map((detail) => `  - ${detail}`)].join('\n');
    })
    .join('\n');
}

function codeText(code: number | null): string {
  return code === null ? l10n.t('no exit code') : l10n.t('exit code {0}', code);
}

function quoted(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `> ${line}  `)
    .join('\n');
}
