import { parseChallenges, type Challenge } from './challenge';
import { base64, decodeUtf8, parseUrl, type CancelSignal } from './platform';
import { refused, strange } from './problem';
import { trustInRealm } from './realm-trust';
import type { RegistryReference } from './registry-reference';
import type { FollowedResponse } from './redirects';
import type { Clock, CredentialSource, Credentials, HttpRequest } from './transport';

/** Sends a request to the token service: patiently, following redirects. */
export type Ask = (request: HttpRequest) => Promise<FollowedResponse>;

export interface Grant {
  /** Value of the `Authorization` header. */
  readonly header: string;
  readonly hadCredentials: boolean;
}

interface Token extends Grant {
  readonly expires: number;
}

/** Token answers are a few kilobytes. */
const MAX_TOKEN_BYTES = 256 * 1024;

/** A token that says nothing lives for a minute (docs: distribution spec, token authentication). */
const DEFAULT_LIFETIME_S = 60;

/** A token is renewed a little before its end. */
const MARGIN_MS = 10_000;

/** Gets the right to read manifests: the token flow of the distribution project, or Basic. */
export class Authorizer {
  private readonly tokens = new Map<string, Token>();

  constructor(
    private readonly source: CredentialSource,
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  /** A token from an earlier request that still holds. */
  known(reference: RegistryReference): Grant | undefined {
    const token = this.tokens.get(keyOf(reference));
    return token && token.expires > this.clock.now() ? token : undefined;
  }

  /** The registry refused what `known` gave. */
  forget(reference: RegistryReference): void {
    this.tokens.delete(keyOf(reference));
  }

  /**
   * Answers the challenge of a 401.
   *
   * @throws DigestProblem when it cannot be answered; HttpFailure from `ask`
   */
  async answer(
    header: string | undefined,
    reference: RegistryReference,
    ask: Ask,
    signal: CancelSignal | undefined,
  ): Promise<Grant> {
    const challenges = parseChallenges(header);
    const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
    if (bearer) return this.token(bearer, reference, ask, signal);
    if (!challenges.some(({ scheme }) => scheme === 'basic')) {
      throw strange(reference, 'it asks for a log-in of an unknown kind');
    }
    const credentials = await this.source.credentials(reference.registry);
    if (!credentials || !('username' in credentials)) throw refused(reference, false);
    return { header: basic(credentials), hadCredentials: true };
  }

  private async token(
    { parameters }: Challenge,
    reference: RegistryReference,
    ask: Ask,
    signal: CancelSignal | undefined,
  ): Promise<Grant> {
    const realm = parseUrl(parameters.get('realm') ?? '');
    if (!realm) throw strange(reference, 'it names a token service that is no address');
    const trust = trustInRealm(realm, reference);
    if (trust === 'none') throw strange(reference, 'it names a token service that is not safe to ask');
    const credentials = trust === 'full' ? await this.source.credentials(reference.registry) : undefined;
    const service = parameters.get('service');
    const scope = scopeOf(parameters.get('scope'), reference);
    const common = { maxBytes: MAX_TOKEN_BYTES, timeoutMs: this.timeoutMs, signal };
    let request: HttpRequest;
    if (credentials && 'identityToken' in credentials) {
      const form = { grant_type: 'refresh_token', client_id: 'immutable-infra', service: service ?? '', scope };
      const body = formOf({ ...form, refresh_token: credentials.identityToken });
      const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
      request = { ...common, method: 'POST', url: realm.href, headers, body };
    } else {
      if (service !== undefined) realm.searchParams.append('service', service);
      realm.searchParams.append('scope', scope);
      const headers = {
        accept: 'application/json',
        ...(credentials ? { authorization: basic(credentials) } : {}),
      };
      request = { ...common, method: 'GET', url: realm.href, headers };
    }
    const response = await ask(request);
    const hadCredentials = credentials !== undefined;
    if (response.status === 401 || response.status === 403) throw refused(reference, hadCredentials);
    if (response.status !== 200) throw strange(reference, `its token service answered with HTTP ${response.status}`);
    const read = readToken(response.body);
    if (!read) throw strange(reference, 'its token service gave no token');
    const header = `Bearer ${read.token}`;
    const expires = this.clock.now() + read.lifetime * 1000 - MARGIN_MS;
    this.tokens.set(keyOf(reference), { header, hadCredentials, expires });
    return { header, hadCredentials };
  }
}

function keyOf({ host, repository }: RegistryReference): string {
  return `${host}/${repository}`;
}

/** Only reading is ever asked for. Services with scopes of their own kind (`aws` at ECR public) get those. */
function scopeOf(offered: string | undefined, { repository }: RegistryReference): string {
  const isOwnKind = offered !== undefined && /^[\w./-]{1,64}$/.test(offered);
  return isOwnKind ? offered : `repository:${repository}:pull`;
}

function basic({ username, password }: Extract<Credentials, { username: string }>): string {
  return `Basic ${base64(`${username}:${password}`)}`;
}

function formOf(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
    .join('&');
}

/** RFC 3986's unreserved characters stay. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function readToken(body: Uint8Array): { readonly token: string; readonly lifetime: number } | undefined {
  let json: unknown;
  try {
    json = JSON.parse(decodeUtf8(body) ?? '');
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { token, access_token: accessToken, expires_in: expires } = json as Record<string, unknown>;
  const value = token ?? accessToken;
  // RFC 6750 section 2.1: what may stand in the header, so that no line of its own can be smuggled in.
  if (typeof value !== 'string' || !/^[\w\-.~+/]+=*$/.test(value)) return undefined;
  const isLifetime = typeof expires === 'number' && expires > 0 && expires <= 86_400;
  return { token: value, lifetime: isLifetime ? expires : DEFAULT_LIFETIME_S };
}
