import { systemClock } from '../../../server/src/node/digest-resolver';
import { NodeTransport } from '../../../server/src/node/http-transport';
import { ProxySettings } from '../../../server/src/node/proxy-settings';
import { Authorizer } from '../../../server/src/workspace/digests/authorization';
import { HostGate } from '../../../server/src/workspace/digests/host-gate';
import { readManifest, type Surroundings } from '../../../server/src/workspace/digests/manifest-digest';
import { DigestProblem, fromFailure } from '../../../server/src/workspace/digests/problem';
import { registryReference, type RegistryReference } from '../../../server/src/workspace/digests/registry-reference';
import { ContainerCredentials } from './container-credentials';
import { HttpFailure } from '../../../server/src/workspace/digests/transport';

/** For one answer. */
const TIMEOUT_MILLISECONDS = 10_000;

/** Whether anybody is there is said in less than 5 s, before anything is built (F10). */
const PRESENCE_MILLISECONDS = 3_500;

/** More images behind one name are made in bad faith. */
const MOST_PLATFORMS = 64;

/** What stands behind a name of a repository, its bytes hashed by us. */
export interface PublishedManifest {
  /** What a deployment names. */
  readonly digest: string;
  /**
   * Every digest that a running container may show: of the index, of the manifest of each platform, and of their
   * configurations (release-engine.md, finding 7).
   */
  readonly digests: readonly string[];
}

/** The registry did not say, or said what cannot be. The text is for people, and ends with what to do. */
export class RegistryError extends Error {
  constructor(
    message: string,
    /** True when nobody answered: what is asked for may well be there. */
    readonly isUnreachable: boolean,
  ) {
    super(message);
    this.name = 'RegistryError';
  }
}

export interface RegistryOptions {
  /** Of this process: proxies, and where podman and Docker keep log-ins. */
  readonly own: Readonly<Record<string, string | undefined>>;
  /** Absolute: no credential helper is run from it. */
  readonly workspace: string;
  /** Whose images are asked for: log-ins may be for a part of a registry. */
  readonly repository?: string | undefined;
  /** Registries that speak plain HTTP; those on loopback always may. */
  readonly insecure?: readonly string[] | undefined;
}

/** Reads manifests from registries: the client of the linter, with tokens, redirects, limits and patience. */
export class Registry {
  private readonly around: Surroundings;
  private readonly insecure: ReadonlySet<string>;

  constructor({ own, workspace, repository = '', insecure = [] }: RegistryOptions) {
    const credentials = new ContainerCredentials(own, workspace, repository);
    this.around = {
      transport: new NodeTransport({ proxies: new ProxySettings(own), userAgent: 'immutable-infra' }),
      authorizer: new Authorizer(credentials, systemClock, TIMEOUT_MILLISECONDS),
      gate: new HostGate(),
      clock: systemClock,
      timeoutMs: TIMEOUT_MILLISECONDS,
    };
    this.insecure = new Set(insecure);
  }

  /**
   * @param repository `registry.example/shop/web`
   * @param name a tag or a digest
   * @returns undefined when the registry says that it has none
   * @throws RegistryError
   */
  async manifest(repository: string, name: string, signal?: AbortSignal): Promise<PublishedManifest | undefined> {
    const found = await this.read(repository, name, signal);
    if (!found) return undefined;
    const entries = platformsOf(found.content);
    if (!entries) return { digest: found.digest, digests: unique([found.digest, configOf(found.content)]) };
    const digests = [found.digest];
    for (const entry of entries.slice(0, MOST_PLATFORMS)) {
      const platform = await this.read(repository, entry, signal);
      // An index may name platforms that were never pushed.
      if (platform) digests.push(platform.digest, configOf(platform.content) ?? platform.digest);
    }
    return { digest: found.digest, digests: unique(digests) };
  }

  /** The digest behind a tag, and nothing of what it consists of; undefined when there is none. @throws RegistryError */
  async digestOf(repository: string, tag: string, signal?: AbortSignal): Promise<string | undefined> {
    return (await this.read(repository, tag, signal))?.digest;
  }

  /** Why the registry of a repository cannot be used now; undefined when it answers. Asks for a name nobody has. */
  async problem(repository: string, signal?: AbortSignal): Promise<string | undefined> {
    try {
      const around = { ...this.around, timeoutMs: PRESENCE_MILLISECONDS };
      await this.read(repository, 'immutable-infra-asks-whether-you-are-there', signal, around);
      return undefined;
    } catch (error) {
      if (error instanceof RegistryError && error.isUnreachable) return error.message;
      // It answered. Whether it lets us in, the push will tell: some hide what does not exist yet.
      if (error instanceof RegistryError) return undefined;
      throw error;
    }
  }

  private async read(
    repository: string,
    name: string,
    signal: AbortSignal | undefined,
    around: Surroundings = this.around,
  ): Promise<{ readonly digest: string; readonly content: Json } | undefined> {
    let reference: RegistryReference | undefined;
    try {
      const base = registryReference(`${repository}:latest`, this.insecure);
      reference = { ...base, tag: name, text: `${repository}${name.includes(':') ? '@' : ':'}${name}` };
      const manifest = await readManifest(reference, around, signal);
      return manifest && { digest: manifest.digest, content: objectOf(JSON.parse(textOf(manifest.body))) };
    } catch (error) {
      if (error instanceof HttpFailure && reference) {
        throw new RegistryError(fromFailure(reference, error).message, error.kind !== 'too-large');
      }
      if (error instanceof DigestProblem) throw new RegistryError(error.message, false);
      throw error;
    }
  }
}

type Json = Readonly<Record<string, unknown>>;

/** Digests of the images of an index, those of attestations left out; undefined for a manifest of one image. */
function platformsOf(content: Json): readonly string[] | undefined {
  const entries = content['manifests'];
  if (!Array.isArray(entries)) return undefined;
  return entries.flatMap((entry: unknown) => {
    const { digest, platform } = objectOf(entry);
    const isAttestation = objectOf(platform)['os'] === 'unknown';
    return typeof digest === 'string' && !isAttestation ? [digest] : [];
  });
}

function configOf(content: Json): string | undefined {
  const { digest } = objectOf(content['config']);
  return typeof digest === 'string' ? digest : undefined;
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function unique(digests: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(digests.filter((digest) => digest !== undefined))];
}
