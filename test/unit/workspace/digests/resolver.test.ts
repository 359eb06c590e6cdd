import { describe, expect, it } from 'vitest';
import { HttpFailure, type HttpFailureKind } from '../../../../server/src/workspace/digests';
import {
  credentialsFor,
  FakeClock,
  FakeTransport,
  found,
  INDEX_TYPE,
  MemoryStore,
  resolverWith,
  sha256,
} from '../../../support/fake-registry';

const DIGEST = sha256('an index');
const MANIFEST = '{"schemaVersion":2,"manifests":[]}';

/** A registry with a token service, as the distribution project describes it. */
function withTokens(realm: string, service: string, scope?: string): FakeTransport {
  return new FakeTransport(({ url, headers, body }) => {
    if (url.startsWith(realm)) {
      const who = headers['authorization'] ?? body ?? 'anonymous';
      return { status: 200, body: JSON.stringify({ token: Buffer.from(who).toString('base64'), expires_in: 300 }) };
    }
    if (headers['authorization']?.startsWith('Bearer ')) return found(DIGEST);
    const challenge = `Bearer realm="${realm}",service="${service}"${scope === undefined ? '' : `,scope="${scope}"`}`;
    return { status: 401, headers: { 'www-authenticate': challenge } };
  });
}

const SERVICES: readonly [
  name: string,
  reference: string,
  realm: string,
  service: string,
  log: string[],
  scope?: string,
][] = [
  [
    'Docker Hub',
    'nginx:1.27',
    'https://auth.docker.io/token',
    'registry.docker.io',
    [
      'HEAD https://registry-1.docker.io/v2/library/nginx/manifests/1.27',
      'GET https://auth.docker.io/token?service=registry.docker.io&scope=repository%3Alibrary%2Fnginx%3Apull',
      'HEAD https://registry-1.docker.io/v2/library/nginx/manifests/1.27',
    ],
  ],
  [
    'GHCR',
    'ghcr.io/acme/api:2',
    'https://ghcr.io/token',
    'ghcr.io',
    [
      'HEAD https://ghcr.io/v2/acme/api/manifests/2',
      'GET https://ghcr.io/token?service=ghcr.io&scope=repository%3Aacme%2Fapi%3Apull',
      'HEAD https://ghcr.io/v2/acme/api/manifests/2',
    ],
    'repository:user/image:pull',
  ],
  [
    'Quay',
    'quay.io/acme/api',
    'https://quay.io/v2/auth',
    'quay.io',
    [
      'HEAD https://quay.io/v2/acme/api/manifests/latest',
      'GET https://quay.io/v2/auth?service=quay.io&scope=repository%3Aacme%2Fapi%3Apull',
      'HEAD https://quay.io/v2/acme/api/manifests/latest',
    ],
  ],
  [
    'ECR public, whose scope is a word of its own',
    'public.ecr.aws/nginx/nginx:1.27',
    'https://public.ecr.aws/token/',
    'public.ecr.aws',
    [
      'HEAD https://public.ecr.aws/v2/nginx/nginx/manifests/1.27',
      'GET https://public.ecr.aws/token/?service=public.ecr.aws&scope=aws',
      'HEAD https://public.ecr.aws/v2/nginx/nginx/manifests/1.27',
    ],
    'aws',
  ],
];

