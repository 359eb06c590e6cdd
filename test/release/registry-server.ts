import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Debian's registry on one port of loopback, which it keeps when it is stopped and started. */
export class LoopbackRegistry {
  private child: ChildProcess | undefined;
  /** Chosen by the system at the first start. */
  private port = 0;

  private constructor(private readonly directory: string) {}

  static async create(directory: string): Promise<LoopbackRegistry> {
    mkdirSync(directory, { recursive: true });
    const registry = new LoopbackRegistry(directory);
    await registry.start();
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const config = {
      version: 0.1,
      log: { level: 'info', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(this.directory, 'data') }, delete: { enabled: true } },
      http: { addr: this.host },
    };
    // JSON is YAML.
    writeFileSync(this.configPath, JSON.stringify(config));
    this.child = spawn('docker-registry', ['serve', this.configPath], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.port = await portOf(this.child);
  }

  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Deletes what no tag leads to, as registries do at night. */
  async collectGarbage(): Promise<void> {
    await this.stop();
    const { status, stderr } = spawnSync('docker-registry', ['garbage-collect', '--delete-untagged', this.configPath], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    await this.start();
  }

  private get configPath(): string {
    return join(this.directory, 'config.yml');
  }
}

/** Where it listens, from what it prints. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stderr?.on('data', (part: Buffer) => {
      output += part.toString();
      const port = /listening on 127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`docker-registry ended with ${String(code)}: ${output}`)));
  });
}
