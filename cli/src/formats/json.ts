import type { LocatedFinding, Region } from '../located';
import { countSeverities, type Format, type Report } from '../report';
import { VERSION } from '../version';

/**
 * For programs. The shape is stable: fields are only ever added. Lines and columns start at 1; columns and offsets
 * count UTF-16 code units, and an end lies behind the last one.
 */
export const json: Format = (report) => {
  const { findings, suppressed, baselined, diff } = report;
  const document = {
    version: 1,
    tool: { name: 'immutable-infra', version: VERSION },
    summary: {
      files: report.linted.length,
      findings: findings.length,
      ...countSeverities(findings),
      suppressed: suppressed.length,
      baselined: baselined.length,
      hidden: report.hidden,
      ...(diff
        ? {
            new: findings.filter((finding) => finding.change === 'new').length,
            touched: findings.filter((finding) => finding.change === 'touched').length,
            existing: diff.existing.length,
            fixed: diff.fixed.length,
          }
        : {}),
    },
    findings: findings.map((finding) => entry(finding, report)),
    suppressed: suppressed.map((finding) => entry(finding, report)),
    baselined: baselined.map((finding) => entry(finding, report)),
    ...(diff ? { fixed: diff.fixed.map((finding) => entry(finding, report)) } : {}),
    staleBaseline: report.stale,
    notes: report.notes.map(({ path, message }) => ({ path: report.root.shown(path), message })),
    problems: report.problems.map(({ path, line, message, severity }) => ({
      path: report.root.shown(path),
      line: line + 1,
      severity,
      message,
    })),
    errors: report.errors.map(({ path, rule, message }) => ({ path: report.root.shown(path), rule, message })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};

function entry(finding: LocatedFinding, report: Report): object {
  return {
    rule: finding.rule,
    messageId: finding.messageId,
    severity: finding.severity,
    message: finding.message,
    ...place(finding.region, report),
    offset: finding.range.start,
    length: finding.range.end - finding.range.start,
    anchor: finding.anchor,
    fingerprint: finding.fingerprint,
    ...(finding.change ? { change: finding.change } : {}),
    ...(finding.suppressed ? { suppressed: { reason: finding.suppressed.reason ?? null } } : {}),
    related: finding.relatedRegions.map(({ region, message }) => ({ ...place(region, report), message })),
    fixes: finding.fixes.map((fix) => ({
      level: fix.level,
      title: fix.title,
      ...(fix.resolve ? { image: fix.resolve.image } : {}),
      edits: fix.edits.map((edit, index) => ({
        ...place(fix.regions[index] ?? finding.region, report),
        offset: edit.at.start,
        length: edit.at.end - edit.at.start,
        text: edit.text,
      })),
    })),
  };
}

function place(region: Region, report: Report): object {
  const { path, startLine, startColumn, endLine, endColumn } = region;
  return { path: report.root.shown(path), line: startLine, column: startColumn, endLine, endColumn };
}
