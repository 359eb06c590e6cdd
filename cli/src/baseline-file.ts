import { readFileSync } from 'node:fs';
import {
  applyBaseline,
  createBaseline,
  EMPTY_BASELINE,
  formatBaseline,
  parseBaseline,
  pruneBaseline,
  type Baseline,
  type BaselineEntry,
} from '../../server/src/core/baseline';
import { UsageError } from './exit-codes';
import type { LocatedFinding } from './located';
import { reasonOf } from './notes';
import { writeAtomically } from './write-file';

/**
 * Reads a baseline.
 *
 * @throws UsageError when there is none or it cannot be read: linting without it would drown the new findings
 */
export function readBaseline(file: string, shown: string): Baseline {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`Cannot read the baseline ${shown}: ${reasonOf(error)}. Write one with --write-baseline.`);
  }
  const { baseline, problems } = parseBaseline(text);
  if (problems.length > 0) throw new UsageError(`The baseline ${shown} is broken: ${problems.join(' ')}`);
  return baseline;
}

export interface Baselined {
  readonly findings: readonly LocatedFinding[];
  readonly stale: readonly BaselineEntry[];
}

/** Marks the findings that the baseline holds. */
export function markBaselined(
  findings: readonly LocatedFinding[],
  baseline: Baseline,
  wasLinted: (path: string) => boolean,
): Baselined {
  const result = applyBaseline(findings, baseline, wasLinted);
  return {
    findings: findings.map((finding, index) =>
      result.findings[index]?.baselined ? { ...finding, baselined: true } : finding,
    ),
    stale: result.stale,
  };
}

/** Writes the findings as the new baseline. Entries of files that were not linted are kept. */
export function writeBaseline(
  file: string,
  findings: readonly LocatedFinding[],
  before: Baseline,
  wasLinted: (path: string) => boolean,
): number {
  const kept = before.entries.filter((entry) => !wasLinted(entry.path));
  const entries = [...createBaseline(findings).entries, ...kept];
  writeAtomically(file, formatBaseline({ version: 1, entries }));
  return entries.length;
}

/** Takes out what nobody finds any more. */
export function writePruned(file: string, baseline: Baseline, stale: readonly BaselineEntry[]): void {
  writeAtomically(file, formatBaseline(pruneBaseline(baseline, stale)));
}

/** The baseline that a new one replaces; empty when there is none or it is broken. */
export function earlierBaseline(file: string): Baseline {
  try {
    return parseBaseline(readFileSync(file, 'utf8')).baseline;
  } catch {
    return EMPTY_BASELINE;
  }
}