describe('the token flow', () => {
  it.each(SERVICES)('works with %s', async (_, reference, realm, service, log, scope) => {
    const transport = withTokens(realm, service, scope);
    expect(await resolverWith(transport).resolve(reference)).toEqual({ digest: DIGEST });
    expect(transport.log).toEqual(log);
    expect(transport.requests[0]?.headers).toEqual({
      accept:
        'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json',
    });
  });

  it('sends a password only to the token service, and to the registry only the token', async () => {
    const transport = withTokens('https://auth.docker.io/token', 'registry.docker.io');
    const credentials = credentialsFor({ 'docker.io': { username: 'jo', password: 'pä:ss' } });
    expect(await resolverWith(transport, { credentials }).resolve('nginx:1')).toEqual({ digest: DIGEST });
    const basic = `Basic ${Buffer.from('jo:pä:ss').toString('base64')}`;
    expect(transport.requests.map(({ headers }) => headers['authorization'])).toEqual([
      undefined,
      basic,
      `Bearer ${Buffer.from(basic).toString('base64')}`,
    ]);
    expect(credentials.asked).toEqual(['docker.io']);
  });

  it('trades a refresh token with POST', async () => {
    const transport = withTokens('https://acme.azurecr.io/oauth2/token', 'acme.azurecr.io');
    const credentials = credentialsFor({ 'acme.azurecr.io': { identityToken: 'a+b/c' } });
    expect(await resolverWith(transport, { credentials }).resolve('acme.azurecr.io/api:1')).toEqual({ digest: DIGEST });
    expect(transport.requests[1]).toMatchObject({
      method: 'POST',
      url: 'https://acme.azurecr.io/oauth2/token',
      body: 'grant_type=refresh_token&client_id=immutable-infra&service=acme.azurecr.io&scope=repository%3Aapi%3Apull&refresh_token=a%2Bb%2Fc',
    });
  });

  it('asks a token service elsewhere without credentials', async () => {
    const transport = withTokens('https://tokens.example.net/t', 's');
    const credentials = credentialsFor({ 'registry.example.com': { username: 'jo', password: 'secret' } });
    await resolverWith(transport, { credentials }).resolve('registry.example.com/api:1');
    expect(credentials.asked).toEqual([]);
    expect(transport.requests[1]?.headers).toEqual({ accept: 'application/json' });
  });

  it.each([
    ['http://auth.example.com/token', 'not safe'],
    ['https://127.0.0.1/token', 'not safe'],
    ['https://user:word@auth.example.com/token', 'not safe'],
    ['file:///etc/passwd', 'not safe'],
    ['nonsense', 'no address'],
  ])('never asks %s', async (realm, reason) => {
    const transport = withTokens(realm, 's');
    const answer = await resolverWith(transport).resolve('registry.example.com/api:1');
    expect(answer).toEqual({ problem: expect.stringContaining(reason) as string });
    expect(transport.requests).toHaveLength(1);
  });

  it('keeps a token for the repository until it ends', async () => {
    const transport = withTokens('https://ghcr.io/token', 'ghcr.io');
    const clock = new FakeClock();
    const resolver = resolverWith(transport, { clock });
    await resolver.resolve('ghcr.io/acme/api:1');
    await resolver.resolve('ghcr.io/acme/api:2');
    expect(transport.requests).toHaveLength(4);
    clock.time += 400_000;
    await resolver.resolve('ghcr.io/acme/api:3');
    expect(transport.requests).toHaveLength(7);
  });

  it.each([
    ['[]', 'gave no token'],
    ['{"token":5}', 'gave no token'],
    ['{"token":"a\\r\\nX-Evil: 1"}', 'gave no token'],
    ['<html>', 'gave no token'],
    ['null', 'gave no token'],
  ])('refuses the token answer %s', async (body, reason) => {
    const transport = new FakeTransport(({ url }) =>
      url.includes('/token')
        ? { status: 200, body }
        : { status: 401, headers: { 'www-authenticate': 'Bearer realm="https://ghcr.io/token"' } },
    );
    expect(await resolverWith(transport).resolve('ghcr.io/acme/api:1')).toEqual({
      problem: expect.stringContaining(reason) as string,
    });
    expect(transport.requests).toHaveLength(2);
  });

  it('gives up after one log-in, however often it is refused', async () => {
    const transport = new FakeTransport(({ url }) =>
      url.includes('/token')
        ? { status: 200, body: '{"access_token":"abc"}' }
        : { status: 401, headers: { 'www-authenticate': 'Bearer realm="https://ghcr.io/token"' } },
    );
    expect(await resolverWith(transport).resolve('ghcr.io/acme/api:1')).toEqual({
      problem:
        'ghcr.io does not show `ghcr.io/acme/api:1` without a log-in, or has no such image. Check the name, or run `docker login ghcr.io`.',
    });
    expect(transport.requests).toHaveLength(3);
  });
});

