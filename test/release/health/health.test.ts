import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { requirePipeline } from '../../../release/src/config/read';
import type { HealthCheck, HttpCheck } from '../../../release/src/config/types';
import {
  checkHealth,
  type HealthClock,
  type HealthContext,
  type HealthResult,
} from '../../../release/src/health/health';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on loopback; its address. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As `serve`, with a certificate that was made just now. */
async function serveTls(listener: RequestListener): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'immutable-tls-'));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-days',
    '2',
  ];
  execFileSync('openssl', [...words, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, listener);
  rmSync(directory, { recursive: true });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function http(url: string, changes: Partial<HttpCheck> = {}): HttpCheck {
  const timing = { every: 20, consecutive: 1, timeout: 1500 };
  return { kind: 'http', url, status: 200, identity: undefined, insecure: false, ...timing, ...changes };
}

function check(checks: readonly HealthCheck[], changes: Partial<HealthContext> = {}): Promise<HealthResult> {
  return checkHealth(checks, {
    known: { release: { id: 'new' } },
    signal: new AbortController().signal,
    runCommand: () => Promise.resolve({ code: 0, detail: 'exit 0' }),
    ...changes,
  });
}

/** Time goes on between probes only: a busy machine takes none of a check's time. */
function probeClock(): HealthClock {
  let now = 0;
  return {
    now: () => now,
    pause: (time) => {
      now += time;
      return Promise.resolve();
    },
  };
}

/** Long in real time, a few probes in time of the check. */
const FEW = { every: 20_000, timeout: 100_000 };

const IDENTITY = { header: 'X-Release', equals: '${release.id}' };

describe('the verdict', () => {
  it('is confirmed when the new version answers', async () => {
    const url = await serve((_request, response) => response.setHeader('x-release', 'new').end());
    expect((await check([http(url, { identity: IDENTITY })])).verdict).toBe('confirmed');
  });

  it('reads a member of JSON, inside lists too', async () => {
    const url = await serve((_request, response) => response.end('{"build":[{"commit":"new"}]}'));
    const identity = { json: '$.build[0].commit', equals: '${release.id}' };
    expect((await check([http(url, { identity })])).verdict).toBe('confirmed');
    const inherited = { json: '$.constructor', equals: 'x' };
    expect((await check([http(url, { identity: inherited, ...FEW })], { clock: probeClock() })).verdict).toBe(
      'unconfirmed',
    );
  });

  it('F16: is unconfirmed when the old version answers, and says who did', async () => {
    const url = await serve((_request, response) => response.setHeader('x-release', 'old').end());
    const result = await check([http(url, { identity: IDENTITY, ...FEW })], { clock: probeClock() });
    expect(result.verdict).toBe('unconfirmed');
    expect(result.checks[0]?.samples.at(-1)?.detail).toBe('200, X-Release is `old`, not `new`');
  });

  it('is unchecked when nobody asks who answers', async () => {
    const url = await serve((_request, response) => response.end());
    expect((await check([http(url, { identity: 'none' })])).verdict).toBe('unchecked');
  });

  it('needs every check: one that fails makes all unhealthy', async () => {
    const url = await serve((_request, response) => response.setHeader('x-release', 'new').end());
    const command: HealthCheck = { kind: 'command', command: ['probe'], every: 20, consecutive: 1, timeout: 200 };
    const failing = { runCommand: () => Promise.resolve({ code: 1, detail: 'exit 1' }) };
    expect((await check([http(url, { identity: IDENTITY }), command], failing)).verdict).toBe('unhealthy');
    expect((await check([http(url, { identity: IDENTITY }), command])).verdict).toBe('confirmed');
  });

  it('waits for a version that comes up late', async () => {
    let count = 0;
    const url = await serve((_request, response) => response.setHeader('x-release', ++count < 4 ? 'old' : 'new').end());
    expect((await check([http(url, { identity: IDENTITY, ...FEW })], { clock: probeClock() })).verdict).toBe(
      'confirmed',
    );
    expect(count).toBe(4);
  });
});

describe('a check that does not get well', () => {
  it('F15: fails at its deadline when nobody listens', async () => {
    const url = await serve(() => undefined);
    servers.splice(0).forEach((server) => server.close());
    const clock = probeClock();
    const result = await check([http(url, { every: 7000, timeout: 100_000 })], { clock });
    expect(result.verdict).toBe('unhealthy');
    expect(result.checks[0]?.samples.at(-1)?.detail).toContain('ECONNREFUSED');
    expect(clock.now(), 'neither sooner nor later').toBe(100_000);
    expect(result.checks[0]?.probes).toBe(15);
  });

  it('F17: flaps: only answers in a row count, and the deadline stays', async () => {
    let count = 0;
    const url = await serve((_request, response) => {
      response.statusCode = count++ % 2 === 0 ? 200 : 500;
      response.end();
    });
    const result = await check([http(url, { consecutive: 2, ...FEW })], { clock: probeClock() });
    expect(result.verdict).toBe('unhealthy');
    // One for each 20 s of 100 s: an answer that was healthy for a moment gives no more time.
    expect(result.checks[0]?.probes).toBe(5);
  });

  it('F18: one that hangs to the end of the check', async () => {
    const url = await serve(() => undefined);
    const result = await check([http(url, { timeout: 250 })]);
    expect(result.verdict).toBe('unhealthy');
    expect(result.checks[0]?.samples[0]?.detail).toContain('no answer before the time was over');
  });

  it.each<[string, RequestListener, string]>([
    [
      'redirects in a loop',
      (_request, response) => response.writeHead(302, { location: '/again' }).end(),
      'redirected more than 3 times',
    ],
    [
      'redirects to a file',
      (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      'file:',
    ],
    [
      'streams for ever',
      (_request, response) => {
        const write = (): void => {
          while (response.write('x'.repeat(65_536)) && !response.destroyed);
        };
        response.on('drain', write);
        write();
      },
      'larger than 1048576 bytes',
    ],
    ['breaks the connection', (request) => request.socket.destroy(), 'socket hang up'],
  ])('F18: %s', async (_name, listener, detail) => {
    const url = await serve(listener);
    const result = await check([http(url, FEW)], { clock: probeClock() });
    expect(result.verdict).toBe('unhealthy');
    expect(result.checks[0]?.samples[0]?.detail).toContain(detail);
  });

  it('F18: one that hangs is given up after 3 s, and asked again', async () => {
    let asked = 0;
    const url = await serve((_request, response) => (++asked === 1 ? undefined : response.end()));
    const start = performance.now();
    const result = await check([http(url, { every: 10, timeout: 60_000 })]);
    expect(result.checks[0]).toMatchObject({ healthy: true, probes: 2 });
    expect(result.checks[0]?.samples[0]?.detail).toContain('no answer');
    expect(performance.now() - start).toBeGreaterThanOrEqual(2900);
  });

  it('F18: shows what is wrong with TLS', async () => {
    const url = await serve((_request, response) => response.end());
    const result = await check([http(url.replace('http:', 'https:'), FEW)], { clock: probeClock() });
    expect(result.checks[0]?.samples[0]?.detail).toMatch(/SSL|wrong version|EPROTO/i);
  });

  it('F18: a certificate that nobody vouches for is told; only where the file says so it is taken', async () => {
    const url = await serveTls((_request, response) => response.end());
    const strict = await check([http(url, FEW)], { clock: probeClock() });
    expect(strict.verdict).toBe('unhealthy');
    expect(strict.checks[0]?.samples[0]?.detail).toMatch(/self[- ]signed certificate/i);
    expect((await check([http(url, { identity: 'none', insecure: true })])).verdict).toBe('unchecked');
  });

  it('F18: a protected environment never leaves certificates unchecked', () => {
    const text = (isProtected: boolean): string => `app: shop
images: { web: { container: { repository: "127.0.0.1:5000/web", insecureRegistry: true } } }
environments:
  production:
    protected: ${isProtected}
    target: { containers: { run: [{ name: web, image: web, slots: { blue: { publish: ["8081:80"] }, green: { publish: ["8082:80"] } } }] } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}" } }
    health: [{ http: { url: "https://127.0.0.1:\${slot.port}/", insecure: true, identity: { header: X-Release, equals: "\${release.id}" } } }]
`;
    expect(() => requirePipeline(text(true), 'immutable.yaml')).toThrow('A protected environment checks certificates.');
    expect(requirePipeline(text(false), 'immutable.yaml').environments.size).toBe(1);
  });

  it('keeps terminal escapes of an answer out of its messages', async () => {
    const url = await serve((_request, response) => response.end('{"v":"\\u001b]8;;http://evil\\u0007old"}'));
    const result = await check([http(url, { identity: { json: '$.v', equals: 'new' }, ...FEW })], {
      clock: probeClock(),
    });
    expect(result.checks[0]?.samples[0]?.detail).not.toMatch(/[\x00-\x1f]/);
  });

  it('stops at once when it is cancelled', async () => {
    const url = await serve(() => undefined);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('cancelled by Ana')), 50);
    await expect(check([http(url, { timeout: 60_000 })], { signal: controller.signal })).rejects.toThrow('by Ana');
  });
});

describe('a TCP check', () => {
  it('is healthy when somebody accepts, and does not pretend to know who', async () => {
    const url = new URL(await serve(() => undefined));
    const tcp = { kind: 'tcp', host: url.hostname, port: url.port, every: 20, consecutive: 2, timeout: 1000 } as const;
    expect(await check([tcp])).toMatchObject({ verdict: 'unchecked', checks: [{ probes: 2 }] });
  });
});
