import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INDEX_TYPE, resolverWith, sha256 } from '../support/fake-registry';
import { listen, nodeTransport, serve } from '../support/loopback-server';

const DIGEST = sha256('an index');

/** A certificate for `registry.test`, made anew by each run. */
let directory: string;
let key: string;
let certificate: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'immutable-tls-'));
  const [keyFile, certificateFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=registry.test', '-addext', 'subjectAltName=DNS:registry.test'],
      ...['-keyout', keyFile, '-out', certificateFile],
    ],
    { stdio: 'pipe' },
  );
  key = readFileSync(keyFile, 'utf8');
  certificate = readFileSync(certificateFile, 'utf8');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function tlsRegistry(): Promise<string> {
  return listen(
    createTlsServer({ key, cert: certificate }, (_, response) =>
      response.writeHead(200, { 'content-type': INDEX_TYPE, 'docker-content-digest': DIGEST }).end(),
    ),
  );
}

/** A proxy that connects every name to one place. */
async function connectProxy(target: string, status = 200): Promise<{ host: string; log: string[] }> {
  const log: string[] = [];
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', ({ url, headers }, socket, head) => {
    log.push(`${url ?? ''} ${headers['proxy-authorization'] ?? '–'}`);
    socket.on('error', () => undefined);
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const [host, port] = target.split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  return { host: await listen(server), log };
}

describe('a proxy', () => {
  it('is asked to connect, and sees nothing of what goes through', async () => {
    const proxy = await connectProxy(await tlsRegistry());
    const transport = nodeTransport({ HTTPS_PROXY: `http://us%40r:w%3Ard@${proxy.host}` }, certificate);
    expect(await resolverWith(transport).resolve('registry.test/app:1')).toEqual({ digest: DIGEST });
    expect(proxy.log).toEqual([`registry.test:443 Basic ${Buffer.from('us@r:w:rd').toString('base64')}`]);
  });

  it('cannot stand in for the registry: its certificate is checked', async () => {
    const proxy = await connectProxy(await tlsRegistry());
    const env = { HTTPS_PROXY: `http://${proxy.host}` };
    const untrusted = await resolverWith(nodeTransport(env)).resolve('registry.test/app:1');
    expect(untrusted).toEqual({ problem: expect.stringContaining('certificate of registry.test') as string });
    const otherName = await resolverWith(nodeTransport(env, certificate)).resolve('other.test/app:1');
    expect(otherName).toEqual({ problem: expect.stringContaining('certificate of other.test') as string });
  });

  it('that refuses, or is gone, is named as such, without its password', async () => {
    const proxy = await connectProxy('127.0.0.1:1', 407);
    for (const host of [proxy.host, '127.0.0.1:1']) {
      const transport = nodeTransport({ HTTPS_PROXY: `http://jo:hunter2@${host}` });
      expect(await resolverWith(transport).resolve('registry.test/app:1')).toEqual({
        problem:
          'The proxy does not connect to registry.test, so the digest of `registry.test/app:1` is not known. Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.',
      });
    }
  });

  it('that does not connect in time is left', async () => {
    const server = createServer();
    server.on('connect', () => undefined);
    const transport = nodeTransport({ HTTPS_PROXY: `http://${await listen(server)}` });
    const answer = await resolverWith(transport, { timeoutMs: 300 }).resolve('registry.test/app:1');
    expect(answer).toEqual({ problem: expect.stringContaining('did not answer in time') as string });
  });

  it('forwards plain HTTP itself', async () => {
    const proxy = await serve((_, response) =>
      response.writeHead(200, { 'content-type': INDEX_TYPE, 'docker-content-digest': DIGEST }).end(),
    );
    const transport = nodeTransport({ HTTP_PROXY: proxy.host });
    const resolver = resolverWith(transport, { insecure: ['plain.test:5000'] });
    expect(await resolver.resolve('plain.test:5000/app:1')).toEqual({ digest: DIGEST });
    expect(proxy.log).toEqual(['HEAD http://plain.test:5000/v2/app/manifests/1']);
  });

  it('is not used for this machine', async () => {
    const registry = await serve((_, response) =>
      response.writeHead(200, { 'content-type': INDEX_TYPE, 'docker-content-digest': DIGEST }).end(),
    );
    const transport = nodeTransport({ HTTP_PROXY: 'http://127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:1' });
    expect(await resolverWith(transport).resolve(`${registry.host}/app:1`)).toEqual({ digest: DIGEST });
  });
});
