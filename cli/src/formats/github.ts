import type { Severity } from '../../../server/src/core/finding';
import type { LocatedFinding } from '../located';
import type { Format } from '../report';

const COMMANDS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
  hint: 'notice',
};

/**
 * Annotations in a GitHub Actions log
 * (docs.github.com, "Workflow commands": percent, carriage return and line feed are escaped; in properties also `:` and `,`).
 */
export const github: Format = (report) =>
  report.findings
    .map((finding) => {
      const properties = { file: report.root.shown(finding.path), ...lines(finding), title: finding.rule };
      const written = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
      return `::${COMMANDS[finding.severity]} ${written.join(',')}::${escapeData(withFix(finding))}\n`;
    })
    .join('');

/** Columns are only allowed when the annotation is on one line. */
function lines({ region }: LocatedFinding): Record<string, string> {
  const { startLine, endLine, startColumn, endColumn } = region;
  const place = { line: String(startLine), endLine: String(endLine) };
  return startLine === endLine ? { ...place, col: String(startColumn), endColumn: String(endColumn) } : place;
}

function withFix({ message, fixes }: LocatedFinding): string {
  const [fix] = fixes;
  return fix ? `${message} Fix: ${fix.title}` : message;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