describe('Basic', () => {
  const transport = (): FakeTransport =>
    new FakeTransport(({ headers }) =>
      headers['authorization'] === `Basic ${Buffer.from('AWS:pw').toString('base64')}`
        ? found(DIGEST)
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="https://aws/",service="ecr.amazonaws.com"' } },
    );
  const reference = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:1';
  const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';

  it('is answered with the stored log-in', async () => {
    const credentials = credentialsFor({ [registry]: { username: 'AWS', password: 'pw' } });
    expect(await resolverWith(transport(), { credentials }).resolve(reference)).toEqual({ digest: DIGEST });
  });

  it('says what to do when there is none, or a wrong one, without the password', async () => {
    expect(await resolverWith(transport()).resolve(reference)).toEqual({
      problem: expect.stringMatching(/without a log-in.*docker login 111122223333/) as string,
    });
    const credentials = credentialsFor({ [registry]: { username: 'AWS', password: 'hunter2' } });
    const answer = await resolverWith(transport(), { credentials }).resolve(reference);
    expect(answer).toEqual({ problem: expect.stringContaining('with the stored log-in') as string });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });
});

describe('the digest', () => {
  const get = (body: string, headers: Record<string, string> = {}): FakeTransport =>
    new FakeTransport(({ method }) =>
      method === 'HEAD'
        ? { status: 200, headers: { 'content-type': INDEX_TYPE } }
        : { status: 200, body, headers: { 'content-type': INDEX_TYPE, ...headers } },
    );

  it('is the hash of the body when HEAD does not name one', async () => {
    expect(await resolverWith(get(MANIFEST)).resolve('a:1')).toEqual({ digest: sha256(MANIFEST) });
  });

  it.each([405, 501])('comes from GET where HEAD answers %d', async (status) => {
    const transport = new FakeTransport(({ method }) =>
      method === 'HEAD' ? { status } : { status: 200, body: MANIFEST, headers: { 'content-type': INDEX_TYPE } },
    );
    expect(await resolverWith(transport).resolve('a:1')).toEqual({ digest: sha256(MANIFEST) });
  });

  it('of the header must be that of the body', async () => {
    const right = get(MANIFEST, { 'docker-content-digest': sha256(MANIFEST) });
    expect(await resolverWith(right).resolve('a:1')).toEqual({ digest: sha256(MANIFEST) });
    expect(await resolverWith(get(MANIFEST, { 'docker-content-digest': DIGEST })).resolve('a:1')).toEqual({
      problem: expect.stringContaining('is not the one of what it sent') as string,
    });
  });

  it.each(['sha256:short', 'md5:d41d8cd98f00b204e9800998ecf8427e', `sha256:${'A'.repeat(64)}`, ''])(
    'of HEAD is not taken when it is `%s`',
    async (digest) => {
      const transport = new FakeTransport(({ method }) =>
        method === 'HEAD' ? found(digest) : { status: 200, body: MANIFEST, headers: { 'content-type': INDEX_TYPE } },
      );
      expect(await resolverWith(transport).resolve('a:1')).toEqual({ digest: sha256(MANIFEST) });
    },
  );

  it.each([
    ['text/html', MANIFEST],
    ['application/vnd.docker.distribution.manifest.v1+prettyjws', MANIFEST],
    [INDEX_TYPE, '<html></html>'],
    [INDEX_TYPE, '{"schemaVersion":1}'],
    [INDEX_TYPE, 'null'],
  ])('is not taken from %s %s', async (type, body) => {
    const transport = new FakeTransport(() => ({ status: 200, body, headers: { 'content-type': type } }));
    expect(await resolverWith(transport).resolve('a:1')).toEqual({
      problem: expect.stringContaining('is no image manifest') as string,
    });
  });

  it('is looked up for the tag when a digest is written behind it', async () => {
    const transport = new FakeTransport(() => found(DIGEST));
    expect(await resolverWith(transport).resolve(`nginx:1@${sha256('old')}`)).toEqual({ digest: DIGEST });
    expect(transport.log).toEqual(['HEAD https://registry-1.docker.io/v2/library/nginx/manifests/1']);
  });

  it.each([
    '',
    ' ',
    'Nginx:1',
    'nginx:',
    'a b',
    'https://nginx',
    `nginx@${DIGEST}`,
    'nginx:\uE000',
    'a/../b:1',
    'x'.repeat(600),
    'evil.example\\@host/a:1',
    '[::1]:5000/a:1',
    'a.example:99999999/b:1',
  ])('is not asked for `%s`', async (reference) => {
    const transport = new FakeTransport(() => found(DIGEST));
    const answer = await resolverWith(transport).resolve(reference);
    expect(answer).toHaveProperty('problem');
    expect(transport.requests).toEqual([]);
  });
});

