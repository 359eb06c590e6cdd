import { describe, expect, it } from 'vitest';
import { parseUrl } from '../../../../server/src/workspace/digests/platform';
import { trustInRealm } from '../../../../server/src/workspace/digests/realm-trust';
import { registryReference } from '../../../../server/src/workspace/digests/registry-reference';

function trust(image: string, realm: string): string {
  const url = parseUrl(realm);
  if (!url) throw new Error(`${realm} is no address.`);
  return trustInRealm(url, registryReference(image, new Set(['plain.example:5000'])));
}

describe('trustInRealm', () => {
  it.each([
    ['nginx:1', 'https://auth.docker.io/token'],
    ['ghcr.io/a/b:1', 'https://ghcr.io/token'],
    ['registry.gitlab.com/a/b:1', 'https://gitlab.com/jwt/auth'],
    ['docker.elastic.co/a/b:1', 'https://docker-auth.elastic.co/auth'],
    ['registry.acme.co.uk/a:1', 'https://auth.acme.co.uk/token'],
    ['registry.acme.example:5000/a:1', 'https://auth.acme.example/token'],
    ['acme.azurecr.io/a:1', 'https://acme.azurecr.io/oauth2/token'],
    ['localhost:5000/a:1', 'http://localhost:5000/token'],
    ['plain.example:5000/a:1', 'http://plain.example:5000/token'],
  ])('gives the credentials of %s to %s', (image, realm) => {
    expect(trust(image, realm)).toBe('full');
  });

  it.each([
    ['nginx:1', 'https://auth.docker.io.evil.example/token'],
    ['ghcr.io/a/b:1', 'https://auth.docker.io/token'],
    ['registry.acme.co.uk/a:1', 'https://evil.co.uk/token'],
    ['registry.com.au/a:1', 'https://other.com.au/token'],
    ['good.azurecr.io/a:1', 'https://evil.azurecr.io/oauth2/token'],
    ['1.dkr.ecr.eu-west-1.amazonaws.com/a:1', 'https://evil.s3.amazonaws.com/token'],
    ['europe-docker.pkg.dev/a/b:1', 'https://evil.pkg.dev/token'],
    ['10.0.0.5:5000/a:1', 'https://10.0.0.6/token'],
    ['localhost:5000/a:1', 'http://localhost:5001/token'],
    ['registry.acme.example/a:1', 'https://registry.acme.example.evil.test/token'],
  ])('gives nothing of %s to %s', (image, realm) => {
    expect(trust(image, realm)).toBe('anonymous');
  });

  it.each([
    ['nginx:1', 'http://auth.docker.io/token'],
    ['ghcr.io/a/b:1', 'http://ghcr.io/token'],
    ['ghcr.io/a/b:1', 'https://169.254.169.254/latest/meta-data'],
    ['ghcr.io/a/b:1', 'https://192.168.1.1/token'],
    ['ghcr.io/a/b:1', 'https://[::1]/token'],
    ['ghcr.io/a/b:1', 'https://[::ffff:127.0.0.1]/token'],
    ['ghcr.io/a/b:1', 'https://0x7f000001/token'],
    ['ghcr.io/a/b:1', 'https://a:b@ghcr.io/token'],
    ['ghcr.io/a/b:1', 'ftp://ghcr.io/token'],
    ['plain.example:5000/a:1', 'http://other.example/token'],
    ['plain.example:5000/a:1', 'http://127.0.0.1/token'],
  ])('lets %s not send us to %s', (image, realm) => {
    expect(trust(image, realm)).toBe('none');
  });
});
