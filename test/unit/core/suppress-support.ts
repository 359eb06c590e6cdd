import type { Finding } from '../../../server/src/core/finding';
import { fingerprint } from '../../../server/src/core/fingerprint';
import {
  applySuppressions,
  parseSuppressions,
  type SuppressionPolicy,
  type SuppressionSource,
} from '../../../server/src/core/suppress';
import { LineIndex, type Range } from '../../../server/src/core/text';
import { parseJson } from '../../../server/src/lang/data/json';
import { regions as dataRegions } from '../../../server/src/lang/data/regions';
import { parseYaml } from '../../../server/src/lang/data/yaml';
import { parseHcl } from '../../../server/src/lang/hcl/parse';
import { regions as hclRegions } from '../../../server/src/lang/hcl/regions';
import type { Comment } from '../../../server/src/lang/syntax';

export const RULES = [
  'mutable-reference/image-tag',
  'mutable-reference/image-digest',
  'local-state/log-to-file',
  'health-check/missing',
];

/** A source as the model makes it, without the model. */
export function source(kind: string, text: string, path = 'file'): SuppressionSource {
  const lines = new LineIndex(text);
  if (kind === 'terraform' || kind === 'packer')
    return { path, text, lines, kind, regions: hclRegions(parseHcl(text)) };
  if (kind === 'dockerfile') return { path, text, lines, kind, regions: dockerfileRegions(text, lines) };
  const data = kind.endsWith('json') ? parseJson(text) : parseYaml(text, { template: kind === 'helm-template' });
  return { path, text, lines, kind, data, regions: dataRegions(data) };
}

/** Instructions with continuation lines, full-line comments and stages: enough of a Dockerfile for comments. */
function dockerfileRegions(text: string, lines: LineIndex): SuppressionSource['regions'] {
  const comments: Comment[] = [];
  const statements: { start: number; end: number }[] = [];
  let open: { start: number; end: number } | undefined;
  for (let line = 0; line < lines.lineCount; line++) {
    const content = lines.line(line);
    if (content.trim() === '') continue;
    const start = lines.lineStart(line) + (content.length - content.trimStart().length);
    const end = lines.lineEnd(line);
    if (content.trimStart().startsWith('#')) {
      comments.push({ range: { start, end }, textStart: start + 1, text: text.slice(start + 1, end) });
      continue;
    }
    if (open) open.end = end;
    else {
      open = { start, end };
      statements.push(open);
    }
    if (!content.endsWith('\\')) open = undefined;
  }
  const stages = statements.filter(({ start }) => text.startsWith('FROM', start));
  const last = statements.at(-1)?.end ?? 0;
  const blocks = stages.map((stage, index) => {
    const next = stages[index + 1]?.start ?? last + 1;
    return { start: stage.start, end: statements.findLast(({ start }) => start < next)?.end ?? last };
  });
  return { comments, statements, blocks };
}

export function finding(of: SuppressionSource, at: string | Range, rule = 'mutable-reference/image-tag'): Finding {
  const start = typeof at === 'string' ? of.text.lastIndexOf(at) : at.start;
  if (start < 0) throw new Error(`${JSON.stringify(at)} is not in the text`);
  const range = typeof at === 'string' ? { start, end: start + at.length } : at;
  return {
    rule,
    messageId: 'm',
    message: 'm',
    severity: 'warning',
    path: of.path,
    range,
    anchor: 'a',
    fingerprint: fingerprint(rule, 'a', of.text.slice(range.start, range.end)),
    related: [],
    fixes: [],
  };
}

export const POLICY: SuppressionPolicy = {
  now: new Date('2026-11-21T12:00:00Z'),
  requireReason: false,
  isKnownRule: (id) => RULES.includes(id),
  ruleIds: RULES,
  unsuppressible: () => false,
};

export function apply(
  of: SuppressionSource,
  findings: readonly Finding[],
  policy: Partial<SuppressionPolicy> = {},
  extra: readonly Comment[] = [],
): Finding[] {
  return applySuppressions(findings, of, parseSuppressions(of, extra), { ...POLICY, ...policy });
}

/** Whether a finding at (the last occurrence of) a text is silenced. */
export function silences(of: SuppressionSource, at: string, rule?: string, extra: readonly Comment[] = []): boolean {
  return apply(of, [finding(of, at, rule)], {}, extra).some(
    (one) => one.suppressed && !one.rule.startsWith('suppression/'),
  );
}

/** `rule-name message` of the findings about suppressions. */
export function complaints(findings: readonly Finding[]): string[] {
  return findings
    .filter((one) => one.rule.startsWith('suppression/') && !one.suppressed)
    .map((one) => `${one.rule.slice(12)}: ${one.message}`);
}
