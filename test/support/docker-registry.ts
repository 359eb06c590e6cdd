import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const PACKAGES = pathToFileURL(join(import.meta.dirname, '..', '..', 'scripts', 'system-packages.mjs')).href;

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/**
 * Why the registry of Debian cannot be started here; undefined when it can. It is installed first where that is possible.
 *
 * @throws in CI, where it must not be missing
 */
export function missingRegistry(): string | undefined {
  if (programOf('docker-registry') === undefined) {
    const code = `import(${JSON.stringify(PACKAGES)}).then((packages) => packages.ensurePackages(['docker-registry']))`;
    spawnSync(process.execPath, ['-e', code], { stdio: 'inherit' });
  }
  if (programOf('docker-registry') !== undefined) return undefined;
  const reason = 'docker-registry is not installed: apt-get install docker-registry';
  if (process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}

function programOf(name: string): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter);
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path));
}

export interface RegistrySettings {
  /** Users with the bcrypt hash of their passwords, one a line. */
  readonly htpasswd?: string | undefined;
  /** Files of a certificate and its key. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
}

/** A registry of its own, with its own storage, on a free port of loopback. */
export class DockerRegistry {
  private constructor(
    /** `127.0.0.1:40123` */
    readonly host: string,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  static async start({ htpasswd, tls }: RegistrySettings = {}): Promise<DockerRegistry> {
    const directory = mkdtempSync(join(tmpdir(), 'immutable-registry-'));
    if (htpasswd !== undefined) writeFileSync(join(directory, 'htpasswd'), `${htpasswd}\n`);
    const config = {
      version: 0.1,
      log: { level: 'info', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(directory, 'data') } },
      http: { addr: '127.0.0.1:0', ...(tls ? { tls: { certificate: tls.certificate, key: tls.key } } : {}) },
      ...(htpasswd === undefined ? {} : { auth: { htpasswd: { realm: 'test', path: join(directory, 'htpasswd') } } }),
    };
    const file = join(directory, 'config.yml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(config));
    const child = spawn('docker-registry', ['serve', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      return new DockerRegistry(await addressOf(child), child, directory);
    } catch (error) {
      child.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Where it listens, from what it prints. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (part: Buffer): void => {
      output += part.toString();
      const found = /listening on (127\.0\.0\.1:\d+)/.exec(output);
      if (found?.[1] !== undefined) resolve(found[1]);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`docker-registry ended with ${String(code)}: ${output}`)));
    setTimeout(() => reject(new Error(`docker-registry does not listen: ${output}`)), 20_000).unref();
  });
}

/** Pushes what a test makes, by the OCI distribution specification ("Pushing"). */
export class Pusher {
  constructor(
    private readonly host: string,
    private readonly authorization?: string,
  ) {}

  /** An image of one small layer. @returns the digest of its manifest */
  async image(repository: string, tag: string | undefined, text: string, type = OCI_MANIFEST): Promise<string> {
    const isOci = type === OCI_MANIFEST;
    const layer = await this.blob(repository, Buffer.from(text));
    const config = await this.blob(
      repository,
      Buffer.from(
        JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [layer.digest] } }),
      ),
    );
    const manifest = {
      schemaVersion: 2,
      mediaType: type,
      config: {
        mediaType: isOci
          ? 'application/vnd.oci.image.config.v1+json'
          : 'application/vnd.docker.container.image.v1+json',
        ...config,
      },
      layers: [
        {
          mediaType: isOci
            ? 'application/vnd.oci.image.layer.v1.tar'
            : 'application/vnd.docker.image.rootfs.diff.tar.gzip',
          ...layer,
        },
      ],
    };
    return this.manifest(repository, tag, JSON.stringify(manifest), type);
  }

  /** An index over images for two platforms. @returns its digest */
  async index(repository: string, tag: string, text: string, type = OCI_INDEX): Promise<string> {
    const own = type === OCI_INDEX ? OCI_MANIFEST : DOCKER_MANIFEST;
    const manifests = [];
    for (const architecture of ['amd64', 'arm64']) {
      const digest = await this.image(repository, undefined, `${text} ${architecture}`, own);
      const { size } = await this.stat(repository, digest, own);
      manifests.push({ mediaType: own, digest, size, platform: { architecture, os: 'linux' } });
    }
    return this.manifest(repository, tag, JSON.stringify({ schemaVersion: 2, mediaType: type, manifests }), type);
  }

  private async blob(repository: string, bytes: Buffer): Promise<{ digest: string; size: number }> {
    const digest = digestOf(bytes);
    const started = await this.send(`/v2/${repository}/blobs/uploads/`, { method: 'POST' }, 202);
    const location = new URL(started.headers.get('location') ?? '', `http://${this.host}`);
    location.searchParams.set('digest', digest);
    await this.send(
      `${location.pathname}${location.search}`,
      { method: 'PUT', body: new Uint8Array(bytes), headers: { 'content-type': 'application/octet-stream' } },
      201,
    );
    return { digest, size: bytes.length };
  }

  private async manifest(repository: string, tag: string | undefined, text: string, type: string): Promise<string> {
    const digest = digestOf(Buffer.from(text));
    const headers = { 'content-type': type };
    await this.send(`/v2/${repository}/manifests/${tag ?? digest}`, { method: 'PUT', body: text, headers }, 201);
    return digest;
  }

  private async stat(repository: string, digest: string, type: string): Promise<{ size: number }> {
    const { headers } = await this.send(
      `/v2/${repository}/manifests/${digest}`,
      { method: 'HEAD', headers: { accept: type } },
      200,
    );
    return { size: Number(headers.get('content-length')) };
  }

  private async send(
    path: string,
    init: Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> },
    status: number,
  ): Promise<Response> {
    const headers = {
      ...init.headers,
      ...(this.authorization === undefined ? {} : { authorization: this.authorization }),
    };
    const response = await fetch(`http://${this.host}${path}`, { ...init, headers });
    if (response.status !== status) {
      throw new Error(`${init.method ?? 'GET'} ${path}: HTTP ${response.status} ${await response.text()}`);
    }
    return response;
  }
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
