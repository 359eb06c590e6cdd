import { didYouMean } from './did-you-mean';
import type { Finding, Fix, Severity, TextEdit } from './finding';
import { fingerprint } from './fingerprint';
import { FAMILIES, fillMessage, type RuleMeta } from './rule';
import type { Suppression } from './suppress';
import type { SuppressedRule } from './suppress-pragma';
import type { SuppressionSource } from './suppress-source';
import { EXPIRED, MISSING_REASON, SUPPRESSION_RULES, UNKNOWN_RULE, UNUSED } from './suppression-rules';
import type { Range } from './text';

/** How suppressions are judged. */
export interface SuppressionPolicy {
  /** The day that decides whether one has expired (in UTC). It still holds on its last day. */
  readonly now: Date;
  /** `'error'`: a missing reason is an error. */
  readonly requireReason: boolean | 'error';
  /** Whether a built-in or custom rule has that id. */
  readonly isKnownRule: (id: string) => boolean;
  /** All ids, to suggest the right one. */
  readonly ruleIds?: readonly string[] | undefined;
  /** Rules that the configuration does not let anybody suppress. */
  readonly unsuppressible: (rule: string) => boolean;
  /** Whether a rule was run at all: what was not run may well be needed. All were when absent. */
  readonly wasRun?: ((rule: string, path: string) => boolean) | undefined;
  /** Configured severity of a rule about suppressions. */
  readonly severityOf?: ((rule: string, path: string) => Severity | 'off' | undefined) | undefined;
}

/**
 * Marks the findings that a suppression silences and adds findings about suppressions that are wrong: unknown rules,
 * unused, expired, without a reason, unreadable. No finding is ever dropped.
 *
 * @param findings those of this file
 * @returns in source order
 */
export function applySuppressions(
  findings: readonly Finding[],
  source: SuppressionSource,
  suppressions: readonly Suppression[],
  policy: SuppressionPolicy,
): Finding[] {
  if (suppressions.length === 0) return [...findings];
  const today = policy.now.toISOString().slice(0, 10);
  const inForce = suppressions.filter((one) => !one.malformed && !isExpired(one, today));
  const used = new Set<SuppressedRule>();
  const refused = new Set<SuppressedRule>();
  const silence = (finding: Finding): Finding => {
    let by: Suppression | undefined;
    for (const suppression of inForce) {
      if (!governs(suppression, finding.range)) continue;
      for (const rule of suppression.rules) {
        if (!names(rule.id, finding.rule)) continue;
        if (policy.unsuppressible(finding.rule)) refused.add(rule);
        else {
          used.add(rule);
          by ??= suppression;
        }
      }
    }
    return by && !finding.suppressed ? { ...finding, suppressed: { reason: by.reason } } : finding;
  };
  const judged = findings.map((finding) => (finding.path === source.path ? silence(finding) : finding));
  const reports = new Reports(source, policy);
  for (const suppression of suppressions)
    report(suppression, isExpired(suppression, today), used, refused, policy, source.path, reports);
  const all = [...judged, ...reports.findings.map(silence)];
  return all
    .map((finding, index) => ({ finding, index }))
    .sort(inOrder)
    .map(({ finding }) => finding);
}

function inOrder(a: { finding: Finding; index: number }, b: { finding: Finding; index: number }): number {
  return (
    a.finding.range.start - b.finding.range.start || a.finding.range.end - b.finding.range.end || a.index - b.index
  );
}

function isExpired(suppression: Suppression, today: string): boolean {
  return suppression.until !== undefined && suppression.until.date < today;
}

/** A finding belongs to what it starts in; one at the very end of a line still belongs to the line. */
function governs(suppression: Suppression, range: Range): boolean {
  return suppression.targets.some(
    (target) =>
      target.start <= range.start &&
      (range.start < target.end || (range.start === target.end && range.start === range.end)),
  );
}

/** `family/*` names every rule of the family, except that findings about suppressions must be named as such. */
function names(pattern: string, rule: string): boolean {
  return pattern === rule || (pattern.endsWith('/*') && rule.startsWith(pattern.slice(0, -1)));
}

