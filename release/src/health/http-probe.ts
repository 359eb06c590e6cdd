import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { HttpIdentity } from '../config/types';
import type { ProbeResult } from './verdict';

/** Of one request, redirects included. */
export const REQUEST_MILLISECONDS = 3000;
const LARGEST_BODY = 1024 * 1024;
const MOST_REDIRECTS = 3;

/** An HTTP check with every `${…}` filled in. */
export interface HttpProbe {
  readonly url: string;
  readonly status: number;
  readonly identity: HttpIdentity | undefined;
  /** Accepts any certificate. */
  readonly insecure: boolean;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Asks once. Never throws: what goes wrong is an unhealthy answer with its reason. */
export async function probeHttp(probe: HttpProbe, signal: AbortSignal): Promise<ProbeResult> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MILLISECONDS)]);
  try {
    const answer = await ask(probe, new URL(probe.url), within, 0);
    const isHealthy = answer.status === probe.status;
    const found = probe.identity ? identityIn(answer, probe.identity) : undefined;
    const identity = probe.identity ? (found === probe.identity.equals ? 'match' : 'mismatch') : 'not-asked';
    const expected = isHealthy ? '' : `, expected ${probe.status}`;
    const who = probe.identity
      ? `, ${nameOf(probe.identity)} is ${shown(found)}, not ${shown(probe.identity.equals)}`
      : '';
    return { healthy: isHealthy, identity, detail: `${answer.status}${expected}${identity === 'mismatch' ? who : ''}` };
  } catch (error) {
    return {
      healthy: false,
      identity: 'not-asked',
      detail: signal.aborted ? describeAbort(signal) : reasonOf(error, within),
    };
  }
}

/** Why a probe was given up: its time was over, or a person did. */
export function describeAbort(signal: AbortSignal): string {
  const isTimeout = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
  return isTimeout ? 'no answer before the time was over' : 'cancelled';
}

async function ask(probe: HttpProbe, url: URL, signal: AbortSignal, redirects: number): Promise<Answer> {
  const answer = await requestOnce(url, probe.insecure, signal);
  const { location } = answer.headers;
  const isRedirect = answer.status >= 300 && answer.status < 400 && location !== undefined;
  if (!isRedirect || answer.status === probe.status) return answer;
  if (redirects === MOST_REDIRECTS)
    throw new Error(`redirected more than ${MOST_REDIRECTS} times, last to ${location}`);
  const next = new URL(location, url);
  if (next.protocol !== 'http:' && next.protocol !== 'https:') throw new Error(`redirected to ${next.protocol}`);
  return ask(probe, next, signal, redirects + 1);
}

function requestOnce(url: URL, insecure: boolean, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { signal, agent: false, headers: { 'user-agent': 'immutable-infra', 'cache-control': 'no-cache' } };
    const request =
      url.protocol === 'https:'
        ? requestHttps(url, { ...options, rejectUnauthorized: !insecure })
        : requestHttp(url, options);
    request.once('error', reject);
    request.once('response', (response) => {
      const parts: Buffer[] = [];
      let length = 0;
      response.on('data', (part: Buffer) => {
        length += part.length;
        if (length > LARGEST_BODY) request.destroy(new Error(`the answer is larger than ${LARGEST_BODY} bytes`));
        else parts.push(part);
      });
      response.once('error', reject);
      response.once('end', () => {
        const body = Buffer.concat(parts).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    request.end();
  });
}

function identityIn(answer: Answer, identity: HttpIdentity): string | undefined {
  if ('header' in identity) {
    const value = answer.headers[identity.header.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  }
  try {
    const value = member(JSON.parse(answer.body), identity.json);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
  } catch {
    return undefined;
  }
}

/** `$.build.commit` and `$.images[0].id`: names and numbers, nothing else of JSONPath. */
function member(value: unknown, path: string): unknown {
  let current = value;
  for (const [, name, index] of path.matchAll(/\.([A-Za-z_][\w-]*)|\[(\d+)\]/g)) {
    if (typeof current !== 'object' || current === null) return undefined;
    const key = name ?? index ?? '';
    current = Object.hasOwn(current, key) ? (current as Readonly<Record<string, unknown>>)[key] : undefined;
  }
  return current;
}

function nameOf(identity: HttpIdentity): string {
  return 'header' in identity ? identity.header : identity.json;
}

/** Text from elsewhere, short and on one line. */
function shown(text: string | undefined): string {
  return text === undefined ? 'missing' : `\`${text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80)}\``;
}

function reasonOf(error: unknown, within: AbortSignal): string {
  if (within.aborted) return `no answer within ${REQUEST_MILLISECONDS / 1000} s`;
  if (error instanceof AggregateError) return error.errors.map((one) => reasonOf(one, within)).join('; ');
  return error instanceof Error ? error.message : String(error);
}
