import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { isLintable, isWorkspaceFile, MAX_DOCUMENT_LENGTH, WORKSPACE_FILES } from '../../client/src/documents/lintable';
import { FindingModel } from '../../client/src/findings/finding-model';
import type { FoundItem } from '../../client/src/findings/finding-types';
import { isPinnable, mergeImages, shownRepository } from '../../client/src/inventory/inventory-model';
import { CredentialStore, registryHost } from '../../client/src/registries/credential-store';
import { MAX_RESTARTS, RESTART_WINDOW, RestartPolicy } from '../../client/src/server/restart-policy';
import { statusText, type StatusWords } from '../../client/src/status-text';
import type { DocumentStatus, FileFindings, InventoryReference } from '../../server/src/lsp/protocol';

const document = (path: string, text = '', languageId = 'plaintext', scheme = 'file') => ({
  uri: { scheme, path },
  languageId,
  getText: () => text,
});

describe('documents for the server', () => {
  it.each([
    ['/w/Dockerfile', 'FROM a'],
    ['/w/main.tf', ''],
    ['/w/deploy.yaml', 'a: 1'],
    ['/w/packer.json', '{ "builders": [] }'],
    ['/w/main.tf.json', '{}'],
    ['/w/immutable.json', '{}'],
    ['/w/.immutable-baseline.json', '{}'],
    ['/w/init.tftpl', '#cloud-config\n'],
  ])('takes %s', (path, text) => {
    expect(isLintable(document(path, text))).toBe(true);
  });

  it.each([
    ['/w/package.json', '{ "apiVersion": 1 }'],
    ['/w/data.json', '{ "a": 1 }'],
    ['/w/pnpm-lock.yaml', 'a: 1'],
    ['/w/.terraform.lock.hcl', ''],
    ['/w/page.tmpl', '<html>'],
    ['/w/large.yaml', 'a'.repeat(MAX_DOCUMENT_LENGTH + 1)],
  ])('leaves out %s', (path, text) => {
    expect(isLintable(document(path, text))).toBe(false);
  });

  it('leaves out the quick diff and what no file stands behind', () => {
    expect(isLintable(document('/w/Dockerfile.git', 'FROM a', 'dockerfile', 'git'))).toBe(false);
    expect(isLintable(document('/log', 'a', 'yaml', 'output'))).toBe(false);
    expect(isLintable(document('/w/Dockerfile', 'FROM a', 'dockerfile', 'git'))).toBe(true);
  });
});

describe('files that a search finds', () => {
  it.each([
    'main.tf',
    'a.tfvars',
    'a.tf.json',
    'a.pkr.hcl',
    'compose.yml',
    'run.sh',
    'Dockerfile',
    'Dockerfile.web',
    'web.Dockerfile',
    'dockerfile',
    'Containerfile',
    'user-data',
    'user-data.txt',
    'kustomization',
    'package.json',
    'README.md',
    'user-database',
    'kustomization.txt',
    'my-Dockerfile',
  ])('are the same by glob and by name: %s', (name) => {
    expect(isWorkspaceFile(`/w/deep/${name}`)).toBe(picomatch(WORKSPACE_FILES, { dot: true })(`w/deep/${name}`));
  });
});

describe('restarts', () => {
  it('allows five within three minutes', () => {
    let now = 0;
    const policy = new RestartPolicy(() => now);
    const ends = (): boolean => policy.ended();
    expect(Array.from({ length: MAX_RESTARTS + 1 }, ends)).toEqual([true, true, true, true, true, false]);
    now += RESTART_WINDOW + 1;
    expect(policy.ended()).toBe(true);
  });

  it('begins anew when started by hand', () => {
    const policy = new RestartPolicy(() => 0);
    for (let time = 0; time <= MAX_RESTARTS; time++) policy.ended();
    policy.reset();
    expect(policy.ended()).toBe(true);
  });
});

