import { statfsSync } from 'node:fs';
import type { LogView } from '../durable/chained-reader';
import type { LedgerRecord } from '../ledger/record';
import { isMissing, resolveTool } from '../process/resolve-tool';
import { RunStoppedError } from '../run/context';
import type { DeployParts } from '../run/deploy';
import { fingerprintGate, isFirstUse } from './fingerprint-gate';
import { gitGate } from './git-gate';
import { lintGate } from './lint-gate';
import type { GateFinding } from './lint-worker';

/** What a run needs on the disk of its state root. */
const FREE_BYTES = 200 * 1024 * 1024;

export interface GateOptions {
  /** Path of the bundled command line, for its linter. */
  readonly linter: string;
  readonly view: LogView<LedgerRecord>;
  /** Values that the environment takes from elsewhere, and that are not there. */
  readonly missing?: readonly string[] | undefined;
  /** Why the team's ledger keeps a protected environment from starting. */
  readonly team?: string | undefined;
}

/**
 * Everything that must be true before a run changes anything. All gates are asked, so that a person sees all reasons at
 * once. A rollback must not be held up by the linter or by a dirty tree: it brings back what was fit to be live.
 *
 * @throws RunStoppedError `refused` naming each gate
 */
export async function passGates(parts: DeployParts, options: GateOptions): Promise<void> {
  const { steps, context, spec } = parts;
  context.tell({ type: 'state', state: 'GATING', text: 'Checking what must be true first' });
  const isNew = spec.kind === 'deploy' || spec.kind === 'promote' || spec.kind === 'bake';
  const findings: GateFinding[] = [];
  const checks: readonly (readonly [string, () => Promise<string | undefined>])[] = [
    ['ledger', () => Promise.resolve(options.team)],
    ['disk', () => Promise.resolve(diskGate(context.directory))],
    // Ending the old version needs none of its values.
    ...(spec.kind === 'retire' ? [] : ([['values', () => Promise.resolve(valuesGate(options))]] as const)),
    ...(isNew && spec.kind !== 'promote' ? ([['lint', () => askLinter(parts, options, findings)]] as const) : []),
    ...(isNew && spec.environment !== null ? ([['git', () => Promise.resolve(askGit(parts))]] as const) : []),
    ...(spec.environment === null ? [] : ([['target', () => targetGate(parts, options)]] as const)),
    ...(isNew ? ([['tests', () => testsGate(parts)]] as const) : []),
  ];
  await steps.step('gate', {
    intent: () => ({ what: 'gates', gates: checks.map(([name]) => name) }),
    act: async () => {
      const failed: string[] = [];
      findings.length = 0;
      for (const [name, check] of checks) {
        const problem = await problemOf(check);
        if (problem !== undefined) failed.push(`${name}: ${problem}`);
      }
      if (failed.length > 0) {
        const text = failed.map((reason) => `- ${reason}`).join('\n');
        throw new RunStoppedError('refused', `Refused before anything was changed:\n${text}`, {
          gates: failed,
          findings: findings.map((finding) => ({ ...finding })),
        });
      }
      return { passed: checks.map(([name]) => name) };
    },
    recover: () => Promise.resolve(undefined),
  });
}

/** The findings are kept as data beside the reason, so that they can be shown where they are. */
async function askLinter(
  { context, spec, ledger }: DeployParts,
  { linter }: GateOptions,
  findings: GateFinding[],
): Promise<string | undefined> {
  const verdict = await lintGate(context.pipeline.gates, spec, context, linter);
  findings.push(...verdict.findings);
  for (const accepted of verdict.accepted) {
    ledger.append({ type: 'note', run: spec.run, what: 'lint-override', ...accepted });
  }
  return verdict.problem;
}

/** What was let through in spite of the gate is kept with its reason. */
function askGit({ context, environment, spec, ledger }: DeployParts): string | undefined {
  const { gates } = context.pipeline;
  const problem = gitGate(gates, environment, spec);
  const reason = spec.decisions.allowDirty;
  if (problem !== undefined || reason === null) return problem;
  const overridden = gitGate(gates, environment, { ...spec, decisions: { ...spec.decisions, allowDirty: null } });
  if (overridden !== undefined) {
    ledger.append({ type: 'note', run: spec.run, what: 'git-override', gate: overridden, reason });
  }
  return undefined;
}

/** A gate that cannot be asked is not passed: its reason stands beside the others. */
async function problemOf(check: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof RunStoppedError && error.kind !== 'cancelled') return error.message;
    throw error;
  }
}

function valuesGate({ missing = [] }: GateOptions): string | undefined {
  return missing.length === 0 ? undefined : missing.join(' ');
}

function diskGate(directory: string): string | undefined {
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize;
  if (free >= FREE_BYTES) return undefined;
  return `only ${Math.floor(free / 1024 / 1024)} MB are free below ${directory}, ${FREE_BYTES / 1024 / 1024} are needed`;
}

async function targetGate(parts: DeployParts, { view }: GateOptions): Promise<string | undefined> {
  const { target, context, environment, ledger, spec } = parts;
  const found = await target.fingerprint(context);
  const problem = fingerprintGate(environment, found, view);
  if (problem === undefined && isFirstUse(view)) {
    ledger.append({ type: 'note', run: spec.run, what: 'fingerprint', fingerprint: { ...found } });
  }
  return problem;
}

async function testsGate({ context }: DeployParts): Promise<string | undefined> {
  for (const { command, timeout } of context.pipeline.gates.tests) {
    const [program, ...words] = command;
    const tool = resolveTool(program, context.workspace, process.env);
    if (isMissing(tool)) return tool.problem;
    const result = await context.act({ name: 'gate-test', tool, words, timeout });
    if (result.code === 0) continue;
    // It was ended because somebody stops the run: the test says nothing.
    context.signal.throwIfAborted();
    return `\`${command.join(' ')}\` failed: ${result.problem ?? `exit code ${result.code ?? 'unknown'}`}. See ${result.output}`;
  }
  return undefined;
}
