import type { MessagePort } from 'node:worker_threads';
import type { GateFinding, LintGateAnswer, LintGateData } from '../../release/src/gates/lint-worker';
import { namedConfig } from './configuration';
import { discover } from './discover';
import { runLint } from './lint-run';
import { DEFAULT_MAX_BYTES } from './session';
import { findRoot } from './workspace-root';

/** True when the data of a worker is that of the engine, which asks what stops a run. */
export function isGateData(data: unknown): data is LintGateData {
  return typeof data === 'object' && data !== null && 'immutableInfraGate' in data;
}

/** Answers the engine's one question. What it says is what `immutable-infra lint` says in the same folder. */
export async function serveGate(port: MessagePort, { immutableInfraGate: { folder } }: LintGateData): Promise<void> {
  port.postMessage(await lintFolder(folder).catch((error: unknown): LintGateAnswer => ({ problem: messageOf(error) })));
}

async function lintFolder(folder: string): Promise<LintGateAnswer> {
  const root = findRoot(folder, ['.']);
  const discovery = discover(root, ['.']);
  const choice = {
    config: namedConfig(undefined, process.env, folder),
    preset: undefined,
    only: [],
    skip: [],
    severities: {},
  };
  const session = { root: root.directory, cwd: folder, choice, maxBytes: DEFAULT_MAX_BYTES, now: Date.now() };
  // More threads would each load the linter anew.
  const result = await runLint(discovery.candidates, { session, jobs: 1, script: __filename });
  const trouble = [
    ...result.errors.map(({ rule, path, message }) => `${rule} on ${root.shown(path)}: ${message}`),
    ...[...discovery.notes, ...result.notes].flatMap(({ level, path, message }) =>
      level === 'problem' ? [`${root.shown(path) || '.'}: ${message}`] : [],
    ),
    ...result.problems.flatMap(({ severity, path, line, message }) =>
      severity === 'error' ? [`${root.shown(path)}:${line + 1}: ${message}`] : [],
    ),
  ];
  // A file that nobody could read may hold what stops the run.
  if (trouble.length > 0) return { problem: trouble.join('; ') };
  return {
    findings: result.findings
      .filter(({ suppressed }) => !suppressed)
      .map(({ rule, severity, message, region, fixes }): GateFinding => ({
        rule,
        severity,
        path: root.shown(region.path),
        line: region.startLine,
        column: region.startColumn,
        message,
        fix: fixes[0]?.title ?? null,
      })),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
