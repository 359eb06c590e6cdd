import type { Finding } from './finding';

/** Findings that were there when the baseline was written: they are known and do not fail a run. */
export interface BaselineEntry {
  readonly rule: string;
  readonly path: string;
  readonly fingerprint: string;
  readonly count: number;
}

export interface Baseline {
  readonly version: 1;
  /** Sorted by path, rule and fingerprint. No line numbers: moved lines change nothing. */
  readonly entries: readonly BaselineEntry[];
}

export const BASELINE_NAME = '.immutable-baseline.json';

export const EMPTY_BASELINE: Baseline = { version: 1, entries: [] };

/** A baseline of every finding that is not suppressed. */
export function createBaseline(findings: readonly Finding[]): Baseline {
  const entries = findings
    .filter((finding) => !finding.suppressed)
    .map(({ rule, path, fingerprint }) => ({ rule, path, fingerprint, count: 1 }));
  return { version: 1, entries: merged(entries, (a, b) => a + b) };
}

/**
 * Reads a baseline file. Entries that cannot be read are left out and named in `problems`; entries that a merge doubled
 * are joined, the higher count wins.
 */
export function parseBaseline(text: string): { readonly baseline: Baseline; readonly problems: readonly string[] } {
  let data: unknown;
  try {
    data = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return {
      baseline: EMPTY_BASELINE,
      problems: [`Not valid JSON: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
  if (!isRecord(data))
    return { baseline: EMPTY_BASELINE, problems: ['Expected an object with `version` and `entries`.'] };
  if (data['version'] !== 1) {
    return {
      baseline: EMPTY_BASELINE,
      problems: [`Expected version 1, found ${JSON.stringify(data['version'])}. Write the baseline anew.`],
    };
  }
  if (!Array.isArray(data['entries'])) return { baseline: EMPTY_BASELINE, problems: ['Expected a list `entries`.'] };
  const problems: string[] = [];
  const entries: BaselineEntry[] = [];
  data['entries'].forEach((item: unknown, index) => {
    const entry = readEntry(item);
    if (entry) entries.push(entry);
    else
      problems.push(
        `Entry ${index + 1} needs \`rule\`, \`path\`, \`fingerprint\` (texts) and \`count\` (a whole number from 1).`,
      );
  });
  return { baseline: { version: 1, entries: merged(entries, Math.max) }, problems };
}

/** The text of a baseline file: one entry a line, so that branches merge. */
export function formatBaseline(baseline: Baseline): string {
  const lines = merged(baseline.entries, Math.max).map(
    ({ rule, path, fingerprint, count }) => `    ${JSON.stringify({ path, rule, fingerprint, count })}`,
  );
  return `{\n  "version": 1,\n  "entries": [${lines.length > 0 ? `\n${lines.join(',\n')}\n  ` : ''}]\n}\n`;
}

export interface BaselineResult {
  /** All findings, those that the baseline holds marked. */
  readonly findings: readonly Finding[];
  /** What the baseline holds but nobody finds any more, with how often. */
  readonly stale: readonly BaselineEntry[];
}

/**
 * Marks the findings that the baseline holds, as many of each as it counts, in the order given.
 *
 * @param wasLinted tells which files were linted: entries of others are not stale
 */
export function applyBaseline(
  findings: readonly Finding[],
  baseline: Baseline,
  wasLinted: (path: string) => boolean = () => true,
): BaselineResult {
  const left = new Map<string, number>();
  for (const entry of baseline.entries) left.set(keyOf(entry), (left.get(keyOf(entry)) ?? 0) + entry.count);
  const marked = findings.map((finding) => {
    const key = keyOf(finding);
    const count = left.get(key) ?? 0;
    if (count === 0 || finding.suppressed) return finding;
    left.set(key, count - 1);
    return { ...finding, baselined: true };
  });
  const stale = baseline.entries
    .filter((entry) => wasLinted(entry.path))
    .map((entry) => ({ ...entry, count: left.get(keyOf(entry)) ?? 0 }))
    .filter((entry) => entry.count > 0);
  return { findings: marked, stale };
}

/** The baseline without its stale entries: it only ever shrinks. */
export function pruneBaseline(baseline: Baseline, stale: readonly BaselineEntry[]): Baseline {
  const gone = new Map(stale.map((entry) => [keyOf(entry), entry.count]));
  const entries = baseline.entries
    .map((entry) => ({ ...entry, count: entry.count - (gone.get(keyOf(entry)) ?? 0) }))
    .filter((entry) => entry.count > 0);
  return { version: 1, entries };
}

function keyOf(of: { readonly rule: string; readonly path: string; readonly fingerprint: string }): string {
  return `${of.path}\u0000${of.rule}\u0000${of.fingerprint}`;
}

function merged(entries: readonly BaselineEntry[], join: (a: number, b: number) => number): BaselineEntry[] {
  const byKey = new Map<string, BaselineEntry>();
  for (const entry of entries) {
    const same = byKey.get(keyOf(entry));
    byKey.set(keyOf(entry), same ? { ...same, count: join(same.count, entry.count) } : entry);
  }
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, entry]) => entry);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readEntry(item: unknown): BaselineEntry | undefined {
  if (!isRecord(item)) return undefined;
  const { rule, path, fingerprint, count } = item;
  if (typeof rule !== 'string' || typeof path !== 'string' || typeof fingerprint !== 'string') return undefined;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1) return undefined;
  return { rule, path, fingerprint, count };
}