describe('what registries say', () => {
  it.each([
    [404, 'Docker Hub has no image `a/b:1`. Check the spelling of its name and tag, or push it first.'],
    [
      403,
      'Docker Hub does not show `a/b:1` without a log-in, or has no such image. Check the name, or run `docker login`.',
    ],
    [
      500,
      'Docker Hub did not say the digest of `a/b:1`: it answered with HTTP 500. Check that this is a registry and that no proxy stands in between.',
    ],
    [200 + 4, 'HTTP 204'],
  ])('is told plainly: %d', async (status, problem) => {
    const answer = await resolverWith(new FakeTransport(() => ({ status }))).resolve('a/b:1');
    expect(answer).toEqual({ problem: expect.stringContaining(problem) as string });
  });

  it.each<[HttpFailureKind, string]>([
    ['timeout', 'did not answer in time'],
    ['unreachable', 'cannot be reached'],
    ['not-found', 'There is no host `ghcr.io`'],
    ['certificate', 'NODE_EXTRA_CA_CERTS'],
    ['proxy', 'HTTPS_PROXY'],
    ['too-large', 'larger than any manifest'],
    ['broken', 'broke off'],
  ])('is told plainly: %s', async (kind, problem) => {
    const transport = new FakeTransport(() => Promise.reject(new HttpFailure(kind, 'secret detail')));
    const answer = await resolverWith(transport).resolve('ghcr.io/a/b:1');
    expect(answer).toEqual({ problem: expect.stringContaining(problem) as string });
    expect(JSON.stringify(answer)).toContain('ghcr.io');
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(transport.requests).toHaveLength(kind === 'broken' ? 2 : 1);
  });

  it('never throws, even for a mistake of ours, and does not show it', async () => {
    const transport = new FakeTransport(() => Promise.reject(new TypeError('token=abc')));
    const answer = await resolverWith(transport).resolve('a:1');
    expect(answer).toEqual({ problem: expect.stringContaining('internal error') as string });
    expect(JSON.stringify(answer)).not.toContain('abc');
  });
});

describe('limits', () => {
  it('waits a short Retry-After and asks again', async () => {
    const clock = new FakeClock();
    const transport = new FakeTransport((_, count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '3' } } : found(DIGEST),
    );
    expect(await resolverWith(transport, { clock }).resolve('a:1')).toEqual({ digest: DIGEST });
    expect(clock.slept.reduce((sum, each) => sum + each, 0)).toBe(3000);
  });

  it('leaves a host alone that asks for a long time, and says for how long', async () => {
    const clock = new FakeClock();
    const transport = new FakeTransport(() => ({ status: 429, headers: { 'retry-after': '600' } }));
    const resolver = resolverWith(transport, { clock });
    const problem =
      'Docker Hub was asked too often and did not say the digest of `a:1`. Try again in 10 minutes, or run `docker login`: accounts may ask more often.';
    expect(await resolver.resolve('a:1')).toEqual({ problem });
    expect(await resolver.resolve('b:1')).toEqual({ problem: problem.replace('`a:1`', '`b:1`') });
    expect(transport.requests).toHaveLength(1);
    clock.time += 600_000;
    await resolver.resolve('b:1');
    expect(transport.requests).toHaveLength(2);
  });

  it('understands a date, and does not wait for ever', async () => {
    const clock = new FakeClock();
    const header = new Date(clock.time + 120_000).toUTCString();
    const transport = new FakeTransport(() => ({ status: 429, headers: { 'retry-after': header } }));
    expect(await resolverWith(transport, { clock }).resolve('a:1')).toEqual({
      problem: expect.stringContaining('Try again in 2 minutes') as string,
    });
    const greedy = new FakeTransport(() => ({ status: 429, headers: { 'retry-after': '999999999' } }));
    expect(await resolverWith(greedy).resolve('a:1')).toEqual({
      problem: expect.stringContaining('Try again in 6 hours') as string,
    });
  });

  it('asks at most three times when a host is out of order', async () => {
    const transport = new FakeTransport(() => ({ status: 503, headers: { 'retry-after': 'soon' } }));
    expect(await resolverWith(transport).resolve('a:1')).toEqual({
      problem: expect.stringContaining('out of order (HTTP 503)') as string,
    });
    expect(transport.requests).toHaveLength(3);
  });

  it('asks a host for four images at a time', async () => {
    let running = 0;
    let most = 0;
    const transport = new FakeTransport(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return found(DIGEST);
    });
    const resolver = resolverWith(transport);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => resolver.resolve(`a:${index}`)));
    expect(answers.every((answer) => 'digest' in answer)).toBe(true);
    expect(most).toBe(4);
  });
});

