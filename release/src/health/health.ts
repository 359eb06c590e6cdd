import { fillText, type Known } from '../config/interpolate';
import type { CommandLine, HealthCheck, HttpIdentity, Milliseconds } from '../config/types';
import { probeHttp, REQUEST_MILLISECONDS } from './http-probe';
import { probeTcp } from './tcp-probe';
import { verdictOf, type CheckResult, type HealthVerdict, type ProbeResult } from './verdict';

/** How many probes of a check are kept as evidence. */
const SAMPLES = 20;

export interface HealthResult {
  readonly verdict: HealthVerdict;
  readonly checks: readonly CheckResult[];
}

/** Time as checks know it: the monotonic clock, because one that is set would end a check, or never (F31). */
export interface HealthClock {
  /** Milliseconds. */
  now(): Milliseconds;
  /** Ends early when the signal is aborted. */
  pause(time: Milliseconds, signal: AbortSignal): Promise<void>;
}

const REAL_CLOCK: HealthClock = { now: () => performance.now(), pause };

export interface HealthContext {
  readonly known: Known;
  readonly signal: AbortSignal;
  /** Runs a command of the user; its exit code, or why there is none. Bounded in time by the caller's signal. */
  runCommand(
    command: CommandLine,
    signal: AbortSignal,
  ): Promise<{ readonly code: number | null; readonly detail: string }>;
  /** The clock that limits count by; tests give their own. */
  readonly clock?: HealthClock | undefined;
  /** Told of every probe, for whoever watches. */
  onProbe?(check: string, result: ProbeResult): void;
}

/**
 * Runs all checks beside each other, each until it was healthy often enough in a row or its time is over. A probe that
 * somebody else answered does not count: the check goes on, in the hope that the new version comes up.
 *
 * @throws UnknownValueError for a `${…}` that is not known; the reason of the signal when it is aborted
 */
export async function checkHealth(checks: readonly HealthCheck[], context: HealthContext): Promise<HealthResult> {
  const results = await Promise.all(checks.map((check) => runCheck(check, context)));
  context.signal.throwIfAborted();
  return { verdict: verdictOf(results), checks: results };
}

async function runCheck(check: HealthCheck, context: HealthContext): Promise<CheckResult> {
  const { name, probe } = prepare(check, context);
  const clock = context.clock ?? REAL_CLOCK;
  const end = clock.now() + check.timeout;
  const samples: ProbeResult[] = [];
  let probes = 0;
  let inARow = 0;
  let answeredByOther = 0;
  let last: ProbeResult['identity'] = 'not-asked';
  for (;;) {
    const left = end - clock.now();
    if (left <= 0 || context.signal.aborted) break;
    const result = await probe(AbortSignal.any([context.signal, AbortSignal.timeout(Math.ceil(left))]));
    probes++;
    samples.push(result);
    if (samples.length > SAMPLES) samples.shift();
    context.onProbe?.(name, result);
    // Cut off by the end of the check, not by its own time: it proves nothing.
    if (!result.healthy && left < REQUEST_MILLISECONDS && clock.now() >= end) break;
    last = result.identity;
    inARow = result.healthy && result.identity !== 'mismatch' ? inARow + 1 : 0;
    answeredByOther = result.healthy && result.identity === 'mismatch' ? answeredByOther + 1 : 0;
    if (inARow >= check.consecutive) return { check: name, healthy: true, identity: last, probes, samples };
    await clock.pause(Math.min(check.every, end - clock.now()), context.signal);
  }
  // Healthy to the end, only not the new version.
  const isOther = answeredByOther >= check.consecutive;
  return { check: name, healthy: isOther, identity: isOther ? 'mismatch' : last, probes, samples };
}

interface Prepared {
  readonly name: string;
  readonly probe: (signal: AbortSignal) => Promise<ProbeResult>;
}

function prepare(check: HealthCheck, context: HealthContext): Prepared {
  const fill = (text: string): string => fillText(text, context.known);
  switch (check.kind) {
    case 'http': {
      const url = fill(check.url);
      const identity = check.identity === 'none' || !check.identity ? undefined : filledIdentity(check.identity, fill);
      const probe = { url, status: check.status, identity, insecure: check.insecure };
      return { name: `http ${url}`, probe: (signal) => probeHttp(probe, signal) };
    }
    case 'tcp': {
      const [host, port] = [fill(check.host), Number(fill(check.port))];
      return { name: `tcp ${host}:${port}`, probe: (signal) => probeTcp(host, port, signal) };
    }
    case 'command': {
      const [program, ...words] = check.command;
      const command: CommandLine = [program, ...words.map(fill)];
      return {
        name: `command ${program}`,
        probe: async (signal) => {
          const { code, detail } = await context.runCommand(command, signal);
          return { healthy: code === 0, identity: 'not-asked', detail };
        },
      };
    }
  }
}

function filledIdentity(identity: HttpIdentity, fill: (text: string) => string): HttpIdentity {
  return { ...identity, equals: fill(identity.equals) };
}

function pause(milliseconds: Milliseconds, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || milliseconds <= 0) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
