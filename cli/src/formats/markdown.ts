import { byFile, counted, countSeverities, describeCounts, type Format, type Report } from '../report';
import { printable } from '../terminal';

/** A step summary of GitHub Actions holds 1 MiB; this stays far below. */
const MAX_ROWS = 500;

/** A summary for `$GITHUB_STEP_SUMMARY` or a comment. */
export const markdown: Format = (report) => {
  const { findings, diff } = report;
  const lines = ['## Immutable Infra', ''];
  if (findings.length === 0)
    lines.push(`${diff ? 'Nothing new' : 'No findings'}. ${counted(report.linted.length, 'file')} linted.`);
  else {
    const files = new Set(findings.map((finding) => finding.path)).size;
    lines.push(
      `**${describeCounts(countSeverities(findings))}** in ${counted(files, 'file')}, ${counted(report.linted.length, 'file')} linted.`,
    );
  }
  if (diff)
    lines.push('', `Existing ${diff.existing.length}, fixed ${diff.fixed.length}, against \`${code(diff.base)}\`.`);
  if (findings.length > 0) lines.push('', ...table(report));
  if (diff && diff.fixed.length > 0) {
    lines.push('', '### Fixed', '');
    for (const finding of diff.fixed.slice(0, MAX_ROWS))
      lines.push(`- \`${code(report.root.shown(finding.path))}\`: ${cell(finding.message)} (\`${finding.rule}\`)`);
  }
  return `${lines.join('\n')}\n`;
};

function table(report: Report): string[] {
  const rows = [...byFile(report.findings).values()].flat().map((finding) => {
    const where = `${report.root.shown(finding.path)}:${finding.region.startLine}`;
    const change = report.diff ? ` ${finding.change ?? ''} |` : '';
    return `| ${finding.severity} |${change} \`${code(where)}\` | ${cell(finding.message)} | \`${finding.rule}\` |`;
  });
  const head = report.diff
    ? ['| Severity | Change | Where | What | Rule |', '| --- | --- | --- | --- | --- |']
    : ['| Severity | Where | What | Rule |', '| --- | --- | --- | --- |'];
  const rest = rows.length > MAX_ROWS ? ['', `… and ${rows.length - MAX_ROWS} more.`] : [];
  return [...head, ...rows.slice(0, MAX_ROWS), ...rest];
}

/** Text in a table cell: no bars, line breaks, tags, links or pictures. In the code spans of our messages all is text. */
function cell(text: string): string {
  const plain = printable(text).replace(/\s+/g, ' ').replaceAll('|', '\\|');
  return plain.replace(/`[^`]*`|[<[\]`]/g, (part) => (part === '<' ? '&lt;' : part.length === 1 ? `\\${part}` : part));
}

function code(text: string): string {
  return printable(text).replaceAll('`', "'").replaceAll('|', '\\|');
}
