import { existsSync, readdirSync } from 'node:fs';
import { isEngineAlive } from '../engine-process';
import { Journal } from '../run/journal';
import { progressOf, type RunProgress } from '../run/progress';
import { readSpec, type RunSpec } from '../run/spec';
import type { StateRoot } from '../state-root';

export interface ListedRun {
  readonly run: string;
  readonly directory: string;
  readonly spec: RunSpec;
  readonly progress: RunProgress;
  /** `interrupted`: it has no end and nobody runs it. */
  readonly status: 'running' | 'interrupted' | 'closed';
}

/** All runs of a workspace, newest first. Runs nothing. */
export function listRuns(root: StateRoot): ListedRun[] {
  if (!existsSync(root.runs)) return [];
  return readdirSync(root.runs)
    .sort()
    .reverse()
    .flatMap((run) => readRun(root, run) ?? []);
}

/** One run; undefined when there is none, or when its files cannot be read. */
export function readRun(root: StateRoot, run: string): ListedRun | undefined {
  const directory = root.run(run);
  try {
    const spec = readSpec(directory);
    const progress = progressOf(Journal.read(directory).records());
    const status = progress.state === 'CLOSED' ? 'closed' : isEngineAlive(directory) ? 'running' : 'interrupted';
    return { run, directory, spec, progress, status };
  } catch {
    // A folder that a crash left half made, or of a later version.
    return undefined;
  }
}