describe('what is known', () => {
  it('is asked once by all who ask at the same time', async () => {
    const transport = new FakeTransport(() => found(DIGEST));
    const resolver = resolverWith(transport);
    const names = ['nginx:1', 'docker.io/nginx:1', 'docker.io/library/nginx:1', `nginx:1@${DIGEST}`];
    await Promise.all(names.map((name) => resolver.resolve(name)));
    expect(transport.requests).toHaveLength(1);
  });

  it('is kept for ten minutes, under the full name', async () => {
    const transport = new FakeTransport(() => found(DIGEST));
    const clock = new FakeClock();
    const store = new MemoryStore();
    const start = clock.time;
    await resolverWith(transport, { clock, store }).resolve('nginx');
    expect([...store.known]).toEqual([['docker.io/library/nginx:latest', { digest: DIGEST, at: start }]]);
    const later = resolverWith(transport, { clock, store });
    clock.time += 9 * 60_000;
    await later.resolve('nginx');
    expect(transport.requests).toHaveLength(1);
    clock.time += 2 * 60_000;
    await later.resolve('nginx');
    expect(transport.requests).toHaveLength(2);
    // A clock that was set back makes nothing older than it is.
    clock.time -= 24 * 60 * 60_000;
    await later.resolve('nginx');
    expect(transport.requests).toHaveLength(3);
  });

  it('is no problem that was told before: those are asked anew', async () => {
    const transport = new FakeTransport((_, count) => (count === 1 ? { status: 404 } : found(DIGEST)));
    const resolver = resolverWith(transport);
    expect(await resolver.resolve('a:1')).toHaveProperty('problem');
    expect(await resolver.resolve('a:1')).toEqual({ digest: DIGEST });
  });

  it('is not taken from a damaged store', async () => {
    const store = new MemoryStore();
    store.known.set('docker.io/library/a:1', { digest: 'sha256:x', at: new FakeClock().time });
    expect(await resolverWith(new FakeTransport(() => found(DIGEST)), { store }).resolve('a:1')).toEqual({
      digest: DIGEST,
    });
  });
});

describe('cancelling', () => {
  it('ends one caller and leaves the others', async () => {
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    const transport = new FakeTransport(() => asked.then(() => found(DIGEST)));
    const resolver = resolverWith(transport);
    const impatient = new AbortController();
    const [first, second] = [resolver.resolve('a:1', impatient.signal), resolver.resolve('a:1')];
    impatient.abort();
    expect(await first).toEqual({ problem: 'The look-up of `a:1` was cancelled. Start it again to get the digest.' });
    answer();
    expect(await second).toEqual({ digest: DIGEST });
    expect(transport.requests).toHaveLength(1);
    expect(transport.requests[0]?.signal?.aborted).toBe(false);
  });

  it('ends the request when nobody waits', async () => {
    const transport = new FakeTransport(() => new Promise(() => undefined));
    const caller = new AbortController();
    const answer = resolverWith(transport).resolve('a:1', caller.signal);
    await new Promise((resolve) => setImmediate(resolve));
    caller.abort();
    expect(await answer).toHaveProperty('problem');
    expect(transport.requests[0]?.signal?.aborted).toBe(true);
  });

  it('asks nobody when it came first', async () => {
    const transport = new FakeTransport(() => found(DIGEST));
    expect(await resolverWith(transport).resolve('a:1', AbortSignal.abort())).toHaveProperty('problem');
    expect(transport.requests).toEqual([]);
  });
});
