import { dirname } from 'node:path';
import { isCode, makeDirectory, readIfThere, writeDurably } from '../durable/files';
import type { StateRoot } from '../state-root';
import type { DriftReport } from './report';

/** Keeps a look, so that others can show it without asking anything. */
export function keepLook(root: StateRoot, report: DriftReport): void {
  const file = root.look(report.environment);
  try {
    root.prepare();
    makeDirectory(dirname(file));
    writeDurably(file, JSON.stringify(report));
  } catch (error) {
    // Who may only read sees the answer all the same.
    if (!isCode(error, 'EROFS') && !isCode(error, 'EACCES') && !isCode(error, 'EPERM')) throw error;
  }
}

/** The last look at an environment; undefined when there was none, or when it is of another version. */
export function lastLook(root: StateRoot, environment: string): DriftReport | undefined {
  const text = readIfThere(root.look(environment));
  if (text === undefined) return undefined;
  try {
    const found = JSON.parse(text) as DriftReport;
    return found.v === 1 && found.environment === environment ? found : undefined;
  } catch {
    return undefined;
  }
}
