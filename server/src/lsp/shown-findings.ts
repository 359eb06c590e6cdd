import type { Finding } from '../core/finding';
import type { LineIndex } from '../core/text';
import { distinct } from './distinct';
import { toLspRange } from './places';
import type { ShownFinding } from './protocol';

/** A finding as a view of the client lists it. */
export function shownFinding(finding: Finding, lines: LineIndex): ShownFinding {
  const levels = finding.fixes.map(({ level }) => level);
  const fix = (['safe', 'suggestion', 'online'] as const).find((level) => levels.includes(level));
  return {
    rule: finding.rule,
    severity: finding.severity,
    message: finding.message,
    range: toLspRange(lines, finding.range),
    fingerprint: finding.fingerprint,
    ...(fix === undefined ? {} : { fix }),
  };
}

/** Findings without those that a comment silences, the baseline holds, or that were found twice. */
export function listed(findings: readonly Finding[]): Finding[] {
  const open = findings.filter((finding) => !finding.suppressed);
  return distinct(open, (finding) => finding);
}
