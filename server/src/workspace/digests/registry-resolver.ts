import { isValidDigest } from '../../model/image-reference';
import { Authorizer } from './authorization';
import { HostGate } from './host-gate';
import type { DigestResolver } from './index';
import { manifestDigest, type Surroundings } from './manifest-digest';
import type { CancelSignal } from './platform';
import { DigestProblem, fromFailure } from './problem';
import { registryReference, type RegistryReference } from './registry-reference';
import { SharedWork } from './shared-work';
import { HttpFailure, type Clock, type CredentialSource, type DigestStore, type HttpTransport } from './transport';

export interface RegistryResolverOptions {
  readonly transport: HttpTransport;
  readonly clock: Clock;
  readonly credentials: CredentialSource;
  readonly store: DigestStore;
  /** Registries that are asked over plain HTTP, as they are written in references. Those on loopback always are. */
  readonly insecure?: Iterable<string> | undefined;
  /** For one answer. */
  readonly timeoutMs?: number | undefined;
  /** How long a digest is taken from the store without asking. */
  readonly maxAgeMs?: number | undefined;
}

type Answer = { readonly digest: string } | { readonly problem: string };

const DEFAULT_TIMEOUT_MS = 10_000;

/** Tags move, but not while somebody goes through a list of findings. */
const DEFAULT_MAX_AGE_MS = 10 * 60 * 1000;

/** Resolves tags through the registry HTTP API. */
export class RegistryResolver implements DigestResolver {
  private readonly shared = new SharedWork<Answer>();
  private readonly around: Surroundings;
  private readonly gate = new HostGate();
  private readonly insecure: ReadonlySet<string>;

  constructor(private readonly options: RegistryResolverOptions) {
    const { transport, clock, credentials, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const authorizer = new Authorizer(credentials, clock, timeoutMs);
    this.around = { transport, authorizer, gate: this.gate, clock, timeoutMs };
    this.insecure = new Set(options.insecure);
  }

  resolve(text: string, signal?: CancelSignal): Promise<Answer> {
    let reference: RegistryReference;
    try {
      reference = registryReference(text, this.insecure);
    } catch (error) {
      return Promise.resolve(problemOf(error, text));
    }
    const key = `${reference.registry}/${reference.repository}:${reference.tag}`;
    const cancelled = problemOf(fromFailure(reference, new HttpFailure('cancelled', '')), text);
    return this.shared.run(key, signal, (all) => this.look(reference, key, all), cancelled);
  }

  private async look(reference: RegistryReference, key: string, signal: CancelSignal): Promise<Answer> {
    const { store, clock, maxAgeMs = DEFAULT_MAX_AGE_MS } = this.options;
    try {
      const known = await store.get(key);
      const age = known ? clock.now() - known.at : Infinity;
      if (known && age >= 0 && age < maxAgeMs && isValidDigest(known.digest)) return { digest: known.digest };
      const digest = await this.gate.pass(reference.host, () => manifestDigest(reference, this.around, signal));
      await store.set(key, { digest, at: clock.now() });
      return { digest };
    } catch (error) {
      return problemOf(error instanceof HttpFailure ? fromFailure(reference, error) : error, reference.text);
    }
  }
}

/** What is no problem of the network is a mistake of ours: told without its text, which may hold anything. */
function problemOf(error: unknown, text: string): { readonly problem: string } {
  if (error instanceof DigestProblem) return { problem: error.message };
  return {
    problem: `The digest of \`${text.slice(0, 200)}\` was not found because of an internal error. Please report it.`,
  };
}
