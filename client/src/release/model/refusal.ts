/** A finding of the linter that stops a run. */
export interface StoppingFinding {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
  readonly rule: string;
}

/** Why a run was refused, gate by gate. */
export interface Refusal {
  /** Names of the gates: `lint`, `git`, `disk`, `target`, `tests`. */
  readonly gates: readonly string[];
  readonly findings: readonly StoppingFinding[];
  /** True when the linter is the only reason, and each finding could be overridden. */
  readonly isOnlyLint: boolean;
}

/** One finding in the text of the gate: `  a/b.tf:3:7: message (family/rule) Fix: title.` */
const FINDING = /^\s+(.+?):(\d+)(?::\d+)?: (.*) \(([a-z0-9-]+\/[a-z0-9-]+)\)(?: Fix: .*)?$/;
const GATE = /^- ([a-z]+): /;

/** Reads why the gates refused a run, from what its closing record says. */
export function readRefusal(text: string): Refusal {
  const gates: string[] = [];
  const findings: StoppingFinding[] = [];
  for (const line of text.split('\n')) {
    const gate = GATE.exec(line)?.[1];
    if (gate !== undefined) gates.push(gate);
    const [, path, number, message, rule] = FINDING.exec(line) ?? [];
    if (path !== undefined && message !== undefined && rule !== undefined)
      findings.push({ path, line: Number(number), message, rule });
  }
  return { gates, findings, isOnlyLint: gates.length === 1 && gates[0] === 'lint' && findings.length > 0 };
}
