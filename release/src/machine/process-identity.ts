import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';

/**
 * What names one process for good: a pid alone is given to another program later, so the time of its start and the
 * boot of the machine stand beside it (release-engine.md §3.9).
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: clock ticks since boot on Linux, a date elsewhere. */
  readonly start: string;
  readonly boot: string;
  /** The pid namespace on Linux: inside a container the same number is another process. */
  readonly namespace: string;
  readonly host: string;
  readonly machine: string;
}

/**
 * `alive` and `dead` are certain. `unknown` is a process of another machine or of another container: nobody here can
 * tell, so nothing may be done by itself.
 */
export type Liveness = 'alive' | 'dead' | 'unknown';

let own: ProcessIdentity | undefined;

/** The running process. */
export function thisProcess(): ProcessIdentity {
  own ??= {
    pid: process.pid,
    start: startOf(process.pid) ?? '',
    boot: bootId(),
    namespace: pidNamespace(),
    host: hostname(),
    machine: machineId(),
  };
  return own;
}

/** A process of this machine as it is now; undefined when there is none with that pid. */
export function identify(pid: number): ProcessIdentity | undefined {
  const start = startOf(pid);
  return start === undefined ? undefined : { ...thisProcess(), pid, start };
}

/** @param here the process that asks; given by tests only */
export function livenessOf(identity: ProcessIdentity, here: ProcessIdentity = thisProcess()): Liveness {
  if (identity.boot !== here.boot) {
    const isThisMachine = identity.host === here.host && identity.machine === here.machine;
    return isThisMachine ? 'dead' : 'unknown';
  }
  if (identity.namespace !== here.namespace) return 'unknown';
  return startOf(identity.pid) === identity.start ? 'alive' : 'dead';
}

/** When a process started; undefined when there is none, or only the remains of one that nobody has waited for. */
function startOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (process.platform === 'linux') return linuxStart(pid);
  if (process.platform === 'win32') return windowsStart(pid);
  return ask('/bin/ps', ['-o', 'lstart=', '-p', String(pid)]);
}

/** Field 22 of /proc/PID/stat, proc(5). The name in field 2 may hold blanks and parentheses. */
function linuxStart(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isGone = fields[0] === 'Z' || fields[0] === 'X';
  return isGone ? undefined : fields[19];
}

/** Not tried on a real Windows (docs/release.md says so). */
function windowsStart(pid: number): string | undefined {
  const shell = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32/WindowsPowerShell/v1.0/powershell.exe');
  return ask(shell, ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`]);
}

function bootId(): string {
  const linux = readText('/proc/sys/kernel/random/boot_id')?.trim();
  if (linux) return linux;
  const darwin = process.platform === 'darwin' ? ask('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']) : undefined;
  // Minutes, because the two clocks behind it drift against each other.
  return darwin ?? `boot-${Math.round((Date.now() / 1000 - uptime()) / 60)}`;
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Hashed: /etc/machine-id is confidential, machine-id(5). */
function machineId(): string {
  const id = readText('/etc/machine-id')?.trim() ?? '';
  return id === '' ? '' : createHash('sha256').update(`immutable-infra ${id}`).digest('hex').slice(0, 16);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function ask(program: string, words: readonly string[]): string | undefined {
  try {
    const answer = execFileSync(program, words, {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return answer.trim() || undefined;
  } catch {
    return undefined;
  }
}
