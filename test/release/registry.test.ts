import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Registry, RegistryError } from '../../release/src/registry/registry';
import { missingRegistry, Pusher, OCI_INDEX, OCI_MANIFEST } from '../support/docker-registry';
import { LoopbackRegistry } from './registry-server';

const reason = missingRegistry();
const client = new Registry({ own: { HOME: '/nonexistent' }, workspace: tmpdir() });

describe.skipIf(reason !== undefined)('a real registry', () => {
  let directory: string;
  let registry: LoopbackRegistry;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'immutable-registry-'));
    registry = await LoopbackRegistry.create(directory);
  });
  afterAll(async () => {
    await registry.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('F13: says 404 to a client that does not know OCI images; ours is told', async () => {
    const repository = `${registry.host}/shop/web`;
    const digest = await new Pusher(registry.host).image('shop/web', 'one', 'one');
    const url = `http://${registry.host}/v2/shop/web/manifests/one`;
    const others = await fetch(url, {
      method: 'HEAD',
      headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    });
    expect(others.status).toBe(404);
    expect((await client.manifest(repository, 'one'))?.digest).toBe(digest);
    expect((await client.manifest(repository, digest))?.digest).toBe(digest);
  });

  it('names every digest of an index: its own, the manifests and the configurations of its platforms', async () => {
    const digest = await new Pusher(registry.host).index('shop/web', 'all', 'all');
    const found = await client.manifest(`${registry.host}/shop/web`, 'all');
    expect(found?.digest).toBe(digest);
    // One index, and two for each of the two platforms, of which the test's configurations differ by nothing but layers.
    expect(found?.digests).toHaveLength(5);
    expect(new Set(found?.digests).size).toBe(5);
  });

  it('has no image of a name that was never pushed', async () => {
    expect(await client.manifest(`${registry.host}/shop/web`, 'never')).toBeUndefined();
    expect(await client.manifest(`${registry.host}/shop/none`, 'never')).toBeUndefined();
    expect(await client.problem(`${registry.host}/shop/none`)).toBeUndefined();
  });
});

describe('a registry that cannot be trusted', () => {
  let server: Server | undefined;
  const others: Server[] = [];
  const seen: IncomingMessage[] = [];
  afterEach(() => {
    [server, ...others.splice(0)].forEach((one) => one?.close());
    seen.length = 0;
  });

  async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const made = createServer((request, response) => {
      seen.push(request);
      answer(request, response);
    });
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    if (server) others.push(made);
    else server = made;
    return `127.0.0.1:${(made.address() as AddressInfo).port}`;
  }

  function manifest(response: ServerResponse, body: string, headers: Record<string, string> = {}): void {
    response.writeHead(200, { 'content-type': OCI_MANIFEST, ...headers }).end(body);
  }

  async function failure(host: string, name = 'one'): Promise<string> {
    try {
      await client.manifest(`${host}/shop/web`, name);
    } catch (error) {
      expect(error).toBeInstanceOf(RegistryError);
      return (error as Error).message;
    }
    throw new Error('it did not fail');
  }

  const BODY = JSON.stringify({ schemaVersion: 2, config: { digest: `sha256:${'c'.repeat(64)}` } });

  it('F14: a body that has not the digest that was asked for', async () => {
    const wanted = `sha256:${'a'.repeat(64)}`;
    const host = await listen((_request, response) => manifest(response, BODY, { 'docker-content-digest': wanted }));
    expect(await failure(host, wanted)).toContain('the digest that it names is not the one of what it sent');
    server?.close();
    server = undefined;
    // Without any header the bytes alone count.
    const silent = await listen((_request, response) => manifest(response, BODY));
    expect(await failure(silent, wanted)).toContain('the digest that it names is not the one of what it sent');
    const real = `sha256:${createHash('sha256').update(BODY).digest('hex')}`;
    expect((await client.manifest(`${silent}/shop/web`, real))?.digests).toEqual([real, `sha256:${'c'.repeat(64)}`]);
  });

  it('F14: 401 asks for a log-in', async () => {
    const host = await listen((_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    );
    expect(await failure(host)).toContain(`run \`docker login ${host}\``);
  });

  it('F14: 429 is honoured', async () => {
    let asked = 0;
    const host = await listen((_request, response) => {
      if (++asked === 1) response.writeHead(429, { 'retry-after': '1' }).end();
      else manifest(response, BODY);
    });
    const start = performance.now();
    expect(await client.manifest(`${host}/shop/web`, 'one')).toBeDefined();
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(asked).toBe(2);
  });

  it('F14: a redirect to another host is followed without the log-in', async () => {
    const elsewhere = await listen((_request, response) => manifest(response, BODY));
    const host = await listen((request, response) => {
      if (request.url?.startsWith('/token') === true) {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"token":"secret-of-the-registry"}');
      } else if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end();
      } else response.writeHead(307, { location: `http://${elsewhere}${request.url ?? ''}` }).end();
    });
    expect(await client.manifest(`${host}/shop/web`, 'one')).toBeDefined();
    const atOther = seen.filter(({ headers }) => headers.host === elsewhere);
    expect(atOther).toHaveLength(1);
    expect(atOther[0]?.headers.authorization).toBeUndefined();
  });

  it('F14: a body without an end is cut off', async () => {
    let isOpen = true;
    const host = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': OCI_INDEX });
      response.on('close', () => (isOpen = false));
      const more = (): void => {
        while (isOpen && response.write(Buffer.alloc(64 * 1024, 0x20)));
      };
      response.on('drain', more);
      more();
    });
    expect(await failure(host)).toContain('its answer is larger than any manifest may be');
    // The connection was ended, not only left alone.
    await vi.waitFor(() => expect(isOpen).toBe(false), { timeout: 5000 });
  });

  it('F10: one that takes the call and never answers is told within 5 s', async () => {
    const host = await listen(() => undefined);
    const start = performance.now();
    expect(await client.problem(`${host}/shop/web`)).toContain(`${host} did not answer`);
    expect(performance.now() - start).toBeLessThan(5000);
    server?.closeAllConnections();
  });

  it('tells who cannot be reached apart from who says no', async () => {
    const host = await listen((_request, response) => response.writeHead(403).end());
    expect(await client.problem(`${host}/shop/web`)).toBeUndefined();
    server?.close();
    server = undefined;
    expect(await client.problem('127.0.0.1:1/shop/web')).toContain('127.0.0.1:1 cannot be reached');
  });
});