describe('the status', () => {
  const words: StatusWords = {
    count: (severity, count) => `${count} ${severity}`,
    suppressed: (count) => `${count} ignored`,
    clean: 'clean',
    starting: 'starting',
    failed: 'failed',
    off: 'off',
    oldVersion: 'old',
    wrongSetting: 'wrong setting',
  };
  const status: DocumentStatus = {
    uri: 'file:///w/a',
    kind: 'dockerfile',
    role: 'work',
    counts: { error: 1, warning: 0, info: 2, hint: 1 },
    fixable: 2,
    suppressed: 3,
  };

  it('says the counts in words and offers the fixes', () => {
    expect(statusText('running', true, status, words)).toEqual({
      severity: 'error',
      text: '1 error, 3 note',
      detail: 'dockerfile · 3 ignored',
      command: 'fixAll',
      isBusy: false,
    });
  });

  it.each([
    ['failed', true, status, 'failed', 'output'],
    ['running', false, status, 'off', 'settings'],
    ['starting', true, undefined, 'starting', 'settings'],
    ['running', true, { ...status, problem: 'broken' }, 'broken', 'configuration'],
    ['running', true, { ...status, role: 'base' }, 'old', 'settings'],
    [
      'running',
      true,
      { ...status, counts: { error: 0, warning: 0, info: 0, hint: 0 }, fixable: 0 },
      'clean',
      'settings',
    ],
    ['running', true, { ...status, settingsProblem: 'Setting `a.b` must' }, 'wrong setting', 'settings'],
    ['running', true, { ...status, role: 'head' }, '1 error, 3 note', 'settings'],
  ] as const)('%s, enabled %s: %j', (state, isEnabled, given, text, command) => {
    expect(statusText(state, isEnabled, given, words)).toMatchObject({ text, command });
  });
});

