import type { CancelSignal } from './platform';

/** One request. It is never redirected by the transport, so that nobody but the caller decides where credentials go. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a POST. */
  readonly body?: string | undefined;
  /** A longer body is a failure, `too-large`. */
  readonly maxBytes: number;
  /** For the whole answer, from connecting to its last byte. */
  readonly timeoutMs: number;
  readonly signal?: CancelSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; values of a repeated name joined by `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** Why there is no answer. `broken`: it began and did not end, or is no HTTP. */
export type HttpFailureKind =
  'timeout' | 'cancelled' | 'too-large' | 'unreachable' | 'not-found' | 'certificate' | 'proxy' | 'broken';

export class HttpFailure extends Error {
  /** @param message for a log; never holds a header or a password */
  constructor(
    readonly kind: HttpFailureKind,
    message: string,
  ) {
    super(message);
  }
}

export interface HttpTransport {
  /** @throws HttpFailure and nothing else */
  request(request: HttpRequest): Promise<HttpResponse>;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Ends early, without an error, when the signal fires. */
  sleep(milliseconds: number, signal?: CancelSignal): Promise<void>;
}

/** A password, or the refresh token that `docker login` kept instead of one. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly identityToken: string };

export interface CredentialSource {
  /**
   * Asked only after a registry refused an anonymous request.
   *
   * @param registry as in a reference: `docker.io`, `ghcr.io`, `localhost:5000`
   */
  credentials(registry: string): Promise<Credentials | undefined>;
}

/** A digest that a registry named, and when. */
export interface KnownDigest {
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Keeps what registries said. Its failures are not errors: it then knows nothing. */
export interface DigestStore {
  get(key: string): Promise<KnownDigest | undefined>;
  set(key: string, known: KnownDigest): Promise<void>;
}
