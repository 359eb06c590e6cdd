import { isTestData, type Environment } from './environment';
import { compareSeverity, type Finding, type Severity } from './finding';
import { fingerprint } from './fingerprint';
import { fillMessage, type Report, type Rule, type RuleMeta } from './rule';
import type { LineIndex, Place } from './text';

/** What the engine needs to know of a file. */
export interface LintSource {
  readonly path: string;
  readonly text: string;
  readonly environment: Environment;
  readonly lines: LineIndex;
}

/** What the configuration says about a rule in a file. */
export interface RuleSetting {
  /** `undefined`: as the rule and its preset have it. */
  readonly severity: Severity | 'off' | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

export type Preset = 'recommended' | 'strict' | 'prototype';

export interface LintSettings {
  readonly preset: Preset;
  /** The setting of a rule for one file: overrides by path are resolved by the configuration. */
  rule(id: string, path: string): RuleSetting;
  /** True when no setting depends on the path. */
  readonly uniform?: boolean | undefined;
}

/** Finds facts in a file and hands them to the listeners that want them: one pass a file. */
export interface FactCollector<Source, Project> {
  collect(
    file: Source,
    project: Project,
    wants: (fact: string) => boolean,
    emit: (fact: string, value: unknown) => void,
  ): void;
}

export interface InternalError {
  /** The rule that threw, or `facts`. */
  readonly rule: string;
  readonly path: string;
  readonly error: unknown;
}

export interface LintResult {
  /** In source order; suppressions and baseline are not applied yet. */
  readonly findings: readonly Finding[];
  readonly errors: readonly InternalError[];
}

/** Families that are mere hints where a file is for development (rules.md §4.5). */
const LENIENT_FAMILIES: ReadonlySet<string> = new Set([
  'interactive-access',
  'local-state',
  'health-check',
  'rollout-safety',
]);

type AnyListener = (fact: unknown) => void;

/**
 * Runs the rules over one file: facts are collected once and dispatched to all listeners. A rule that throws is
 * reported once as an internal error and takes no other rule down.
 *
 * @param sourceAt text of another file in which a rule reported (a variable's default), to fingerprint the finding
 */
export function runRules<Source extends LintSource, Project>(
  file: Source,
  project: Project,
  rules: readonly Rule<object, Source, Project>[],
  collector: FactCollector<Source, Project>,
  settings: LintSettings,
  sourceAt: (path: string) => LintSource | undefined = () => undefined,
): LintResult {
  const errors: InternalError[] = [];
  const reports: Reported[] = [];
  const listeners = new Map<string, { rule: string; listen: AnyListener }[]>();
  const broken = new Set<string>();

  const fail = (rule: string, error: unknown): void => {
    if (broken.has(rule)) return;
    broken.add(rule);
    errors.push({ rule, path: file.path, error });
  };

  for (const { rule, configured, options } of activeRules(rules, settings, file.path)) {
    const { meta } = rule;
    try {
      const created = rule.create({
        file,
        project,
        environment: file.environment,
        options,
        report: (report) => {
          const severity = effectiveSeverity(meta, report.severity, configured, settings.preset, file);
          if (severity) reports.push({ meta, report, severity });
        },
      });
      for (const [fact, listen] of Object.entries(created)) {
        const listener = { rule: meta.id, listen: listen as AnyListener };
        const list = listeners.get(fact);
        if (list) list.push(listener);
        else listeners.set(fact, [listener]);
      }
    } catch (error) {
      fail(meta.id, error);
    }
  }

  if (listeners.size > 0) {
    try {
      collector.collect(
        file,
        project,
        (fact) => listeners.has(fact),
        (fact, value) => {
          for (const { rule, listen } of listeners.get(fact) ?? []) {
            if (broken.has(rule)) continue;
            try {
              listen(value);
            } catch (error) {
              fail(rule, error);
            }
          }
        },
      );
    } catch (error) {
      fail('facts', error);
    }
  }

  return { findings: toFindings(file, reports, sourceAt), errors };
}

function isOn(meta: RuleMeta, preset: Preset, configured: Severity | undefined): boolean {
  if (configured !== undefined || preset === 'strict') return true;
  if (preset === 'prototype') return meta.recommended && meta.id.startsWith('mutable-reference/');
  return meta.recommended;
}

interface ActiveRule<AnyRule> {
  readonly rule: AnyRule;
  readonly configured: Severity | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The rules that run, for settings that are the same everywhere: decided once, not once a file. */
const plans = new WeakMap<LintSettings, { readonly rules: unknown; readonly active: unknown }>();

function activeRules<AnyRule extends { readonly meta: RuleMeta }>(
  rules: readonly AnyRule[],
  settings: LintSettings,
  path: string,
): readonly ActiveRule<AnyRule>[] {
  const known = settings.uniform ? plans.get(settings) : undefined;
  if (known?.rules === rules) return known.active as readonly ActiveRule<AnyRule>[];
  const active = rules.flatMap((rule): readonly ActiveRule<AnyRule>[] => {
    const { severity: configured, options } = settings.rule(rule.meta.id, path);
    if (configured === 'off' || !isOn(rule.meta, settings.preset, configured)) return [];
    return [{ rule, configured, options: withDefaults(rule.meta, options, settings.preset) }];
  });
  if (settings.uniform) plans.set(settings, { rules, active });
  return active;
}

function withDefaults(
  meta: RuleMeta,
  configured: Readonly<Record<string, unknown>>,
  preset: Preset,
): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(meta.options ?? {})) {
    const strict = preset === 'strict' ? schema.strictDefault : undefined;
    options[name] = configured[name] ?? strict ?? schema.default;
  }
  return options;
}

