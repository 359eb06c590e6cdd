import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containerInputs } from '../../../release/src/bakers/container/inputs';
import { baseImages, baseOfTarget } from '../../../release/src/bakers/container/dockerfile';
import { globExpression } from '../../../release/src/bakers/container/globs';
import { ignoreFilter } from '../../../release/src/bakers/container/ignore-file';
import { imageLabels } from '../../../release/src/bakers/container/image-labels';
import type { ContainerBake, ImageConfig } from '../../../release/src/config/types';

describe('patterns of paths', () => {
  const cases: readonly [string, readonly string[], readonly string[]][] = [
    ['src/**', ['src/a', 'src/b/c'], ['srcs/a', 'a/src/b']],
    ['**/*.log', ['a.log', 'x/y/a.log'], ['a.logs', 'a.log.txt']],
    ['*.md', ['a.md'], ['x/a.md']],
    ['node_modules', ['node_modules', 'node_modules/a/b'], ['x/node_modules']],
    ['/build/', ['build/x'], ['x/build']],
    ['a?c', ['abc'], ['a/c', 'ac']],
    ['[a-c]x', ['ax', 'cx'], ['dx', '/x']],
    ['[^a]x', ['bx'], ['ax', '/x']],
    ['a.b+(c)', ['a.b+(c)'], ['axb+(c)', 'a.bb']],
    ['\\*', ['*'], ['a']],
  ];
  it.each(cases)('%s', (pattern, yes, no) => {
    const expression = globExpression(pattern);
    expect(yes.filter((path) => !expression.test(path))).toEqual([]);
    expect(no.filter((path) => expression.test(path))).toEqual([]);
  });
});

describe('.dockerignore', () => {
  it('leaves out what the last matching line says, and takes exceptions back in', () => {
    const isIgnored = ignoreFilter('# secrets\n.env*\n\ndist\n!dist/keep\n**/*.tmp\n!\n');
    expect(['.env', '.env.local', 'dist/a', 'x/y.tmp'].filter((path) => !isIgnored(path))).toEqual([]);
    expect(['dist/keep', 'src/a', '# secrets', 'x/.env'].filter(isIgnored)).toEqual([]);
  });
});

describe('the images that a Dockerfile stands on', () => {
  const TEXT = `# syntax=docker/dockerfile:1
FROM --platform=linux/amd64 golang:1.22@sha256:${'a'.repeat(64)} AS build
RUN true
FROM scratch AS empty
from build as test
FROM \\
  debian:12
COPY --from=build /a /a
`;
  it('are all but scratch and its own stages', () => {
    expect(baseImages(TEXT)).toEqual([`golang:1.22@sha256:${'a'.repeat(64)}`, 'debian:12']);
  });

  it('is one for each target', () => {
    expect(baseOfTarget(TEXT, undefined)).toBe('debian:12');
    expect(baseOfTarget(TEXT, 'test')).toContain('golang:1.22');
    expect(baseOfTarget(TEXT, 'empty')).toBeUndefined();
    expect(baseOfTarget(TEXT, '0')).toContain('golang');
    expect(baseOfTarget('FROM a AS b\nFROM b AS a\n', 'a')).toBeDefined();
    expect(baseOfTarget('ARG V\nFROM app:$V\n', undefined)).toBeUndefined();
  });
});

describe('labels', () => {
  it('say what is known, and nothing else', () => {
    const base = `debian:12@sha256:${'b'.repeat(64)}`;
    const now = new Date('2026-11-21T00:00:00Z');
    expect(
      imageLabels({ image: 'web', run: '01J', known: { release: { id: 'r1' } }, base, source: undefined, now }),
    ).toEqual({
      'org.opencontainers.image.created': '2026-11-21T00:00:00.000Z',
      'org.opencontainers.image.base.name': base,
      'org.opencontainers.image.base.digest': `sha256:${'b'.repeat(64)}`,
      'dev.immutable.run': '01J',
      'dev.immutable.bake': '01J/web',
      'dev.immutable.release': 'r1',
    });
  });
});

describe('the inputs hash', () => {
  let workspace: string;
  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), 'immutable-inputs-'));
    write('app/Dockerfile', 'FROM scratch\n');
    write('app/main', 'main');
    write('app/.env', 'KEY=1');
    write('app/.dockerignore', '.env\n');
    write('other/file', 'x');
  });
  afterEach(() => rmSync(workspace, { recursive: true, force: true }));

  function write(path: string, content: string): void {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), content);
  }

  function hash(changes: Partial<ContainerBake> = {}, inputs?: readonly string[], version = '4.3.1'): Promise<string> {
    const bake: ContainerBake = {
      kind: 'container',
      dockerfile: 'app/Dockerfile',
      context: 'app',
      builder: 'podman',
      platforms: [],
      repository: '127.0.0.1:5000/web',
      tag: 'rel-${release.id}',
      aliases: [],
      buildArguments: {},
      target: undefined,
      insecureRegistry: true,
      timeout: 1000,
      ...changes,
    };
    const image: ImageConfig = { name: 'web', bake, inputs, tests: [], keep: 5 };
    return containerInputs(image, bake, workspace, { kind: 'podman', version });
  }

  it('changes with everything that the image is made of', async () => {
    const before = await hash();
    expect(await hash()).toBe(before);
    const hashes = [before];
    const changes: readonly (() => void)[] = [
      () => write('app/main', 'changed'),
      () => chmodSync(join(workspace, 'app/main'), 0o755),
      () => write('app/new', ''),
      () => symlinkSync('main', join(workspace, 'app/link')),
      () => write('app/Dockerfile', 'FROM scratch\nCOPY main /\n'),
    ];
    for (const change of changes) {
      change();
      hashes.push(await hash());
    }
    hashes.push(
      await hash({ buildArguments: { A: '1' } }),
      await hash({ target: 'x' }),
      await hash({}, undefined, '5'),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('does not change with what is left out, or lies elsewhere', async () => {
    const before = await hash();
    write('app/.env', 'KEY=2');
    write('other/file', 'y');
    write('app/.git/HEAD', 'ref');
    expect(await hash()).toBe(before);
    // The ignore file itself is part of the context.
    write('app/.dockerignore', '.env\nother\n');
    expect(await hash()).not.toBe(before);
  });

  it('counts the files that `inputs` names, wherever they are', async () => {
    const before = await hash({}, ['other/**', 'app/main']);
    write('app/new', '');
    expect(await hash({}, ['other/**', 'app/main'])).toBe(before);
    write('other/file', 'y');
    const after = await hash({}, ['other/**', 'app/main']);
    expect(after).not.toBe(before);
    write('app/main', 'other');
    expect(await hash({}, ['other/**', 'app/main'])).not.toBe(after);
  });

  it('says which Dockerfile is missing', async () => {
    await expect(hash({ dockerfile: 'none' })).rejects.toThrow(
      /There is no .*none\. Name it in `container\.dockerfile`/,
    );
  });
});
