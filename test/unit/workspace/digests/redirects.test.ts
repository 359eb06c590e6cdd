import { describe, expect, it } from 'vitest';
import {
  credentialsFor,
  FakeTransport,
  found,
  resolverWith,
  sha256,
  type Answer,
} from '../../../support/fake-registry';

const DIGEST = sha256('an index');
const to = (location: string, status = 307): Answer => ({ status, headers: { location } });

describe('redirects', () => {
  it('are followed without credentials to another host, and stay without on the way back', async () => {
    const transport = new FakeTransport(({ url, headers }) => {
      if (url === 'https://r.example/v2/a/manifests/1') {
        return headers['authorization'] === undefined
          ? { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } }
          : to('https://mirror.example/x');
      }
      if (url === 'https://mirror.example/x') return to('https://r.example/back');
      return found(DIGEST);
    });
    const credentials = credentialsFor({ 'r.example': { username: 'jo', password: 'secret' } });
    expect(await resolverWith(transport, { credentials }).resolve('r.example/a:1')).toEqual({ digest: DIGEST });
    expect(transport.requests.map(({ url, headers }) => [url, headers['authorization'] !== undefined])).toEqual([
      ['https://r.example/v2/a/manifests/1', false],
      ['https://r.example/v2/a/manifests/1', true],
      ['https://mirror.example/x', false],
      ['https://r.example/back', false],
    ]);
  });

  it('keep credentials on the same host', async () => {
    const transport = new FakeTransport(({ url, headers }) => {
      if (headers['authorization'] === undefined)
        return { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } };
      return url.endsWith('/moved') ? found(DIGEST) : to('/moved', 301);
    });
    const credentials = credentialsFor({ 'r.example': { username: 'jo', password: 'secret' } });
    expect(await resolverWith(transport, { credentials }).resolve('r.example/a:1')).toEqual({ digest: DIGEST });
  });

  it('give nobody at their end a log-in', async () => {
    const transport = new FakeTransport(({ url }) =>
      url.startsWith('https://r.example/')
        ? to('https://evil.example/')
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } },
    );
    const credentials = credentialsFor({
      'r.example': { username: 'jo', password: 'secret' },
      'evil.example': { username: 'jo', password: 'secret' },
    });
    expect(await resolverWith(transport, { credentials }).resolve('r.example/a:1')).toHaveProperty('problem');
    expect(credentials.asked).toEqual([]);
  });

  it('never take a refresh token to another host, whatever the redirect', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const transport = new FakeTransport(({ url }) => {
        if (url.startsWith('https://r.example/v2/'))
          return { status: 401, headers: { 'www-authenticate': 'Bearer realm="https://r.example/token"' } };
        return url.startsWith('https://r.example/token')
          ? to('https://evil.example/token', status)
          : { status: 200, body: '{"token":"x"}' };
      });
      const credentials = credentialsFor({ 'r.example': { identityToken: 'refresh-secret' } });
      expect(await resolverWith(transport, { credentials }).resolve('r.example/a:1')).toEqual({
        problem: expect.stringContaining('a request with a log-in') as string,
      });
      expect(transport.log).toEqual(['HEAD https://r.example/v2/a/manifests/1', 'POST https://r.example/token']);
    }
  });

  it('keep a refresh token on the same host', async () => {
    const transport = new FakeTransport(({ url, headers }) => {
      if (url === 'https://r.example/token') return to('/oauth2/token');
      if (url === 'https://r.example/oauth2/token') return { status: 200, body: '{"token":"x"}' };
      return headers['authorization'] === 'Bearer x'
        ? found(DIGEST)
        : { status: 401, headers: { 'www-authenticate': 'Bearer realm="https://r.example/token"' } };
    });
    const credentials = credentialsFor({ 'r.example': { identityToken: 'refresh-secret' } });
    expect(await resolverWith(transport, { credentials }).resolve('r.example/a:1')).toEqual({ digest: DIGEST });
    expect(transport.requests[2]?.body).toContain('refresh_token=refresh-secret');
  });

  it('never take a log-in to another port, without TLS or into what only looks like the host', async () => {
    const targets = [
      'https://r.example:8443/x',
      'https://r.example.evil.example/x',
      'https://r.example@evil.example/x',
    ];
    for (const target of [...targets, 'http://r.example/x']) {
      const transport = new FakeTransport(({ url, headers }) => {
        if (!url.startsWith('https://r.example/v2/')) return found(DIGEST);
        return headers['authorization'] === undefined
          ? { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } }
          : to(target);
      });
      const credentials = credentialsFor({ 'r.example': { username: 'jo', password: 'secret' } });
      await resolverWith(transport, { credentials }).resolve('r.example/a:1');
      const elsewhere = transport.requests.filter(({ url }) => !url.startsWith('https://r.example/v2/'));
      expect(elsewhere.map(({ headers }) => headers['authorization'])).toEqual(elsewhere.map(() => undefined));
      expect(JSON.stringify(elsewhere)).not.toContain('secret');
    }
  });

  it.each([
    ['http://r.example/x', 'without TLS'],
    ['https://127.0.0.1/x', 'into the local network'],
    ['https://169.254.169.254/x', 'into the local network'],
    ['https://jo:pw@r.example/x', 'with a password'],
    ['https://', 'no address'],
    ['https://r.example/v2/a/manifests/1', 'again and again'],
  ])('to %s are not followed', async (location, reason) => {
    const transport = new FakeTransport(() => to(location));
    expect(await resolverWith(transport).resolve('r.example/a:1')).toEqual({
      problem: expect.stringContaining(reason) as string,
    });
    expect(transport.requests.length).toBeLessThanOrEqual(5);
    expect(new Set(transport.requests.map(({ url }) => url)).size).toBe(1);
  });
});
