import { afterEach, describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver-protocol/node';
import { lintFiles, type DocumentStatus } from '../../server/src/lsp/protocol';
import type { LintRule } from '../../server/src/model/facts';
import { ALL_RULES } from '../../server/src/rules/index.gen';
import { LspClient, MemoryDisk, rangeOf, type ClientOptions } from '../support/lsp-client';

const ROOT = 'file:///work/shop';
const URI = `${ROOT}/Dockerfile`;
const LATEST = 'mutable-reference/image-latest';
const clients: LspClient[] = [];

async function start(options: ClientOptions = {}): Promise<LspClient> {
  const client = await LspClient.start({ folders: [ROOT], options: { status: true }, ...options });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
});

async function statusOf(client: LspClient, uri: string): Promise<DocumentStatus | undefined> {
  await client.diagnostics(uri);
  await client.until(() => client.statuses.has(uri));
  return client.statuses.get(uri);
}

describe('documents', () => {
  it('that are deleted while open are still linted', async () => {
    const disk = new MemoryDisk({ '/work/shop/Dockerfile': 'FROM node:latest\n' });
    const client = await start({ disk });
    await client.open(URI, 'dockerfile', 'FROM node:latest\n');
    expect(await client.rules(URI)).toContain(LATEST);
    disk.texts.delete('/work/shop/Dockerfile');
    await client.watched({ uri: URI, type: 3 });
    await client.replace(URI, 'FROM nginx:latest\n');
    expect(await client.rules(URI)).toContain(LATEST);
  });

  it('that have no name are known by their language', async () => {
    const client = await start();
    await client.open('untitled:Untitled-1', 'dockerfile', 'FROM node:latest\n');
    expect(await client.rules('untitled:Untitled-1')).toContain(LATEST);
    const [action] = await client.codeActions('untitled:Untitled-1', rangeOf('FROM node:latest', 'node'), {});
    expect(action?.title).toBe(`Ignore \`${LATEST}\` here`);
    await client.open('untitled:Untitled-2', 'plaintext', 'FROM node:latest\n');
    expect(await client.diagnostics('untitled:Untitled-2')).toEqual([]);
  });

  it('outside of every folder are linted on their own', async () => {
    const disk = new MemoryDisk({ '/else/immutable.yaml': `lint:\n  rules:\n    ${LATEST}: off\n` });
    const client = await start({ disk, folders: [] });
    await client.open('file:///else/Dockerfile', 'dockerfile', 'FROM node:latest\n');
    expect(await client.rules('file:///else/Dockerfile')).toContain(LATEST);
    await client.open(
      'file:///else/.github/workflows/ci.yml',
      'yaml',
      'on: push\njobs:\n  a:\n    runs-on: x\n    container: node:latest\n    steps: []\n',
    );
    expect(await client.rules('file:///else/.github/workflows/ci.yml')).toContain(LATEST);
  });

  it('that are too large or no text are left alone, and the status says why', async () => {
    const client = await start();
    await client.open(URI, 'dockerfile', `FROM node:latest\n${'# filler\n'.repeat(200_000)}`);
    expect(await statusOf(client, URI)).toMatchObject({
      kind: null,
      problem: 'Not linted: the document has 1.7 MB, more than the 1 MB that is read.',
    });
    await client.open(`${ROOT}/main.tf`, 'terraform', 'a\0b\0c');
    expect(await statusOf(client, `${ROOT}/main.tf`)).toEqual({
      uri: `${ROOT}/main.tf`,
      kind: null,
      role: 'work',
      counts: { error: 0, warning: 0, info: 0, hint: 0 },
      fixable: 0,
      suppressed: 0,
    });
  });

  it.each([
    ['Dockerfile', 'dockerfile', 'FROM node:latest\nRUN <<EOF\nnever ends'],
    ['main.tf', 'terraform', 'resource "a" "b" {\n  x = <<EOT\n${${${{{{{ "'],
    ['app.yaml', 'yaml', 'apiVersion: v1\nkind: Pod\n{{{{ [[[[ : : :\n\t- &a *a *b'],
    ['compose.yaml', 'yaml', 'services:\n  a: &a\n    <<: *a\n    image: nginx:latest\n'],
    ['x.pkr.hcl', 'packer', 'source "x" "y" {'.repeat(300)],
    ['main.tf.json', 'json', '{"resource":'.repeat(500)],
    ['immutable.yaml', 'yaml', 'lint: [[[[ {{{{ : : \n\t x'],
    ['.immutable-baseline.json', 'json', '{"version": 9'],
  ])('that are broken answer all requests: %s', async (name, languageId, text) => {
    const client = await start();
    const uri = `${ROOT}/${name}`;
    await client.open(uri, languageId, text);
    expect((await client.pull(uri)).kind).toBe('full');
    const end = { line: 0, character: 5 };
    await client.codeActions(uri, { start: end, end });
    await client.hover(uri, 0, 5);
    await client.completion(uri, 0, 5);
    await client.links(uri);
    expect(client.logs).toEqual([]);
  });

  it('with a byte order mark and Windows line ends have the right places', async () => {
    const client = await start();
    const text = '\uFEFFFROM scratch\r\nCOPY --from=nginx:latest /a /b\r\n';
    await client.open(URI, 'dockerfile', text);
    const found = (await client.diagnostics(URI)).find(({ code }) => code === LATEST);
    expect(found?.range).toEqual({ start: { line: 1, character: 12 }, end: { line: 1, character: 24 } });
  });
});

