import { readdirSync, readFileSync } from 'node:fs';
import { identify, type ProcessIdentity } from './process-identity';

/** The variable that every tool of a step carries: children inherit it, so nothing of a step gets lost. */
export const STEP_MARK = 'IMMUTABLE_STEP';

/** The mark of one step. */
export function stepMark(run: string, number: number): string {
  return `${run}/${number}`;
}

/** Live processes of one step. Only Linux tells the environment of a process; elsewhere none. */
export function processesOfStep(mark: string): ProcessIdentity[] {
  return processesWith(`${STEP_MARK}=${mark}\0`);
}

/** Live processes of all steps of a run. */
export function processesOfRun(run: string): ProcessIdentity[] {
  return processesWith(`${STEP_MARK}=${run}/`);
}

function processesWith(text: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentHolds(pid, text))
    .flatMap((pid) => identify(Number(pid)) ?? []);
}

function environmentHolds(pid: string, text: string): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(`\0${text}`);
  } catch {
    // Gone meanwhile, or of another user.
    return false;
  }
}
