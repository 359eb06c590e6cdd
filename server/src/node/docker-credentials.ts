import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CredentialSource, Credentials } from '../workspace/digests';
import { askHelper, type HelperSurroundings } from './credential-helper';

/** Docker's key for its own registry, since before there were others. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

const DOCKER_HUB_NAMES: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

const MAX_CONFIG = 1024 * 1024;

type Json = Readonly<Record<string, unknown>>;

/** What `docker login` and `podman login --compat-auth-file` stored: `$DOCKER_CONFIG/config.json`. */
export class DockerCredentials implements CredentialSource {
  private config: Promise<Json> | undefined;
  private readonly known = new Map<string, Promise<Credentials | undefined>>();

  constructor(private readonly around: HelperSurroundings) {}

  credentials(registry: string): Promise<Credentials | undefined> {
    // A helper may ask the person for the key ring's password: once is enough.
    const known = this.known.get(registry);
    if (known) return known;
    const found = this.find(registry);
    this.known.set(registry, found);
    return found;
  }

  private async find(registry: string): Promise<Credentials | undefined> {
    const config = await (this.config ??= this.read());
    const helper = textOf(entryOf(config['credHelpers'], registry)) ?? textOf(config['credsStore']);
    const server = registry === 'docker.io' ? DOCKER_HUB_KEY : registry;
    const asked = helper === undefined ? undefined : await askHelper(helper, server, this.around);
    return asked ?? stored(entryOf(config['auths'], registry));
  }

  private async read(): Promise<Json> {
    const { env } = this.around;
    const directory = env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? homedir(), '.docker');
    const file = join(directory, 'config.json');
    try {
      if ((await stat(file)).size > MAX_CONFIG) return {};
      return objectOf(JSON.parse(await readFile(file, 'utf8'))) ?? {};
    } catch {
      return {};
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
