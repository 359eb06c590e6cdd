import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CredentialSource, Credentials } from '../workspace/digests';
import { askHelper, type HelperSurroundings } from './credential-helper';

/** Docker's key for its own registry, since before there were others. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

const DOCKER_HUB_NAMES: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

const MAX_CONFIG = 1024 * 1024;

/** A helper may ask the person for the key ring's password: once for a while is enough. Milliseconds. */
const LIFETIME = 5 * 60_000;

/** What was found, when, and by which configuration. */
interface Known {
  readonly config: string;
  readonly at: number;
  readonly found: Promise<Credentials | undefined>;
}

type Json = Readonly<Record<string, unknown>>;

/** What `docker login` and `podman login --compat-auth-file` stored: `$DOCKER_CONFIG/config.json`. */
export class DockerCredentials implements CredentialSource {
  private readonly known = new Map<string, Known>();

  /** @param now the time in ms; tests set it */
  constructor(
    private readonly around: HelperSurroundings,
    private readonly now: () => number = Date.now,
  ) {}

  async credentials(registry: string): Promise<Credentials | undefined> {
    const config = await this.read();
    // Nothing is awaited between looking and setting, so that those who ask at the same time share one answer.
    const known = this.known.get(registry);
    if (known && known.config === config && this.now() - known.at < LIFETIME) return known.found;
    const found = this.find(registry, JSON.parse(config) as Json);
    const entry = { config, at: this.now(), found };
    this.known.set(registry, entry);
    // Who had none logs in and asks again.
    if ((await found) === undefined && this.known.get(registry) === entry) this.known.delete(registry);
    return found;
  }

  private async find(registry: string, config: Json): Promise<Credentials | undefined> {
    const helper = textOf(entryOf(config['credHelpers'], registry)) ?? textOf(config['credsStore']);
    const server = registry === 'docker.io' ? DOCKER_HUB_KEY : registry;
    const asked = helper === undefined ? undefined : await askHelper(helper, server, this.around);
    return asked ?? stored(entryOf(config['auths'], registry));
  }

  /** The configuration as it is now, as JSON of an object: `docker login` changes it at any time. */
  private async read(): Promise<string> {
    const { env } = this.around;
    const directory = env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? homedir(), '.docker');
    const file = join(directory, 'config.json');
    try {
      if ((await stat(file)).size > MAX_CONFIG) return '{}';
      const text = await readFile(file, 'utf8');
      return objectOf(JSON.parse(text)) === undefined ? '{}' : text;
    } catch {
      return '{}';
    }
  }
}

/** The entry of a registry, whose key may be an address: `https://ghcr.io`, `https://ghcr.io/v2/`. */
function entryOf(table: unknown, registry: string): unknown {
  for (const [key, value] of Object.entries(objectOf(table) ?? {})) {
    const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
    if (host === registry || (registry === 'docker.io' && DOCKER_HUB_NAMES.has(host))) return value;
  }
  return undefined;
}

function stored(entry: unknown): Credentials | undefined {
  const { auth, identitytoken, username, password } = objectOf(entry) ?? {};
  const token = textOf(identitytoken);
  if (token !== undefined) return { identityToken: token };
  const decoded = Buffer.from(textOf(auth) ?? '', 'base64')
    .toString('utf8')
    .replace(/\0+$/, '');
  const colon = decoded.indexOf(':');
  if (colon > 0) return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
  const name = textOf(username);
  const secret = textOf(password);
  return name === undefined || secret === undefined ? undefined : { username: name, password: secret };
}

function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
