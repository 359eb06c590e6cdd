import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A registry of images on this machine, for as long as the demo runs. */
export class DemoRegistry {
  private constructor(
    private readonly child: ChildProcess,
    readonly host: string,
  ) {}

  /**
   * @param program absolute path of Debian's `docker-registry`
   * @param directory where it keeps its files
   * @throws when it does not answer in time
   */
  static async start(program: string, directory: string): Promise<DemoRegistry> {
    mkdirSync(directory, { recursive: true });
    const port = await freePort();
    const config = join(directory, 'config.yml');
    const storage = `storage:\n  filesystem:\n    rootdirectory: ${JSON.stringify(join(directory, 'data'))}\n`;
    writeFileSync(config, `version: 0.1\nlog: { level: error }\n${storage}http: { addr: "127.0.0.1:${port}" }\n`);
    const child = spawn(program, ['serve', config], { stdio: 'ignore' });
    const registry = new DemoRegistry(child, `127.0.0.1:${port}`);
    await registry.untilReady();
    return registry;
  }

  /** Ends it, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await gone;
  }

  private async untilReady(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      try {
        if ((await fetch(`http://${this.host}/v2/`)).ok) return;
      } catch {
        // Not yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await this.stop();
    throw new Error(`The registry on ${this.host} did not answer within 10 s.`);
  }
}

/** A port on loopback that nobody uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
