import type { Severity } from '../../../server/src/core/finding';
import { ruleUrl } from '../docs-pages';
import type { LocatedFinding, Region } from '../located';
import type { Format } from '../report';

const SEVERITY: Readonly<Record<Severity, string>> = {
  error: 'ERROR',
  warning: 'WARNING',
  info: 'INFO',
  hint: 'INFO',
};

/**
 * Reviewdog's Diagnostic Format (github.com/reviewdog/reviewdog/blob/master/proto/rdf): columns count UTF-8 bytes
 * from 1, ends are exclusive. Fixes of one edit in the same file become suggestions.
 */
export const rdjson: Format = (report) => {
  const urls = new Map(report.metas.map((meta) => [meta.id as string, ruleUrl(meta)]));
  const diagnostics = report.findings.map((finding) => {
    const url = urls.get(finding.rule);
    return {
      message: finding.message,
      location: { path: report.root.shown(finding.path), range: range(finding.region) },
      severity: SEVERITY[finding.severity],
      code: { value: finding.rule, ...(url === undefined ? {} : { url }) },
      suggestions: suggestions(finding),
      related_locations: finding.relatedRegions.map(({ region, message }) => ({
        message,
        location: { path: report.root.shown(region.path), range: range(region) },
      })),
    };
  });
  return `${JSON.stringify({ source: { name: 'immutable-infra' }, diagnostics }, null, 2)}\n`;
};

function range(region: Region): object {
  return {
    start: { line: region.startLine, column: region.startByte },
    end: { line: region.endLine, column: region.endByte },
  };
}

/** Reviewdog applies every suggestion of a diagnostic, so only the best fix is given. */
function suggestions(finding: LocatedFinding): object[] {
  const fix = finding.fixes.find(({ level, edits }) => level === 'safe' && edits.length === 1) ?? finding.fixes[0];
  const [edit] = fix?.edits ?? [];
  const [region] = fix?.regions ?? [];
  if (!fix || fix.edits.length !== 1 || !edit || !region || region.path !== finding.path) return [];
  return [{ range: range(region), text: edit.text }];
}
