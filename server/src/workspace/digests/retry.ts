import type { HostGate } from './host-gate';
import type { CancelSignal } from './platform';
import { limited, strange } from './problem';
import type { RegistryReference } from './registry-reference';
import { HttpFailure, type Clock, type HttpResponse } from './transport';

/** A registry that wants more patience than this is not waited for. */
const MAX_WAIT_MS = 5_000;

/** Without `Retry-After`. */
const DEFAULT_WAIT_MS = 1_000;

const MAX_ATTEMPTS = 3;

/** Longer than any registry asks for in earnest. */
const MAX_CLOSED_MS = 6 * 60 * 60 * 1000;

const OVERLOADED: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Asks again, a few times, when the host is overloaded (502–504), limits its clients (429) or breaks the connection.
 * `Retry-After` is honoured: short waits are waited, for long ones the host is left alone until then.
 *
 * @throws DigestProblem when the host does not answer in earnest; HttpFailure from `ask`
 */
export async function askPatiently<Response extends HttpResponse>(
  ask: () => Promise<Response>,
  reference: RegistryReference,
  gate: HostGate,
  clock: Clock,
  signal: CancelSignal | undefined,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const closed = gate.closedFor(reference.host, clock.now());
    if (closed > 0) {
      if (closed > MAX_WAIT_MS) throw limited(reference, closed / 1000);
      await clock.sleep(closed, signal);
    }
    if (signal?.aborted) throw new HttpFailure('cancelled', 'cancelled before it was asked');
    let response: Response;
    try {
      response = await ask();
    } catch (error) {
      if (!(error instanceof HttpFailure) || error.kind !== 'broken' || attempt >= 2) throw error;
      continue;
    }
    const isLimit = response.status === 429;
    if (!isLimit && !OVERLOADED.has(response.status)) return response;
    const wanted = retryAfter(response.headers['retry-after'], clock.now());
    if (isLimit && wanted !== undefined && wanted > 0) {
      gate.close(reference.host, clock.now() + Math.min(wanted, MAX_CLOSED_MS));
    }
    const wait = wanted ?? DEFAULT_WAIT_MS;
    if (attempt === MAX_ATTEMPTS || wait > MAX_WAIT_MS) {
      if (isLimit) throw limited(reference, wanted === undefined ? undefined : Math.min(wanted, MAX_CLOSED_MS) / 1000);
      throw strange(reference, `it is out of order (HTTP ${response.status})`);
    }
    await clock.sleep(wait, signal);
  }
}

/**
 * Milliseconds that a server asks to wait, from `Retry-After` as seconds or as a date (RFC 9110 section 10.2.3);
 * undefined when it does not say or cannot be understood.
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = /^[A-Z][a-z]{2}, /.test(text) && text.length < 40 ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