function effectiveSeverity(
  meta: RuleMeta,
  reported: Severity | undefined,
  configured: Severity | undefined,
  preset: Preset,
  file: LintSource,
): Severity | undefined {
  if (configured !== undefined) return configured;
  let severity = reported ?? meta.severity;
  if (preset === 'prototype') return severity === 'error' ? severity : undefined;
  const family = meta.id.slice(0, meta.id.indexOf('/'));
  if (file.environment === 'development' && (LENIENT_FAMILIES.has(family) || isTestData(file.path))) return 'hint';
  if (preset === 'strict' && meta.strictSeverity && compareSeverity(meta.strictSeverity, severity) < 0) {
    severity = meta.strictSeverity;
  }
  return severity;
}

interface Reported {
  readonly meta: RuleMeta;
  readonly report: Report;
  readonly severity: Severity;
}

function toFindings(
  file: LintSource,
  reports: readonly Reported[],
  sourceAt: (path: string) => LintSource | undefined,
): Finding[] {
  if (reports.length === 0) return [];
  const occurrences = new Map<string, number>();
  const findings: Finding[] = [];
  const told: Reported[] = [];
  const sorted = [...reports].sort(
    (a, b) =>
      comparePlaces(a.report.at, b.report.at, file.path) ||
      (a.meta.id < b.meta.id ? -1 : a.meta.id > b.meta.id ? 1 : 0),
  );
  for (const reported of sorted) {
    const { meta, report, severity } = reported;
    const path = report.at.path ?? file.path;
    const message = fillMessage(meta.messages[report.message] ?? report.message, report.data);
    if (isRepeated(reported, message, told, findings, file.path)) continue;
    told.push(reported);
    const source = path === file.path ? file : sourceAt(path);
    const range = clamp(report.at, source?.text.length ?? Number.MAX_SAFE_INTEGER);
    const text = source?.text.slice(range.start, range.end) ?? '';
    const identity = `${meta.id}\u0000${report.anchor}\u0000${text}`;
    const occurrence = occurrences.get(identity) ?? 0;
    occurrences.set(identity, occurrence + 1);
    findings.push({
      rule: meta.id,
      messageId: report.message,
      message,
      severity,
      path,
      range,
      anchor: report.anchor,
      fingerprint: fingerprint(meta.id, report.anchor, text, occurrence),
      related: report.related ?? [],
      fixes: report.fixes ?? [],
    });
  }
  return findings;
}

/** True when the same rule said the same about the same place. Such reports follow each other, for they are sorted. */
function isRepeated(
  { meta, report }: Reported,
  message: string,
  told: readonly Reported[],
  findings: readonly Finding[],
  path: string,
): boolean {
  for (let last = told.length - 1; last >= 0; last--) {
    const before = told[last];
    if (before?.meta.id !== meta.id || comparePlaces(before.report.at, report.at, path) !== 0) return false;
    if (findings[last]?.message === message) return true;
  }
  return false;
}

function clamp(at: Place, length: number): { start: number; end: number } {
  const start = Math.max(0, Math.min(at.start, length));
  return { start, end: Math.max(start, Math.min(at.end, length)) };
}

/** By path, then by place. A place without a path lies in the linted file. */
function comparePlaces(a: Place, b: Place, path: string): number {
  const first = a.path ?? path;
  const second = b.path ?? path;
  if (first !== second) return first < second ? -1 : 1;
  return a.start - b.start || a.end - b.end;
}
