import type { SecretStorage } from 'vscode';

/** User name and password (or token) for a registry. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

const PREFIX = 'immutableInfra.registry.';
const INDEX = 'immutableInfra.registries';

/** Docker Hub has one log-in and several names (docs.docker.com: `docker login` writes the second). */
const DOCKER_HUB = ['docker.io', 'index.docker.io', 'registry-1.docker.io'] as const;

/** Credentials of registries, in the editor's secret storage: the key chain of the system, where there is one. */
export class CredentialStore {
  constructor(private readonly secrets: Pick<SecretStorage, 'get' | 'store' | 'delete'>) {}

  /** @param registry host, with a port if it has one: `registry.example.com:5000` */
  async get(registry: string): Promise<Credentials | null> {
    for (const name of namesOf(registry)) {
      const found = credentialsIn(await this.secrets.get(PREFIX + name));
      if (found) return found;
    }
    return null;
  }

  async set(registry: string, credentials: Credentials): Promise<void> {
    const [host] = namesOf(registry);
    await this.secrets.store(PREFIX + host, JSON.stringify(credentials));
    await this.writeIndex([...new Set([...(await this.registries()), host])].sort());
  }

  async delete(registry: string): Promise<void> {
    const names: readonly string[] = namesOf(registry);
    for (const name of names) await this.secrets.delete(PREFIX + name);
    await this.writeIndex((await this.registries()).filter((known) => !names.includes(known)));
  }

  /** The hosts that credentials are stored for: secret storage itself cannot be listed. */
  async registries(): Promise<readonly string[]> {
    const stored = await this.secrets.get(INDEX);
    try {
      const names: unknown = JSON.parse(stored ?? '[]');
      return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [];
    } catch {
      return [];
    }
  }

  private async writeIndex(names: readonly string[]): Promise<void> {
    await this.secrets.store(INDEX, JSON.stringify(names));
  }
}

/** The names under which credentials of a registry may be stored; the first is the one that references have. */
function namesOf(registry: string): readonly [string, ...string[]] {
  const host = registry.toLowerCase();
  return DOCKER_HUB.some((name) => name === host) ? DOCKER_HUB : [host];
}

function credentialsIn(stored: string | undefined): Credentials | null {
  try {
    const { username, password } = JSON.parse(stored ?? '{}') as Partial<Credentials>;
    return typeof username === 'string' && typeof password === 'string' ? { username, password } : null;
  } catch {
    return null;
  }
}

/** The registry that a user means: without a scheme or a path; undefined when it is none. */
export function registryHost(typed: string): string | undefined {
  const host = typed
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
  return /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::\d{1,5})?$/.test(host)
    ? namesOf(host)[0]
    : undefined;
}
