import { describe, expect, it } from 'vitest';
import { DIGEST, Workspace } from '../support/cli';
import { INDEX_TYPE } from '../support/fake-registry';
import { serve } from '../support/loopback-server';

const FILES = {
  'web/Dockerfile': 'FROM nginx:1.27\nCOPY --from=busybox /bin/sh /sh\n',
  'compose.yaml': 'services:\n  web:\n    build: web\n    image: acme/web:1.0.0\n  cache:\n    image: nginx\n',
  'deploy.yaml': `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n    - name: web\n      image: docker.io/library/nginx:1.27.2@${DIGEST}\n`,
  'examples/Dockerfile': 'FROM ghcr.io/acme/tool:latest\n',
};

interface Reference {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly tagClass: string;
  readonly environment: string;
  readonly role: string;
  readonly anchor: string;
  readonly registry?: unknown;
}

interface Entry {
  readonly repository: string;
  readonly tags: readonly string[];
  readonly references: readonly Reference[];
  readonly builtBy: readonly unknown[];
}

async function listed(workspace: Workspace, ...args: string[]): Promise<{ code: number; entries: readonly Entry[] }> {
  const { code, stdout } = await workspace.run(['inventory', '--json', ...args]);
  return { code, entries: (JSON.parse(stdout) as { repositories: readonly Entry[] }).repositories };
}

describe('inventory', () => {
  it('lists every reference by repository, for programs', async () => {
    const { code, entries } = await listed(new Workspace(FILES));
    expect(code).toBe(0);
    expect(entries.map(({ repository, tags, builtBy }) => [repository, tags, builtBy])).toEqual([
      ['docker.io/acme/web', ['1.0.0'], [{ path: 'compose.yaml', name: 'acme/web', dockerfile: 'web/Dockerfile' }]],
      ['docker.io/library/busybox', ['latest'], []],
      ['docker.io/library/nginx', ['1.27', '1.27.2', 'latest'], []],
      ['ghcr.io/acme/tool', ['latest'], []],
    ]);
    const nginx = entries.find(({ repository }) => repository.endsWith('/nginx'))?.references ?? [];
    expect(
      nginx.map((each) => [each.path, each.line, each.column, each.text, each.tag, each.digest, each.tagClass]),
    ).toEqual([
      ['compose.yaml', 6, 12, 'nginx', null, null, 'none'],
      ['deploy.yaml', 7, 14, `docker.io/library/nginx:1.27.2@${DIGEST}`, '1.27.2', DIGEST, 'digest'],
      ['web/Dockerfile', 1, 6, 'nginx:1.27', '1.27', null, 'floating'],
    ]);
    expect(nginx.map(({ anchor }) => anchor)).toEqual([
      'service.cache/image',
      'Pod/a/container.web/image',
      'stage.0/FROM',
    ]);
    expect(entries[0]?.references.map(({ role }) => role)).toEqual(['built']);
    expect(entries[3]?.references.map(({ environment }) => environment)).toEqual(['development']);
  });

  it('shows a table, in which several tags of one repository stand out', async () => {
    const { code, stdout } = await new Workspace(FILES).run(['inventory']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'docker.io/acme/web',
        '  1.0.0  complete version  compose.yaml:4:12  service.web/image, built here',
        '  built by compose.yaml from web/Dockerfile',
        '',
        'docker.io/library/busybox',
        '  (latest)  no tag  web/Dockerfile:2:13  stage.0/COPY',
        '',
        'docker.io/library/nginx  3 tags: 1.27, 1.27.2, latest',
        '  (latest)  no tag                       compose.yaml:6:12   service.cache/image',
        '  1.27.2    pinned sha256:0123456789ab…  deploy.yaml:7:14    Pod/a/container.web/image',
        '  1.27      part of a version            web/Dockerfile:1:6  stage.0/FROM',
        '',
        'ghcr.io/acme/tool',
        '  latest  moving tag  examples/Dockerfile:1:6  stage.0/FROM, development',
        '',
        '4 repositories, 5 references, 1 pinned to a digest, 1 repository with several tags.',
        '',
      ].join('\n'),
    );
  });

  it('takes paths, and says when there is nothing', async () => {
    const workspace = new Workspace(FILES);
    expect((await listed(workspace, 'deploy.yaml')).entries).toHaveLength(1);
    expect((await new Workspace({}).run(['inventory'])).stdout).toBe('No image is named here.\n');
    expect((await workspace.run(['inventory', 'gone.yaml'])).code).toBe(2);
  });

  it('is the same each time', async () => {
    const workspace = new Workspace(FILES);
    const [one, two] = [await workspace.run(['inventory', '--json']), await workspace.run(['inventory', '--json'])];
    expect(one).toEqual(two);
  });

  it('shows unknown parts and what is no digest as such, and lets no file steer the terminal', async () => {
    const workspace = new Workspace({
      Dockerfile: 'ARG TAG\nFROM ghcr.io/acme/api:${TAG}\nFROM ghcr.io/acme/web:1@sha256:short\n',
      'a\u001b[31m/Dockerfile': 'FROM ghcr.io/acme/api:1\n',
    });
    const { stdout } = await workspace.run(['inventory']);
    expect(stdout).toContain('…  not known');
    expect(stdout).toContain('1  invalid digest');
    expect(stdout).not.toContain('\u001b');
  });

  it('with --online says what each tag is now, and whether it moved', async () => {
    const other = `sha256:${'f'.repeat(64)}`;
    const { host, log } = await serve(({ url }, response) => {
      if (url?.includes('missing')) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': INDEX_TYPE, 'docker-content-digest': DIGEST }).end();
    });
    const workspace = new Workspace({
      'a.Dockerfile': `FROM ${host}/open:1\n`,
      'b.Dockerfile': `FROM ${host}/same:1@${DIGEST}\n`,
      'c.Dockerfile': `FROM ${host}/moved:1@${other}\n`,
      'd.Dockerfile': `FROM ${host}/missing:1\n`,
      'e.Dockerfile': `FROM ${host}/only@${DIGEST}\n`,
    });
    const { code, stdout } = await workspace.run(['inventory', '--online']);
    expect(code).toBe(2);
    expect(stdout).toContain(`      ${host}/open:1@${DIGEST}\n`);
    expect(stdout).toContain('      the tag is still at that digest\n');
    expect(stdout).toContain(`      the tag is now at ${DIGEST}\n`);
    expect(stdout).toContain(`      ${host} has no image \`${host}/missing:1\`.`);
    expect(log.sort()).toEqual([
      'HEAD /v2/missing/manifests/1',
      'HEAD /v2/moved/manifests/1',
      'HEAD /v2/open/manifests/1',
      'HEAD /v2/same/manifests/1',
    ]);
    const { entries } = await listed(workspace, '--online', 'a.Dockerfile');
    expect(entries[0]?.references[0]?.registry).toEqual({ digest: DIGEST });
  });

  it('has help', async () => {
    const { code, stdout } = await new Workspace({}).run(['inventory', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('immutable-infra inventory [paths…] [--json] [--online]');
  });
});
