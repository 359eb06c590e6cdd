import { describe, expect, it } from 'vitest';
import { ProxySettings } from '../../../server/src/node/proxy-settings';

function proxyOf(env: Record<string, string>, url: string): string | undefined {
  return new ProxySettings(env).proxyFor(new URL(url))?.href;
}

describe('ProxySettings', () => {
  it('reads the variable of the scheme, in either case', () => {
    expect(proxyOf({ HTTPS_PROXY: 'http://p:3128' }, 'https://a.example')).toBe('http://p:3128/');
    expect(proxyOf({ https_proxy: 'p:3128' }, 'https://a.example')).toBe('http://p:3128/');
    expect(proxyOf({ HTTP_PROXY: 'http://p:3128' }, 'https://a.example')).toBeUndefined();
    expect(proxyOf({ HTTP_PROXY: 'http://p:3128' }, 'http://a.example')).toBe('http://p:3128/');
    expect(proxyOf({ ALL_PROXY: 'http://p:3128' }, 'https://a.example')).toBe('http://p:3128/');
    expect(proxyOf({ HTTPS_PROXY: '', ALL_PROXY: ' ' }, 'https://a.example')).toBeUndefined();
  });

  it('takes no proxy of a kind that it does not know, nor one that a request set', () => {
    expect(proxyOf({ HTTPS_PROXY: 'socks5://p:1080' }, 'https://a.example')).toBeUndefined();
    expect(proxyOf({ HTTPS_PROXY: 'http://' }, 'https://a.example')).toBeUndefined();
    expect(proxyOf({ HTTP_PROXY: 'http://p:1', REQUEST_METHOD: 'GET' }, 'http://a.example')).toBeUndefined();
  });

  it.each(['https://localhost:5000', 'https://127.0.0.1', 'https://127.8.9.1', 'https://[::1]:5000'])(
    'reaches %s directly',
    (url) => {
      expect(proxyOf({ HTTPS_PROXY: 'http://p:3128' }, url)).toBeUndefined();
    },
  );

  it.each<[string, string, boolean]>([
    ['*', 'https://a.example', true],
    ['example', 'https://a.example', true],
    ['a.example', 'https://a.example', true],
    ['.a.example', 'https://b.a.example', true],
    ['*.a.example', 'https://b.a.example', true],
    ['other, A.EXAMPLE ', 'https://a.example', true],
    ['a.example:443', 'https://a.example', true],
    ['a.example:5000', 'https://a.example:5000', true],
    ['a.example:5000', 'https://a.example', false],
    ['a.example', 'https://ba.example', false],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3:5000', true],
    ['fd00::/8', 'https://[fd12::1]', true],
    ['10.0.0.0/8', 'https://a.example', false],
    ['', 'https://a.example', false],
  ])('NO_PROXY=%s and %s: %s', (noProxy, url, isDirect) => {
    const proxy = proxyOf({ HTTPS_PROXY: 'http://p:3128', NO_PROXY: noProxy }, url);
    expect(proxy === undefined).toBe(isDirect);
  });
});
