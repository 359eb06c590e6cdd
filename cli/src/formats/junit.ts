import { byFile, type Format, type Report } from '../report';
import type { LocatedFinding } from '../located';
import { attribute, content, XML_HEADER } from './xml';

/** JUnit XML: a suite a file, a case a finding; a file without findings is one case that passes. */
export const junit: Format = (report) => {
  const findings = byFile(report.findings);
  const paths = [...new Set([...report.linted, ...findings.keys()])].sort();
  const failures = report.findings.length;
  const clean = paths.filter((path) => !findings.has(path)).length;
  const errors = report.errors.length;
  const suites = paths.map((path) => suite(path, findings.get(path) ?? [], report));
  const head = `<testsuites${attribute('name', 'immutable-infra')}${attribute('tests', failures + clean + errors)}${attribute('failures', failures)}${attribute('errors', errors)}>`;
  return `${XML_HEADER}${head}\n${suites.join('')}${internalErrors(report)}</testsuites>\n`;
};

function suite(path: string, findings: readonly LocatedFinding[], report: Report): string {
  const shown = report.root.shown(path);
  const counts = `${attribute('name', shown)}${attribute('tests', Math.max(1, findings.length))}${attribute('failures', findings.length)}${attribute('errors', 0)}`;
  const cases =
    findings.length === 0
      ? [`    <testcase${attribute('classname', shown)}${attribute('name', 'no findings')}/>\n`]
      : findings.map((finding) => failure(finding, shown));
  return `  <testsuite${counts}>\n${cases.join('')}  </testsuite>\n`;
}

function failure(finding: LocatedFinding, shown: string): string {
  const { rule, message, severity, region } = finding;
  const where = `${shown}:${region.startLine}:${region.startColumn}`;
  const fixes = finding.fixes.map((fix) => `\nFix: ${fix.title}`).join('');
  return [
    `    <testcase${attribute('classname', shown)}${attribute('name', `${rule} (${region.startLine}:${region.startColumn})`)}${attribute('file', shown)}${attribute('line', region.startLine)}>\n`,
    `      <failure${attribute('type', severity)}${attribute('message', message)}>${content(`${where}\n${message}${fixes}`)}</failure>\n`,
    '    </testcase>\n',
  ].join('');
}

function internalErrors(report: Report): string {
  if (report.errors.length === 0) return '';
  const cases = report.errors.map(
    ({ path, rule, message }) =>
      `    <testcase${attribute('classname', report.root.shown(path))}${attribute('name', rule)}>\n      <error${attribute('message', message)}/>\n    </testcase>\n`,
  );
  const count = report.errors.length;
  return `  <testsuite${attribute('name', 'internal errors')}${attribute('tests', count)}${attribute('failures', 0)}${attribute('errors', count)}>\n${cases.join('')}  </testsuite>\n`;
}
