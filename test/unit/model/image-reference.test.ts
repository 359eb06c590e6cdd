import { describe, expect, it } from 'vitest';
import { HOLE } from '../../../server/src/core/mapped-text';
import { isValidDigest, parseImageReference, tagClassOf } from '../../../server/src/model/image-reference';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseImageReference', () => {
  it.each([
    ['nginx', undefined, 'docker.io/library/nginx', undefined, 'none'],
    ['nginx:1.27.2', undefined, 'docker.io/library/nginx', '1.27.2', 'full'],
    ['grafana/grafana:11', undefined, 'docker.io/grafana/grafana', '11', 'floating'],
    ['docker.io/library/nginx:latest', 'docker.io', 'docker.io/library/nginx', 'latest', 'latest-like'],
    ['ghcr.io/acme/api:main', 'ghcr.io', 'ghcr.io/acme/api', 'main', 'latest-like'],
    ['localhost/app:dev', 'localhost', 'localhost/app', 'dev', 'latest-like'],
  ])('%s', (text, domain, repository, tag, tagClass) => {
    expect(parseImageReference(text)).toMatchObject({ domain, repository, tag, tagClass });
  });

  it('P4: the port of a registry is not a tag', () => {
    expect(parseImageReference('localhost:5000/app')).toMatchObject({
      domain: 'localhost:5000',
      path: 'app',
      tag: undefined,
      tagClass: 'none',
    });
    expect(parseImageReference('localhost:5000/app:2')).toMatchObject({
      domain: 'localhost:5000',
      tag: '2',
      tagClass: 'floating',
    });
  });

  it('P5: tag and digest together are pinned', () => {
    const found = parseImageReference(`app:latest@${DIGEST}`);
    expect(found).toMatchObject({ tag: 'latest', digest: DIGEST, tagClass: 'digest', name: 'app' });
    expect(found?.text.slice(found.digestRange?.start, found.digestRange?.end)).toBe(DIGEST);
  });

  it('keeps an invalid digest as it is written', () => {
    expect(parseImageReference('shop.example/app@sha256:abc123...')).toMatchObject({ digest: 'sha256:abc123...' });
    expect(isValidDigest('sha256:abc123...')).toBe(false);
    expect(isValidDigest(DIGEST)).toBe(true);
    expect(isValidDigest(DIGEST.toUpperCase())).toBe(false);
  });

  it('P1: knows what it does not know', () => {
    expect(parseImageReference(HOLE)?.tagClass).toBe('unknown');
    expect(parseImageReference(`app:${HOLE}`)?.tagClass).toBe('unknown');
    expect(parseImageReference(`app${HOLE}`)?.tagClass).toBe('unknown');
    expect(parseImageReference(`${HOLE}/app`)?.tagClass).toBe('none');
    expect(parseImageReference(`${HOLE}/app:latest`)?.tagClass).toBe('latest-like');
    expect(parseImageReference(`app@${HOLE}`)?.tagClass).toBe('digest');
    expect(parseImageReference(`app:1.${HOLE}`)?.tagClass).toBe('unknown');
  });

  it.each(['', 'a b', 'https://example.com/x', 'App', '$IMAGE', '{{ .Values.image }}', ':latest', 'a:b:c d'])(
    'refuses %j',
    (text) => {
      expect(parseImageReference(text)).toBeUndefined();
    },
  );
});

describe('tagClassOf', () => {
  it.each([
    ['latest', 'latest-like'],
    ['stable', 'latest-like'],
    ['LTS', 'latest-like'],
    ['lts-alpine', 'latest-like'],
    ['2022-latest', 'latest-like'],
    ['20', 'floating'],
    ['20-alpine', 'floating'],
    ['3.12-slim', 'floating'],
    ['v1.2', 'floating'],
    ['22.04', 'floating'],
    ['jammy', 'floating'],
    ['bookworm-slim', 'floating'],
    ['2022', 'floating'],
    ['1.27.2', 'full'],
    ['v1.2.3-rc.1', 'full'],
    ['3.12.1-slim-bookworm', 'full'],
    ['bookworm-20241016-slim', 'full'],
    ['20241016', 'full'],
    ['2024-10-16', 'full'],
    ['main-3f2c1ab', 'full'],
    ['sha-3f2c1ab9', 'full'],
    ['3f2c1ab', 'full'],
    ['v2.0-14-g3f2c1ab', 'full'],
    ['8u392-b08', 'full'],
    ['12-debian-12-r50', 'full'],
    ['48213', 'full'],
    ['facade', 'floating'],
  ])('%s is %s', (tag, expected) => {
    expect(tagClassOf(tag)).toBe(expected);
  });
});
