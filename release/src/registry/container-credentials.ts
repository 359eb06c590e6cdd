import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { askHelper } from '../../../server/src/node/credential-helper';
import { DockerCredentials } from '../../../server/src/node/docker-credentials';
import type { CredentialSource, Credentials } from '../../../server/src/workspace/digests';

const LARGEST_FILE = 1024 * 1024;

/** Variables of this process. */
type Environment = Readonly<Record<string, string | undefined>>;

interface AuthFile {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string } | undefined>>;
  readonly credHelpers?: Readonly<Record<string, string | undefined>>;
}

/**
 * What podman, buildah and Docker log in with, in the order in which podman looks (containers-auth.json(5)): the file
 * that `REGISTRY_AUTH_FILE` names, the one of this session, that of the user, and last Docker's.
 */
export class ContainerCredentials implements CredentialSource {
  private readonly docker: DockerCredentials;

  /** @param repository an entry may be for a part of a registry: the longest one that fits wins */
  constructor(
    private readonly own: Environment,
    private readonly workspace: string,
    private readonly repository: string,
  ) {
    this.docker = new DockerCredentials({ env: own, workspaces: [workspace] });
  }

  async credentials(registry: string): Promise<Credentials | undefined> {
    for (const path of authFiles(this.own)) {
      const found = await this.inFile(path, registry);
      if (found) return found;
    }
    return this.docker.credentials(registry);
  }

  private async inFile(path: string, registry: string): Promise<Credentials | undefined> {
    const file = await readAuthFile(path);
    const names = namesOf(registry, this.repository);
    for (const name of names) {
      const { auth, identitytoken } = file.auths?.[name] ?? {};
      if (identitytoken !== undefined) return { identityToken: identitytoken };
      const found = auth === undefined ? undefined : decoded(auth);
      if (found) return found;
    }
    const helper = names.map((name) => file.credHelpers?.[name]).find((name) => name !== undefined);
    if (helper === undefined) return undefined;
    return askHelper(helper, registry, { env: this.own, workspaces: [this.workspace] });
  }
}

/** In their order. A file that is named is the only one of podman. */
function authFiles(own: Environment): readonly string[] {
  const named = own['REGISTRY_AUTH_FILE'];
  if (named !== undefined && named !== '') return [named];
  const home = own['HOME'] ?? homedir();
  const runtime = own['XDG_RUNTIME_DIR'] ?? `/run/containers/${process.getuid?.() ?? 0}`;
  const settings = own['XDG_CONFIG_HOME'] ?? join(home, '.config');
  return [join(runtime, 'containers', 'auth.json'), join(settings, 'containers', 'auth.json')];
}

async function readAuthFile(path: string): Promise<AuthFile> {
  try {
    if ((await stat(path)).size > LARGEST_FILE) return {};
    const data: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof data === 'object' && data !== null ? data : {};
  } catch {
    // Not there, or none that we know: the next one may have it.
    return {};
  }
}

/** `registry.example/shop/web`, `registry.example/shop`, `registry.example`. */
function namesOf(registry: string, repository: string): readonly string[] {
  const parts = repository.split('/');
  if (parts[0] !== registry) return [registry];
  return parts.map((_part, index) => parts.slice(0, parts.length - index).join('/'));
}

function decoded(auth: string): Credentials | undefined {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon <= 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
