import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { DigestResolver } from '../../server/src/workspace/digests';
import { credentialsFor, INDEX_TYPE, resolverWith, sha256 } from '../support/fake-registry';
import { nodeTransport, serve, serveRaw, type Loopback } from '../support/loopback-server';

const DIGEST = sha256('an index');
const MANIFEST = '{"schemaVersion":2,"manifests":[]}';
const SECRET = 'hunter2';

/** A resolver with short patience and a log-in for every host that is named. */
function resolver(...hosts: string[]): DigestResolver {
  return resolverWith(nodeTransport(), {
    credentials: credentialsFor(Object.fromEntries(hosts.map((host) => [host, { username: 'jo', password: SECRET }]))),
    timeoutMs: 700,
  });
}

async function problemOf(host: string, signal?: AbortSignal): Promise<string> {
  const answer = await resolver(host).resolve(`${host}/app:1`, signal);
  expect(answer).toHaveProperty('problem');
  const { problem } = answer as { problem: string };
  expect(problem).not.toContain(SECRET);
  expect(problem).toContain(`${host}/app:1`);
  return problem;
}

function index(response: ServerResponse, body = MANIFEST, digest?: string): void {
  response.writeHead(200, {
    'content-type': INDEX_TYPE,
    ...(digest === undefined ? {} : { 'docker-content-digest': digest }),
  });
  response.end(body);
}

describe('a registry that is honest', () => {
  it('is asked once, with HEAD', async () => {
    const { host, log } = await serve((_, response) => index(response, MANIFEST, DIGEST));
    expect(await resolver().resolve(`${host}/app:1`)).toEqual({ digest: DIGEST });
    expect(log).toEqual(['HEAD /v2/app/manifests/1']);
  });

  it('is asked with what it needs to know', async () => {
    let seen: NodeJS.Dict<string | string[]> = {};
    const { host } = await serve(({ headers }, response) => {
      seen = headers;
      index(response, MANIFEST, DIGEST);
    });
    await resolver().resolve(`${host}/app:1`);
    expect(seen).toMatchObject({ 'user-agent': 'immutable-infra/test', 'accept-encoding': 'identity', host });
    expect(String(seen['accept']).split(', ')).toHaveLength(4);
  });
});

describe('a registry that lies', () => {
  it('about the digest of what it sends is not believed', async () => {
    const { host } = await serve(({ method }, response) =>
      index(response, MANIFEST, method === 'HEAD' ? 'sha256:lie' : DIGEST),
    );
    expect(await problemOf(host)).toContain('is not the one of what it sent');
  });

  it('about the type is not believed', async () => {
    const { host } = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    );
    expect(await problemOf(host)).toContain('is no image manifest');
  });

  it.each([
    ['Bearer'],
    ['Bearer realm='],
    ['Bearer realm="never closed'],
    ['Digest realm="x"'],
    ['", ,=,"'],
    [undefined],
  ])('about how to log in (%s) gets nothing', async (challenge) => {
    const { host, log } = await serve((_, response) => {
      response.writeHead(401, challenge === undefined ? {} : { 'www-authenticate': challenge }).end();
    });
    expect(await problemOf(host)).toMatch(/log-in of an unknown kind|is no address/);
    expect(log).toEqual(['HEAD /v2/app/manifests/1']);
  });
});

describe('a registry that wastes time', () => {
  it('with a body without end is left', async () => {
    const { host } = await serve(({ method }, response) => {
      response.writeHead(200, { 'content-type': INDEX_TYPE });
      if (method === 'HEAD') return void response.end();
      const chunk = Buffer.alloc(256 * 1024, ' ');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    const patient = resolverWith(nodeTransport(), { timeoutMs: 20_000 });
    expect(await patient.resolve(`${host}/app:1`)).toEqual({
      problem: expect.stringContaining('larger than any manifest') as string,
    });
  });

  it('with a body that is announced as huge is left at once', async () => {
    const { host } = await serve(({ method }, response) => {
      response.writeHead(200, { 'content-type': INDEX_TYPE, 'content-length': String(10 ** 10) });
      if (method === 'HEAD') response.end();
      else response.write(' ');
    });
    expect(await problemOf(host)).toContain('larger than any manifest');
  });

  it('with headers byte by byte is left', async () => {
    const timers: NodeJS.Timeout[] = [];
    const host = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
      timers.push(setInterval(() => socket.write('x'), 50));
      socket.on('close', () => timers.forEach(clearInterval));
    });
    expect(await problemOf(host)).toContain('did not answer in time');
  });

  it('with a body byte by byte is left', async () => {
    const timers: NodeJS.Timeout[] = [];
    const { host } = await serve(({ method }, response) => {
      response.writeHead(200, { 'content-type': INDEX_TYPE });
      if (method === 'HEAD') return void response.end();
      timers.push(setInterval(() => response.write(' '), 50));
      response.on('close', () => timers.forEach(clearInterval));
    });
    expect(await problemOf(host)).toContain('did not answer in time');
  });

  it('by saying nothing is left, at once when the user cancels', async () => {
    const host = await serveRaw(() => undefined);
    expect(await problemOf(host)).toContain('did not answer in time');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    expect(await problemOf(host, controller.signal)).toContain('was cancelled');
  });

  it('by asking for patience without end is left', async () => {
    const { host, log } = await serve((_, response) => response.writeHead(429, { 'retry-after': '86400' }).end());
    expect(await problemOf(host)).toContain('Try again in 6 hours');
    expect(log).toHaveLength(1);
  });

  it('is asked again when it is soon ready', async () => {
    let count = 0;
    const { host } = await serve((_, response) =>
      ++count < 3 ? void response.writeHead(429, { 'retry-after': '1' }).end() : index(response, '', DIGEST),
    );
    expect(await resolver().resolve(`${host}/app:1`)).toEqual({ digest: DIGEST });
  });
});

