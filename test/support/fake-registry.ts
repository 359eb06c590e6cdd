import { createHash } from 'node:crypto';
import type {
  Clock,
  CredentialSource,
  Credentials,
  DigestStore,
  HttpRequest,
  HttpResponse,
  HttpTransport,
  KnownDigest,
} from '../../server/src/workspace/digests';
import { RegistryResolver, type RegistryResolverOptions } from '../../server/src/workspace/digests';

export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

/** An answer of a fake transport; `body` is text. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A transport without a network: a function answers, and every request is kept. */
export class FakeTransport implements HttpTransport {
  readonly requests: HttpRequest[] = [];

  constructor(private readonly answer: (request: HttpRequest, count: number) => Answer | Promise<Answer>) {}

  async request(request: HttpRequest): Promise<HttpResponse> {
    this.requests.push(request);
    const { status, headers = {}, body = '' } = await this.answer(request, this.requests.length);
    return { status, headers, body: new TextEncoder().encode(body) };
  }

  /** Method and address of every request. */
  get log(): string[] {
    return this.requests.map(({ method, url }) => `${method} ${url}`);
  }
}

/** Time that passes only in `sleep`. */
export class FakeClock implements Clock {
  readonly slept: number[] = [];
  time = Date.UTC(2026, 10, 21);

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number): Promise<void> {
    this.slept.push(milliseconds);
    this.time += milliseconds;
    return Promise.resolve();
  }
}

export class MemoryStore implements DigestStore {
  readonly known = new Map<string, KnownDigest>();

  get(key: string): Promise<KnownDigest | undefined> {
    return Promise.resolve(this.known.get(key));
  }

  set(key: string, known: KnownDigest): Promise<void> {
    this.known.set(key, known);
    return Promise.resolve();
  }
}

export function credentialsFor(table: Readonly<Record<string, Credentials>>): CredentialSource & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    credentials: (registry) => {
      asked.push(registry);
      return Promise.resolve(table[registry]);
    },
  };
}

export const NOBODY: CredentialSource = { credentials: () => Promise.resolve(undefined) };

export function resolverWith(
  transport: HttpTransport,
  options: Partial<Omit<RegistryResolverOptions, 'transport'>> = {},
): RegistryResolver {
  return new RegistryResolver({
    transport,
    clock: new FakeClock(),
    credentials: NOBODY,
    store: new MemoryStore(),
    ...options,
  });
}

export function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** What a registry says when it has the tag. */
export function found(digest: string, type = INDEX_TYPE): Answer {
  return { status: 200, headers: { 'docker-content-digest': digest, 'content-type': type } };
}
