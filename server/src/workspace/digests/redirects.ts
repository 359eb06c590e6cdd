import { parseUrl, type ParsedUrl } from './platform';
import { isInternalHost } from './registry-reference';
import type { HttpRequest, HttpResponse, HttpTransport } from './transport';

/** Registries redirect once or twice (to a mirror near by); more is a loop. */
const MAX_REDIRECTS = 4;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** A redirect that is not followed; `reason` completes "it redirects …". */
export class BadRedirect extends Error {}

export interface FollowedResponse extends HttpResponse {
  /** Another host answered than the one that was asked: it was given no credentials. */
  readonly isElsewhere: boolean;
}

/**
 * Asks, and follows a few redirects. From the first one to another origin on, credentials are left behind, even when the
 * way leads back. A body goes to no other origin at all: the one that is ever sent holds a refresh token.
 *
 * @throws HttpFailure from the transport, BadRedirect when a redirect is not to be followed
 */
export async function requestFollowing(transport: HttpTransport, request: HttpRequest): Promise<FollowedResponse> {
  let current = request;
  let isElsewhere = false;
  for (let count = 0; ; count++) {
    const response = await transport.request(current);
    const location = response.headers['location'];
    if (!REDIRECTS.has(response.status) || location === undefined) return { ...response, isElsewhere };
    if (count === MAX_REDIRECTS) throw new BadRedirect('it redirects again and again');
    const from = parseUrl(current.url);
    const to = parseUrl(location, current.url);
    if (!from || !to) throw new BadRedirect('it redirects to what is no address');
    checkTarget(from, to);
    const headers = { ...current.headers };
    if (to.origin !== from.origin) {
      if (current.body !== undefined)
        throw new BadRedirect('it redirects a request with a log-in to another host or port');
      isElsewhere = true;
      delete headers['authorization'];
    }
    current = { ...current, url: to.href, headers };
  }
}

function checkTarget(from: ParsedUrl, to: ParsedUrl): void {
  if (to.protocol !== 'https:' && to.protocol !== from.protocol)
    throw new BadRedirect('it redirects to an address without TLS');
  if (to.username !== '' || to.password !== '') throw new BadRedirect('it redirects to an address with a password');
  if (isInternalHost(to.host) && !isInternalHost(from.host))
    throw new BadRedirect('it redirects into the local network');
}