describe('a registry that breaks off', () => {
  it.each<[string, string]>([
    ['its headers', 'HTTP/1.1 200 OK\r\nContent-'],
    ['with headers that are huge', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['with what is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['with nothing', ''],
  ])('%s', async (_, bytes) => {
    let connections = 0;
    const host = await serveRaw((socket) => {
      connections++;
      socket.once('data', () => socket.end(bytes));
    });
    expect(await problemOf(host)).toContain('broke off');
    expect(connections).toBe(2);
  });

  it('with a reset', async () => {
    const host = await serveRaw((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(await problemOf(host)).toContain('broke off');
  });

  it('in its body', async () => {
    const { host } = await serve(({ method }, response) => {
      response.writeHead(200, { 'content-type': INDEX_TYPE, 'content-length': '100' });
      if (method === 'HEAD') return void response.end();
      response.write('{');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await problemOf(host)).toContain('broke off');
  });

  it('by being gone', async () => {
    expect(await problemOf('127.0.0.1:1')).toContain('cannot be reached');
  });
});

describe('a registry that is after credentials', () => {
  const elsewhere = (): Promise<Loopback> =>
    serve((_, response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end());

  it('does not get them to another host by a redirect', async () => {
    const thief = await elsewhere();
    const { host, log } = await serve(({ headers }, response) => {
      if (headers.authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      else response.writeHead(307, { location: `http://${thief.host}/v2/app/manifests/1` }).end();
    });
    await resolver(host, thief.host).resolve(`${host}/app:1`);
    expect(log).toHaveLength(2);
    expect(log[1]).toContain(' with Basic ');
    expect(thief.log).toEqual(['HEAD /v2/app/manifests/1']);
  });

  it('does not get them to another host by a token service', async () => {
    const thief = await serve((_, response) => response.end('{"token":"abc"}'));
    const { host, log } = await serve((_, response) =>
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${thief.host}/token"` }).end(),
    );
    expect(await problemOf(host)).toContain('without a log-in');
    expect(thief.log).toEqual(['GET /token?scope=repository%3Aapp%3Apull']);
    expect(log).toEqual(['HEAD /v2/app/manifests/1', 'HEAD /v2/app/manifests/1 with Bearer abc']);
  });

  it('does not get them from its token service by a redirect', async () => {
    const thief = await serve((_, response) => response.end('{"token":"abc"}'));
    const { host, log } = await serve(({ url }, response) => {
      if (url?.startsWith('/token')) response.writeHead(302, { location: `http://${thief.host}/t` }).end();
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end();
    });
    await resolver(host).resolve(`${host}/app:1`);
    expect(log[1]).toContain(' with Basic ');
    expect(thief.log).toEqual(['GET /t']);
  });

  it('does not get a refresh token to another host from its token service by a redirect', async () => {
    let stolen = '';
    const thief = await serve((request, response) => {
      request.on('data', (bytes: Buffer) => (stolen += bytes.toString()));
      request.on('end', () => response.end('{"token":"abc"}'));
    });
    const { host, log } = await serve(({ url }, response) => {
      if (url?.startsWith('/token')) response.writeHead(307, { location: `http://${thief.host}/t` }).end();
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end();
    });
    const credentials = credentialsFor({ [host]: { identityToken: SECRET } });
    const answer = await resolverWith(nodeTransport(), { credentials, timeoutMs: 2000 }).resolve(`${host}/app:1`);
    expect(answer).toEqual({
      problem: expect.stringContaining('a request with a log-in to another host or port') as string,
    });
    expect([log, thief.log, stolen]).toEqual([['HEAD /v2/app/manifests/1', 'POST /token'], [], '']);
  });

  it('is asked twice at most, however often it says 401', async () => {
    const { host, log } = await elsewhere();
    expect(await problemOf(host)).toContain('with the stored log-in');
    expect(log).toHaveLength(2);
  });

  it('is followed a few times only', async () => {
    const { host, log } = await serve(({ url }, response) =>
      response.writeHead(302, { location: `${url ?? ''}x` }).end(),
    );
    expect(await problemOf(host)).toContain('again and again');
    expect(log).toHaveLength(5);
  });
});

describe('a token service that is broken', () => {
  it.each<[string, (response: ServerResponse) => void, string]>([
    ['says what is no JSON', (response) => response.end('<html>'), 'gave no token'],
    ['gives a list', (response) => response.end('["abc"]'), 'gave no token'],
    ['gives a header of its own', (response) => response.end('{"token":"a\\r\\nx: y"}'), 'gave no token'],
    ['is out of order', (response) => response.writeHead(418).end(), 'HTTP 418'],
    ['talks without end', (response) => response.end(Buffer.alloc(1024 * 1024, ' ')), 'larger than'],
    ['says nothing', () => undefined, 'did not answer in time'],
  ])('and %s', async (_, answer, problem) => {
    const { host } = await serve(({ url }, response) => {
      if (url?.startsWith('/token')) answer(response);
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end();
    });
    expect(await problemOf(host)).toContain(problem);
  });
});
