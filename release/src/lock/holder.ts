import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { livenessOf, thisProcess, type Liveness, type ProcessIdentity } from '../machine/process-identity';

/** Who holds an environment, as the lock file says it. */
export interface LockHolder extends ProcessIdentity {
  readonly v: 1;
  /** Names this taking of the lock. Every append and every step compares it (fencing). */
  readonly token: string;
  readonly user: string;
  /** The run that it was taken for. */
  readonly run: string;
  /** ISO 8601, for people. */
  readonly since: string;
  /** Set when the run got stuck: nobody may go on before a person has looked. */
  readonly hold?: string | undefined;
}

/** A holder for this process. */
export function newHolder(run: string, now: Date): LockHolder {
  return { v: 1, token: randomUUID(), user: userName(), run, since: now.toISOString(), ...thisProcess() };
}

/** The holder in the text of a lock file; undefined when it is none (damaged, or of a later version). */
export function parseHolder(text: string): LockHolder | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof found !== 'object' || found === null) return undefined;
  const holder = found as Record<string, unknown>;
  const texts = ['token', 'start', 'boot', 'namespace', 'host', 'machine', 'user', 'run', 'since'];
  const isHolder =
    holder['v'] === 1 &&
    typeof holder['pid'] === 'number' &&
    texts.every((name) => typeof holder[name] === 'string') &&
    (holder['hold'] === undefined || typeof holder['hold'] === 'string');
  return isHolder ? (found as LockHolder) : undefined;
}

/** A hold outlives its process: only a person ends it. */
export function livenessOfHolder(holder: LockHolder): Liveness {
  return holder.hold === undefined ? livenessOf(holder) : 'unknown';
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the user database, as in many containers.
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** One line for people: who, where, since when, for which run. */
export function describeHolder(holder: LockHolder): string {
  const state = holder.hold === undefined ? '' : `, stopped: ${holder.hold}`;
  return `${holder.user}@${holder.host} since ${holder.since} (run ${holder.run}, process ${holder.pid}${state})`;
}
