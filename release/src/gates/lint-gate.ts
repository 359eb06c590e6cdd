import { existsSync } from 'node:fs';
import type { GatesConfig } from '../config/types';
import type { RunContext } from '../run/context';
import type { RunSpec } from '../run/spec';
import { lintWorkspace, type GateFinding, type LintGateAnswer } from './lint-worker';

/** Shorter reasons explain nothing. */
const SHORTEST_REASON = 10;
/** More are no help to anybody. */
const MOST_SHOWN = 10;
const MOST_KEPT = 200;

/** What the lint gate says: whether the run may go on, and what was found. */
export interface LintVerdict {
  /** Why the run must not go on; undefined when it may. */
  readonly problem: string | undefined;
  /** Findings that stop the run. */
  readonly findings: readonly GateFinding[];
  /** Rules whose findings a person took upon himself, with the reason. */
  readonly accepted: readonly { readonly rule: string; readonly reason: string; readonly findings: number }[];
}

/**
 * Lints the workspace with our own linter. An override needs a reason, rule by rule, and is kept in the ledger.
 *
 * @param linter path of the bundled command line
 */
export async function lintGate(
  gates: GatesConfig,
  spec: RunSpec,
  context: RunContext,
  linter: string,
): Promise<LintVerdict> {
  if (gates.lint === 'off') return PASSED;
  if (!existsSync(linter)) return stopped(`the linter is not at ${linter}; install the package again`);
  const answer = await lintWorkspace(linter, context.workspace, context.signal);
  return verdictOf(answer, gates, spec, context.environment?.protected === true);
}

/** The verdict on what the linter said. */
export function verdictOf(
  answer: LintGateAnswer,
  gates: GatesConfig,
  { decisions: { overrides } }: Pick<RunSpec, 'decisions'>,
  isProtected: boolean,
): LintVerdict {
  if ('problem' in answer) return stopped(`the linter failed: ${answer.problem.slice(0, 500)}`);
  const severities = gates.lint === 'warning' ? ['error', 'warning'] : ['error'];
  const stopping = answer.findings.filter(({ severity }) => severities.includes(severity));
  if (overrides.length > 0 && isProtected && !gates.allowOverride) {
    return stopped(
      'a protected environment takes no override; fix the findings, or set `gates.allowOverride` in the file',
      stopping,
    );
  }
  const weak = overrides.find(({ reason }) => reason.trim().length < SHORTEST_REASON);
  if (weak) {
    return stopped(`the override of ${weak.rule} needs a reason of at least ${SHORTEST_REASON} characters`, stopping);
  }
  const left = stopping.filter(({ rule }) => !overrides.some((one) => one.rule === rule));
  if (left.length > 0) return stopped(inWords(left), left);
  const accepted = overrides.map(({ rule, reason }) => ({
    rule,
    reason,
    findings: stopping.filter((finding) => finding.rule === rule).length,
  }));
  return { ...PASSED, accepted: accepted.filter(({ findings }) => findings > 0) };
}

const PASSED: LintVerdict = { problem: undefined, findings: [], accepted: [] };

function stopped(problem: string, findings: readonly GateFinding[] = []): LintVerdict {
  return { problem, findings: findings.slice(0, MOST_KEPT), accepted: [] };
}

function inWords(findings: readonly GateFinding[]): string {
  const shown = findings.slice(0, MOST_SHOWN).map(({ path, line, column, rule, message, fix }) => {
    const how = fix === null ? '' : ` Fix: ${fix}.`;
    return `  ${path}:${line}:${column}: ${message} (${rule})${how}`;
  });
  const more = findings.length > MOST_SHOWN ? [`  and ${findings.length - MOST_SHOWN} more`] : [];
  const count =
    findings.length === 1 ? '1 finding of the linter stops' : `${findings.length} findings of the linter stop`;
  return [`${count} this run:`, ...shown, ...more].join('\n');
}
