import type { Severity } from '../../../server/src/core/finding';
import { hashText } from '../../../server/src/core/fingerprint';
import type { Format } from '../report';

const SEVERITY: Readonly<Record<Severity, string>> = {
  error: 'critical',
  warning: 'major',
  info: 'minor',
  hint: 'info',
};

/**
 * A GitLab Code Quality report, the subset of the Code Climate format that GitLab reads
 * (docs.gitlab.com/ci/testing/code_quality: description, check_name, fingerprint, location, severity).
 */
export const gitlab: Format = (report) => {
  const seen = new Map<string, number>();
  const issues = report.findings.map((finding) => {
    const path = report.root.shown(finding.path);
    const identity = `${path}\u0000${finding.rule}\u0000${finding.fingerprint}`;
    // Fingerprints must differ within a report.
    const count = seen.get(identity) ?? 0;
    seen.set(identity, count + 1);
    return {
      type: 'issue',
      check_name: finding.rule,
      description: finding.message,
      categories: ['Bug Risk'],
      severity: SEVERITY[finding.severity],
      fingerprint: hashText(`${identity}\u0000${count}`),
      location: { path, lines: { begin: finding.region.startLine, end: finding.region.endLine } },
    };
  });
  return `${JSON.stringify(issues, null, 2)}\n`;
};
