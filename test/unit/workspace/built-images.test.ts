import { describe, expect, it } from 'vitest';
import { analyseCompose } from '../../../server/src/model/compose';
import { SourceFile } from '../../../server/src/model/source-file';
import { analyseWorkflow } from '../../../server/src/model/workflow';
import { builtByCompose, builtByWorkflow } from '../../../server/src/workspace/built-images';

function composed(path: string, text: string) {
  const file = new SourceFile(path, text, 'compose', 'production');
  if (!file.data) throw new Error('no data');
  return builtByCompose(analyseCompose(file.data), file);
}

function worked(inputs: Readonly<Record<string, string>>, uses = 'docker/build-push-action@v6') {
  const lines = Object.entries(inputs).map(([key, value]) => `          ${key}: ${value}`);
  const text = ['jobs:', '  build:', '    steps:', `      - uses: ${uses}`, '        with:', ...lines, ''].join('\n');
  const file = new SourceFile('.github/workflows/ci.yml', text, 'workflow', 'production');
  if (!file.data) throw new Error('no data');
  return builtByWorkflow(analyseWorkflow(file.data));
}

describe('images that compose builds', () => {
  it.each([
    ['build: ./api', 'deploy/api/Dockerfile'],
    ['build: ../api', 'api/Dockerfile'],
    ['build: { context: .., dockerfile: docker/api.Dockerfile }', 'docker/api.Dockerfile'],
    ['build: { dockerfile: api.Dockerfile }', 'deploy/api.Dockerfile'],
    ['build: ../../outside', undefined],
    ['build: https://github.com/acme/api.git', undefined],
    ['build: git@github.com:acme/api.git', undefined],
    ['build: "${CONTEXT}"', undefined],
    ['build: { context: ., dockerfile: "${FILE}" }', undefined],
    ['build: { dockerfile_inline: "FROM scratch" }', undefined],
  ])('%s builds %s', (build, dockerfile) => {
    const found = composed('deploy/compose.yaml', `services:\n  api:\n    ${build}\n`);
    expect(found.map((built) => built.dockerfile)).toEqual([dockerfile]);
  });

  it('takes the name of the image without its tag, else that of the service', () => {
    const found = composed(
      'compose.yaml',
      'services:\n  a:\n    build: .\n    image: localhost:5000/shop/a:${TAG}\n  b:\n    build: .\n  c:\n    build: .\n    image: ${NAME}\n  d:\n    image: nginx\n',
    );
    expect(found.map(({ name }) => name)).toEqual(['localhost:5000/shop/a', 'b', 'c']);
  });

  it('says whether the service has a check, and which stage it is', () => {
    const [first, second] = composed(
      'compose.yaml',
      'services:\n  a:\n    build: { context: ., target: web }\n    healthcheck: { test: [CMD, "true"] }\n  b:\n    build: .\n',
    );
    expect(first).toMatchObject({ healthcheck: true, target: 'web', site: 'compose' });
    expect(second).toMatchObject({ healthcheck: false, target: undefined });
  });
});

describe('images that a workflow builds', () => {
  it.each([
    [{ tags: 'ghcr.io/acme/api:1.2.3' }, 'Dockerfile'],
    [{ context: './api', tags: 'ghcr.io/acme/api' }, 'api/Dockerfile'],
    [{ context: 'api', file: './docker/api.Dockerfile', tags: 'ghcr.io/acme/api' }, 'docker/api.Dockerfile'],
    [{ context: '${{ matrix.app }}', tags: 'ghcr.io/acme/api' }, undefined],
    [{ context: '"{{defaultContext}}:api"', tags: 'ghcr.io/acme/api' }, undefined],
    [{ context: 'https://github.com/acme/api.git', tags: 'ghcr.io/acme/api' }, undefined],
  ])('%j builds %s', (inputs, dockerfile) => {
    expect(worked(inputs)).toEqual([
      { name: 'ghcr.io/acme/api', dockerfile, site: 'workflow', healthcheck: false, target: undefined },
    ]);
  });

  it('reads one name from each tag, the known ones', () => {
    const tags = `"acme/api:latest, acme/api:\${{ format('{0},{1}', 1, 2) }},ghcr.io/\${{ github.repository }}:1,\${{ steps.meta.outputs.tags }}"`;
    expect(worked({ tags }).map(({ name }) => name)).toEqual(['acme/api', 'acme/api']);
    expect(worked({ tags: '"a/b:1\\nc/d:2"', target: 'web' })).toMatchObject([
      { name: 'a/b', target: 'web' },
      { name: 'c/d', target: 'web' },
    ]);
  });

  it('needs a tag, and the action', () => {
    expect(worked({ context: '.' })).toEqual([]);
    expect(worked({ tags: 'acme/api' }, 'docker/metadata-action@v5')).toEqual([]);
  });
});