describe('requests', () => {
  it('of two versions in flight: the newer one is answered for the newer text', async () => {
    const client = await start();
    await client.open(URI, 'dockerfile', 'FROM node:latest\n');
    const source = new CancellationTokenSource();
    const first = client.connection.sendRequest(
      'textDocument/diagnostic',
      { textDocument: { uri: URI } },
      source.token,
    );
    source.cancel();
    const refused = expect(first).rejects.toMatchObject({ code: -32800 });
    await client.replace(URI, 'FROM node:22.11.0\n');
    const old = client.pull(URI);
    await client.replace(URI, 'FROM nginx:latest\n');
    const [, newest] = await Promise.all([old, client.pull(URI)]);
    await refused;
    expect(newest.kind === 'full' && newest.items.find(({ code }) => code === LATEST)).toMatchObject({
      data: { version: 3 },
    });
  });

  it('about 5,000 files leave room for others, and can be cancelled', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [
        `/work/shop/d${index % 50}/f${index}.Dockerfile`,
        `FROM node:latest\nRUN echo ${index}\n`,
      ]),
    );
    const client = await start({ disk: new MemoryDisk(files) });
    const uris = Object.keys(files).map((path) => `file://${path}`);
    const all = client.send(lintFiles, { uris });
    await client.open(URI, 'dockerfile', 'FROM node:latest\n');
    let isDone = false;
    void all.then(() => (isDone = true));
    expect(await client.rules(URI)).toContain(LATEST);
    expect(isDone).toBe(false);
    const { files: found } = await all;
    expect(found).toHaveLength(5000);
    expect(found.every(({ findings }) => findings.some(({ rule }) => rule === LATEST))).toBe(true);
    const source = new CancellationTokenSource();
    const second = client.connection.sendRequest(lintFiles.method, { uris }, source.token);
    source.cancel();
    await expect(second).rejects.toMatchObject({ code: -32800 });
  });

  it('for what is not there are answered with nothing', async () => {
    const client = await start();
    const none = `${ROOT}/none.tf`;
    const at = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    expect(await client.codeActions(none, at)).toEqual([]);
    expect(await client.hover(none, 0, 0)).toBeNull();
    expect(await client.completion(none, 0, 0)).toEqual([]);
    expect(await client.links(none)).toEqual([]);
    await client.replace(none, 'x');
    await client.close(none);
    expect(client.logs).toEqual([]);
  });
});

describe('a broken configuration', () => {
  it('is told in the status of the documents that it holds for', async () => {
    const disk = new MemoryDisk({ '/work/shop/immutable.yaml': 'lint:\n  ignore: 7\n  rules: 8\n' });
    const client = await start({ disk });
    await client.open(URI, 'dockerfile', 'FROM node:latest\n');
    expect((await statusOf(client, URI))?.problem).toMatch(/^immutable\.yaml has 2 problems: /);
  });
});

describe('errors inside', () => {
  it('of one rule are logged once, and the others are shown', async () => {
    const broken: LintRule = {
      meta: { ...(ALL_RULES[0] as LintRule).meta, id: 'custom/broken' },
      create: () => ({
        dockerfile: () => {
          throw new Error('a bug');
        },
      }),
    };
    const client = await start({ server: { rules: [broken, ...ALL_RULES] } });
    for (const name of ['a', 'b']) {
      await client.open(`${ROOT}/${name}.Dockerfile`, 'dockerfile', 'FROM node:latest\n');
      expect(await client.rules(`${ROOT}/${name}.Dockerfile`)).toContain(LATEST);
    }
    expect(client.logs).toHaveLength(1);
    expect(client.logs[0]).toMatch(/^Rule custom\/broken failed on a\.Dockerfile\..*\nError: a bug/s);
    expect(client.statuses.get(`${ROOT}/a.Dockerfile`)?.problem).toBe(
      'Rule custom/broken failed here: the log says why.',
    );
  });

  it('of the linter clear the findings rather than leave old ones', async () => {
    const disk = new MemoryDisk({ '/work/shop/immutable.yaml': '' });
    const client = await start({ disk });
    await client.open(URI, 'dockerfile', 'FROM node:latest\n');
    expect(await client.rules(URI)).toContain(LATEST);
    disk.read = () => {
      throw new Error('the disk is on fire');
    };
    await client.watched({ uri: `${ROOT}/immutable.yaml`, type: 2 });
    await client.replace(URI, 'FROM nginx:latest\n');
    expect(await client.diagnostics(URI)).toEqual([]);
    expect(client.statuses.get(URI)?.problem).toBe('The linter failed on this document: the log says why.');
    expect(client.logs.some((line) => line.includes('the disk is on fire'))).toBe(true);
  });
});
