import { existsSync } from 'node:fs';
import type { GatesConfig } from '../config/types';
import type { RunContext } from '../run/context';
import type { RunSpec } from '../run/spec';

/** Shorter reasons explain nothing. */
const SHORTEST_REASON = 10;

/** A finding that stops a run. */
export interface GateFinding {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

interface LintReport {
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly path: string;
    readonly line: number;
    readonly message: string;
    readonly suppressed?: unknown;
    readonly baselined?: boolean;
  }[];
}

/**
 * Lints the workspace with our own linter. An override needs a reason, rule by rule, and is kept in the ledger.
 *
 * @param linter path of the bundled command line
 * @returns why the run must not go on; undefined when it may
 */
export async function lintGate(
  gates: GatesConfig,
  spec: RunSpec,
  context: RunContext,
  linter: string,
): Promise<string | undefined> {
  if (gates.lint === 'off') return undefined;
  if (!existsSync(linter)) return `the linter is not at ${linter}; install the package again`;
  const answer = await context.ask({
    tool: { name: 'immutable-infra', path: process.execPath },
    words: [linter, 'lint', '--format', 'json', '--fail-on', 'never', '--', '.'],
    environment: { ELECTRON_RUN_AS_NODE: '1' },
    timeout: 10 * 60_000,
  });
  if (answer.code !== 0) return `the linter failed: ${answer.standardError.slice(0, 500)}`;
  const stopping = stoppingFindings(JSON.parse(answer.standardOutput) as LintReport, gates.lint);
  const overridden = acceptedRules(spec, context.environment?.protected === true && !gates.allowOverride);
  if (typeof overridden === 'string') return overridden;
  const left = stopping.filter(({ rule }) => !overridden.has(rule));
  if (left.length === 0) return undefined;
  const shown = left.slice(0, 10).map(({ path, line, rule, message }) => `  ${path}:${line}: ${message} (${rule})`);
  const more = left.length > 10 ? [`  and ${left.length - 10} more`] : [];
  return [`${left.length} findings of the linter stop this run:`, ...shown, ...more].join('\n');
}

function stoppingFindings({ findings }: LintReport, from: 'error' | 'warning'): GateFinding[] {
  const severities = from === 'error' ? ['error'] : ['error', 'warning'];
  return findings.filter(
    ({ severity, suppressed, baselined }) => severities.includes(severity) && !suppressed && baselined !== true,
  );
}

function acceptedRules(spec: RunSpec, isForbidden: boolean): ReadonlySet<string> | string {
  const { overrides } = spec.decisions;
  if (overrides.length > 0 && isForbidden) {
    return 'a protected environment takes no override; fix the findings, or set `gates.allowOverride` in the file';
  }
  const weak = overrides.find(({ reason }) => reason.trim().length < SHORTEST_REASON);
  if (weak) return `the override of ${weak.rule} needs a reason of at least ${SHORTEST_REASON} characters`;
  return new Set(overrides.map(({ rule }) => rule));
}