describe('findings', () => {
  const item = (uri: string, rule: string, severity: FoundItem['severity'], line = 0): FoundItem => {
    const at = { line, character: 0 };
    return { uri, rule, severity, message: 'm', range: { start: at, end: at } };
  };

  /** What the lint of one file found, in it and in others. */
  const search = (model: FindingModel, linted: string, ...items: readonly FoundItem[]): void => {
    const uris = [...new Set([linted, ...items.map(({ uri }) => uri)])];
    model.takeSearched(
      [linted],
      uris.map((uri) => ({ uri, findings: items.filter((one) => one.uri === uri).map((one) => found(one, linted)) })),
    );
  };
  const found = (
    { uri: _uri, ...finding }: FoundItem,
    ...foundBy: readonly string[]
  ): FileFindings['findings'][number] => ({ ...finding, fingerprint: 'f', foundBy });

  it('shows an open document over what a search found, also when its file is gone, until it is closed', () => {
    const model = new FindingModel();
    model.hasSearched = true;
    search(model, 'a', item('a', 'r/old', 'error'));
    model.setLive('a', [item('a', 'r/new', 'warning')]);
    expect(model.all().map(({ rule }) => rule)).toEqual(['r/new']);
    model.forgetSearched('a');
    expect(model.all().map(({ rule }) => rule)).toEqual(['r/new']);
    model.setLive('a', undefined);
    expect(model.all()).toEqual([]);
  });

  it('shows what was last searched again when a file is closed', () => {
    const model = new FindingModel();
    model.hasSearched = true;
    search(model, 'a', item('a', 'r/saved', 'error'));
    model.setLive('a', [item('a', 'r/typed', 'warning')]);
    model.setLive('a', undefined);
    expect(model.all().map(({ rule }) => rule)).toEqual(['r/saved']);
    model.setLive('b', [item('b', 'r/typed', 'warning')]);
    model.setLive('b', undefined);
    expect(model.all().map(({ rule }) => rule)).toEqual(['r/saved']);
  });

  it('keeps what was found in a file that is renamed', () => {
    const model = new FindingModel();
    search(model, 'a', item('a', 'r/a', 'error'));
    search(model, 'user', item('a', 'r/used', 'error'));
    model.rename('a', 'b');
    expect(model.all().map(({ uri, rule }) => [uri, rule])).toEqual([
      ['b', 'r/a'],
      ['b', 'r/used'],
    ]);
    search(model, 'b');
    expect(model.all().map(({ rule }) => rule)).toEqual(['r/used']);
  });

  it.each([
    ['before it', ['user', 'a']],
    ['after it', ['a', 'user']],
  ])('keeps what the lint of another file found in a file: that is looked at %s', (_when, order) => {
    const model = new FindingModel();
    for (const linted of order)
      search(model, linted, ...(linted === 'a' ? [item('a', 'r/own', 'error')] : [item('a', 'r/used', 'error')]));
    const rules = (): string[] => model.all().map(({ rule }) => rule);
    expect(rules().sort()).toEqual(['r/own', 'r/used']);
    expect([...model.findersIn('a')].sort()).toEqual(['a', 'user']);
    search(model, 'user');
    expect(rules()).toEqual(['r/own']);
    expect(model.findersIn('a')).toEqual(['a']);
  });

  it('shows once what several files found, as long as one of them does', () => {
    const model = new FindingModel();
    const one = item('a', 'r/used', 'error');
    model.takeSearched(['x', 'y'], [{ uri: 'a', findings: [found(one, 'x', 'y')] }]);
    search(model, 'z', one);
    expect(model.all()).toEqual([one]);
    search(model, 'x');
    search(model, 'z');
    expect(model.all()).toEqual([one]);
    search(model, 'y');
    expect(model.all()).toEqual([]);
  });

  it('forgets what was found in a file that is gone, by whomever, and what its lint found elsewhere', () => {
    const model = new FindingModel();
    search(model, 'user', item('a', 'r/used', 'error'), item('user', 'r/user', 'error'));
    search(model, 'a', item('a', 'r/own', 'error'), item('b', 'r/b', 'error'));
    model.forgetSearched('a');
    expect(model.all().map(({ rule }) => rule)).toEqual(['r/user']);
  });

  it('forgets a closed document when the workspace was not searched', () => {
    const model = new FindingModel();
    model.setLive('a', [item('a', 'r/a', 'error')]);
    model.setLive('a', undefined);
    expect(model.all()).toEqual([]);
  });

  it('orders groups by their worst finding, and findings by severity and place', () => {
    const model = new FindingModel();
    model.setLive('a', [item('a', 'r/x', 'hint', 9), item('a', 'r/y', 'error', 5), item('a', 'r/x', 'warning', 7)]);
    model.setLive('b', [item('b', 'r/x', 'warning', 1)]);
    const groups = model.groups('rule').map(({ key, items }) => [key, items.map(({ range }) => range.start.line)]);
    expect(groups).toEqual([
      ['r/y', [5]],
      ['r/x', [7, 1, 9]],
    ]);
    expect(model.groups('file').map(({ key }) => key)).toEqual(['a', 'b']);
  });
});

