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