function report(
  suppression: Suppression,
  expired: boolean,
  used: ReadonlySet<SuppressedRule>,
  refused: ReadonlySet<SuppressedRule>,
  policy: SuppressionPolicy,
  path: string,
  reports: Reports,
): void {
  const { malformed, rules, until } = suppression;
  if (malformed) {
    const { hint, replacement, range } = malformed;
    const fixes = replacement === undefined ? [] : [replace(range, replacement)];
    reports.add(UNKNOWN_RULE, 'malformed', range, { hint }, 'malformed', fixes);
    return;
  }
  const label = rules.map((rule) => rule.id).join(',');
  if (expired && until) reports.add(EXPIRED, 'expired', until.range, { date: until.date }, label, removal(suppression));
  if (policy.requireReason && suppression.reason === undefined) {
    const severity = policy.requireReason === 'error' ? 'error' : undefined;
    reports.add(MISSING_REASON, 'missing', suppression.range, { rules: label }, label, [], severity);
  }
  for (const rule of rules) {
    if (!isKnown(rule.id, policy)) {
      const guess = didYouMean(rule.id, knownIds(policy));
      const text = guess === undefined ? '' : ` Did you mean \`${guess}\`?`;
      const fixes = guess !== undefined && reports.isWritten(rule) ? [replace(rule.range, guess)] : [];
      reports.add(UNKNOWN_RULE, 'unknown', rule.range, { rule: rule.id, guess: text }, rule.id, fixes);
    } else if (refused.has(rule)) {
      reports.add(UNUSED, 'unsuppressible', rule.range, { rule: rule.id }, rule.id, removalOf(rule, suppression));
    } else if (!expired && !used.has(rule) && wasRun(rule.id, policy, path)) {
      reports.add(UNUSED, 'unused', rule.range, { rule: rule.id }, rule.id, removalOf(rule, suppression));
    }
  }
}

function knownIds(policy: SuppressionPolicy): readonly string[] {
  return [...(policy.ruleIds ?? []), ...SUPPRESSION_RULES.map((rule) => rule.id)];
}

function isKnown(id: string, policy: SuppressionPolicy): boolean {
  if (!id.endsWith('/*')) return policy.isKnownRule(id) || SUPPRESSION_RULES.some((rule) => rule.id === id);
  const family = id.slice(0, -2);
  return FAMILIES.some((known) => known === family) || knownIds(policy).some((known) => known.startsWith(`${family}/`));
}

function wasRun(id: string, policy: SuppressionPolicy, path: string): boolean {
  // Whether these are silenced is known only after this very report.
  if (id.startsWith('suppression/')) return false;
  if (!policy.wasRun) return true;
  if (!id.endsWith('/*')) return policy.wasRun(id, path);
  return policy.ruleIds?.some((known) => names(id, known) && policy.wasRun?.(known, path)) ?? true;
}

function replace(range: Range, text: string): Fix {
  return { level: 'suggestion', title: `Write \`${text}\``, edits: [{ at: range, text }] };
}

function removal(suppression: Suppression): readonly Fix[] {
  return suppression.removal
    ? [{ level: 'suggestion', title: 'Remove the suppression', edits: [suppression.removal] }]
    : [];
}

/** Takes one rule out of a list, or the whole comment when it is the only one. */
function removalOf(rule: SuppressedRule, suppression: Suppression): readonly Fix[] {
  const { rules } = suppression;
  if (rules.length === 1) return removal(suppression);
  const index = rules.indexOf(rule);
  const before = rules[index - 1];
  const after = rules[index + 1];
  const at = before
    ? { start: before.range.end, end: rule.range.end }
    : { start: rule.range.start, end: after?.range.start ?? rule.range.end };
  const edit: TextEdit = { at, text: '' };
  return [{ level: 'suggestion', title: `Remove \`${rule.id}\` from the suppression`, edits: [edit] }];
}

/** Findings about suppressions, in the making. */
class Reports {
  readonly findings: Finding[] = [];
  private readonly occurrences = new Map<string, number>();

  constructor(
    private readonly source: SuppressionSource,
    private readonly policy: SuppressionPolicy,
  ) {}

  /** True when the id stands in the text as it is: only then may an edit replace it. */
  isWritten(rule: SuppressedRule): boolean {
    return this.source.text.slice(rule.range.start, rule.range.end) === rule.id;
  }

  add(
    meta: RuleMeta,
    messageId: string,
    range: Range,
    data: Readonly<Record<string, string>>,
    anchor: string,
    fixes: readonly Fix[],
    severity: Severity = meta.severity,
  ): void {
    const configured = this.policy.severityOf?.(meta.id, this.source.path);
    if (configured === 'off') return;
    const text = this.source.text.slice(range.start, range.end);
    const key = [meta.id, anchor, text].join('\u0000');
    const occurrence = this.occurrences.get(key) ?? 0;
    this.occurrences.set(key, occurrence + 1);
    this.findings.push({
      rule: meta.id,
      messageId,
      message: fillMessage(meta.messages[messageId] ?? messageId, data),
      severity: configured ?? severity,
      path: this.source.path,
      range,
      anchor: `suppression.${anchor}`,
      fingerprint: fingerprint(meta.id, anchor, text, occurrence),
      related: [],
      fixes,
    });
  }
}
