import type { Severity } from '../../../server/src/core/finding';
import type { LocatedFinding, LocatedFix } from '../located';
import {
  byFile,
  counted,
  countSeverities,
  describeCounts,
  type Format,
  type FormatOptions,
  type Report,
} from '../report';
import { printable, styleFor, type Style } from '../terminal';

/** For people: findings by file with the line they are about, what can be done, and a summary. */
export const pretty: Format = (report, options) => {
  const style = styleFor(options.color);
  const parts: string[] = [];
  const shown = options.showSuppressed
    ? [...report.findings, ...report.suppressed, ...report.baselined].sort(byPlace)
    : report.findings;
  for (const [path, findings] of byFile(shown)) {
    parts.push(style.bold(printable(report.root.shown(path))), '');
    for (const finding of findings) parts.push(...findingLines(finding, report, style));
  }
  for (const finding of report.diff?.fixed ?? []) {
    parts.push(
      `${style.green('fixed')} ${printable(report.root.shown(finding.path))}: ${printable(finding.message)} ${style.dim(finding.rule)}`,
    );
  }
  if (!options.quiet) parts.push(...summary(report, options, style));
  return parts.length === 0 ? '' : `${parts.join('\n')}\n`;
};

function byPlace(a: LocatedFinding, b: LocatedFinding): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.range.start - b.range.start;
}

function findingLines(finding: LocatedFinding, report: Report, style: Style): string[] {
  const { region, excerpt } = finding;
  const word = severityWord(finding, style);
  const status = statusOf(finding);
  const lines = [
    `  ${word} ${printable(finding.message)}`,
    `  ${style.dim(`${region.startLine}:${region.startColumn}  ${finding.rule}${status === '' ? '' : `  ${status}`}`)}`,
  ];
  const number = String(region.startLine);
  const margin = ' '.repeat(number.length);
  const source = printable(excerpt.text.replaceAll('\t', ' '));
  if (source.trim() !== '') {
    const from = Math.max(0, region.startColumn - 1 - excerpt.cut);
    const to = region.endLine === region.startLine ? region.endColumn - 1 - excerpt.cut : source.length;
    const length = Math.max(1, Math.min(to, source.length) - from);
    const lead = displayWidth(source.slice(0, from));
    const marks = '^'.repeat(Math.max(1, displayWidth(source.slice(from, from + length))));
    lines.push(
      `  ${style.dim(`${margin} |`)}`,
      `  ${style.dim(`${number} |`)} ${source}`,
      `  ${style.dim(`${margin} |`)} ${' '.repeat(lead)}${colorOf(finding.severity, style)(marks)}`,
    );
  }
  const remarks = [
    ...finding.relatedRegions.map(({ region: other, message }) => {
      const where = `${report.root.shown(other.path)}:${other.startLine}:${other.startColumn}`;
      return `see ${printable(where)}: ${printable(message)}`;
    }),
    ...finding.fixes.map((fix) => `${style.green(fixWord(fix))} ${printable(fix.title)}`),
    ...(finding.suppressed ? [`suppressed: ${printable(finding.suppressed.reason ?? 'no reason given')}`] : []),
  ];
  for (const remark of remarks) lines.push(`  ${style.dim(`${margin} =`)} ${remark}`);
  lines.push('');
  return lines;
}

function severityWord({ severity, suppressed, baselined }: LocatedFinding, style: Style): string {
  return suppressed || baselined ? style.dim(severity) : style.bold(colorOf(severity, style)(severity));
}

function colorOf(severity: Severity, style: Style): (text: string) => string {
  return { error: style.red, warning: style.yellow, info: style.blue, hint: style.dim }[severity];
}

function statusOf({ change, baselined, suppressed }: LocatedFinding): string {
  return change ?? (suppressed ? 'suppressed' : baselined ? 'in the baseline' : '');
}

function fixWord({ level }: LocatedFix): string {
  return { safe: 'fix:', suggestion: 'suggestion:', online: 'fix with the registry:' }[level];
}

function summary(report: Report, options: FormatOptions, style: Style): string[] {
  const { findings, diff } = report;
  const files = new Set(findings.map((finding) => finding.path)).size;
  const lines: string[] = [];
  const linted = `${counted(report.linted.length, 'file')} linted`;
  if (findings.length === 0) {
    const what = diff ? 'Nothing new' : 'No findings';
    lines.push(report.linted.length === 0 ? 'No files to lint.' : `${style.green(what)}. ${linted}.`);
  } else {
    lines.push(`${style.bold(describeCounts(countSeverities(findings)))} in ${counted(files, 'file')}, ${linted}.`);
  }
  if (diff) {
    const count = (change: string): number => findings.filter((finding) => finding.change === change).length;
    lines.push(
      `Against ${diff.base}: new ${count('new')}, touched ${count('touched')}, existing ${diff.existing.length}, fixed ${diff.fixed.length}.`,
    );
  }
  const safe = findings.filter((finding) => finding.fixes.some((fix) => fix.level === 'safe')).length;
  if (safe > 0)
    lines.push(`${counted(safe, 'finding')} can be fixed with \`immutable-infra fix\` (--dry-run shows the changes).`);
  const aside = [
    report.suppressed.length > 0 && !options.showSuppressed ? `${report.suppressed.length} suppressed` : '',
    report.baselined.length > 0 && !options.showSuppressed ? `${report.baselined.length} in the baseline` : '',
    report.hidden > 0 ? `${report.hidden} milder (--min-severity hint shows all)` : '',
  ].filter((part) => part !== '');
  if (aside.length > 0) lines.push(style.dim(`Not shown: ${aside.join(', ')}.`));
  if (report.stale.length > 0)
    lines.push(
      `${counted(report.stale.length, 'finding')} of the baseline no longer found: --prune-baseline takes them out.`,
    );
  return lines;
}

/** Columns that a terminal uses: two for East Asian wide characters and emoji, none for combining marks. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}|\u200d/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}