describe('the inventory', () => {
  const reference = (tag: string | null, digest: string | null, line = 0): InventoryReference => ({
    uri: 'file:///w/a',
    range: { start: { line, character: 0 }, end: { line, character: 1 } },
    text: 'x',
    tag,
    tagClass: 'version',
    digest,
    environment: 'production',
    anchor: 'a',
  });

  it('puts the answers of several requests together', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const merged = mergeImages([
      [{ repository: 'docker.io/library/nginx', references: [reference('1.27', null)] }],
      [
        {
          repository: 'docker.io/library/nginx',
          references: [reference('1.27', null, 1), reference('1.28', digest, 2)],
        },
      ],
      [{ repository: 'docker.io/library/alpine', references: [reference(null, null)] }],
    ]);
    expect(
      merged.map(({ repository, tags }) => [
        repository,
        tags.map(({ label, references }) => [label, references.length]),
      ]),
    ).toEqual([
      ['docker.io/library/alpine', [['latest', 1]]],
      [
        'docker.io/library/nginx',
        [
          ['1.27', 2],
          ['1.28@sha256:aaaaaaaaaaaa…', 1],
        ],
      ],
    ]);
  });

  it('counts a place once that files of two requests share', () => {
    const shared = { repository: 'docker.io/library/nginx', references: [reference('1.27', null)] };
    const [nginx] = mergeImages([[shared], [shared]]);
    expect(nginx?.references).toHaveLength(1);
  });

  it('pins what is pulled and written in one piece, and nothing else', () => {
    const used: InventoryReference = { ...reference('1.27', null), text: 'nginx:1.27', role: 'used', isWhole: true };
    expect(isPinnable(used)).toBe(true);
    expect(isPinnable({ ...used, digest: `sha256:${'a'.repeat(64)}` })).toBe(false);
    expect(isPinnable({ ...used, role: 'built' })).toBe(false);
    expect(isPinnable({ ...used, isWhole: false })).toBe(false);
    expect(isPinnable({ ...used, text: 'nginx:1.27@sha256:short' })).toBe(false);
  });

  it.each([
    ['docker.io/library/nginx', 'nginx', undefined],
    ['docker.io/prom/statsd', 'prom/statsd', undefined],
    ['registry.example.com:5000/shop/web', 'shop/web', 'registry.example.com:5000'],
  ])('shows %s as %s of %s', (repository, name, registry) => {
    expect(shownRepository(repository)).toEqual({ name, registry });
  });
});

describe('credentials', () => {
  const secrets = new Map<string, string>();
  const store = new CredentialStore({
    get: (key) => Promise.resolve(secrets.get(key)),
    store: (key, value) => Promise.resolve(void secrets.set(key, value)),
    delete: (key) => Promise.resolve(void secrets.delete(key)),
  });

  it('are kept by host and listed', async () => {
    await store.set('Registry.example.com', { username: 'me', password: 'secret' });
    expect(await store.get('registry.example.com')).toEqual({ username: 'me', password: 'secret' });
    expect(await store.registries()).toEqual(['registry.example.com']);
    await store.delete('registry.example.com');
    expect(await store.get('registry.example.com')).toBeNull();
    expect(await store.registries()).toEqual([]);
  });

  it('of Docker Hub are found under each of its names, those of earlier versions too', async () => {
    const jo = { username: 'jo', password: 'secret' };
    for (const name of ['docker.io', 'index.docker.io', 'registry-1.docker.io']) {
      expect(registryHost(`https://${name}/v1/`)).toBe('docker.io');
      await store.set(name, jo);
      expect(await store.registries()).toEqual(['docker.io']);
      expect(await store.get('docker.io')).toEqual(jo);
      await store.delete(name);
      expect(await store.get('docker.io')).toBeNull();
      secrets.set(`immutableInfra.registry.${name}`, JSON.stringify(jo));
      secrets.set('immutableInfra.registries', JSON.stringify([name]));
      expect(await store.get('docker.io')).toEqual(jo);
      await store.delete(name);
      expect([await store.get('docker.io'), await store.registries()]).toEqual([null, []]);
    }
  });

  it('are none when what is stored is broken', async () => {
    secrets.set('immutableInfra.registry.a.example', '{"username":1}');
    secrets.set('immutableInfra.registries', 'not JSON');
    expect(await store.get('a.example')).toBeNull();
    expect(await store.registries()).toEqual([]);
  });

  it.each([
    ['https://registry.example.com/v2/', 'registry.example.com'],
    [' Registry.example.com:5000 ', 'registry.example.com:5000'],
    ['not a host', undefined],
    ['', undefined],
  ])('take %j as %s', (typed, host) => {
    expect(registryHost(typed)).toBe(host);
  });
});
