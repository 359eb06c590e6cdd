import { afterEach, describe, expect, it } from 'vitest';
import { LspClient, MemoryDisk, rangeOf, type ClientOptions } from '../support/lsp-client';

const DOCKERFILE = 'FROM node:latest\nRUN apt-get update\nUSER app\nHEALTHCHECK CMD true\n';
const URI = 'file:///work/shop/Dockerfile';
const clients: LspClient[] = [];

async function start(options: ClientOptions = {}): Promise<LspClient> {
  const client = await LspClient.start({ folders: ['file:///work/shop'], ...options });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
});

describe('pull diagnostics', () => {
  it('are announced without dependencies between files', async () => {
    const client = await start();
    expect(client.initialized?.capabilities.diagnosticProvider).toEqual({
      identifier: 'immutable',
      interFileDependencies: false,
      workspaceDiagnostics: false,
    });
    expect(client.initialized?.serverInfo).toEqual({ name: 'immutable-infra', version: '0.0.0-test' });
  });

  it('show a finding with its rule, page, place and data', async () => {
    const client = await start();
    await client.open(URI, 'dockerfile', DOCKERFILE);
    const [first] = await client.diagnostics(URI);
    expect(first).toMatchObject({
      code: 'mutable-reference/image-latest',
      source: 'immutable',
      severity: 1,
      range: rangeOf(DOCKERFILE, 'node:latest'),
      codeDescription: { href: 'file:///package/docs/rules/mutable-reference/image-latest.md' },
      data: { version: 1 },
    });
    expect((first?.data as { fingerprint: string }).fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  it('link to the address that the client names', async () => {
    const client = await start({ options: { ruleDocs: 'https://docs.example/{id}' } });
    await client.open(URI, 'dockerfile', DOCKERFILE);
    expect((await client.diagnostics(URI))[0]?.codeDescription?.href).toBe(
      'https://docs.example/mutable-reference/image-latest',
    );
  });

  it('answer unchanged while nothing changed, and anew when the text did', async () => {
    const client = await start();
    await client.open(URI, 'dockerfile', DOCKERFILE);
    const first = await client.pull(URI);
    expect(first.kind).toBe('full');
    const again = await client.pull(URI, first.resultId);
    expect(again).toEqual({ kind: 'unchanged', resultId: first.resultId });
    await client.edit(URI, rangeOf(DOCKERFILE, 'latest'), '22.11.0');
    const changed = await client.pull(URI, first.resultId);
    expect(changed.kind).toBe('full');
    expect(await client.rules(URI)).not.toContain('mutable-reference/image-latest');
  });

  it('follow incremental changes in CRLF texts', async () => {
    const client = await start();
    const text = DOCKERFILE.replaceAll('\n', '\r\n');
    await client.open(URI, 'dockerfile', text);
    await client.edit(URI, { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, '# a\r\n# b\r\n');
    const found = (await client.diagnostics(URI)).find(({ code }) => code === 'mutable-reference/image-latest');
    expect(found?.range).toEqual({ start: { line: 2, character: 5 }, end: { line: 2, character: 16 } });
  });

  it('are the same however the URI is written', async () => {
    const disk = new MemoryDisk({
      '/c:/shop/immutable.yaml': 'lint:\n  rules:\n    mutable-reference/image-latest: info\n',
    });
    const client = await start({ folders: ['file:///c%3A/shop'], disk });
    await client.open('file:///C:/shop/Dockerfile', 'dockerfile', DOCKERFILE);
    const [first] = await client.diagnostics('file:///c%3a/shop/Dockerfile');
    expect(first).toMatchObject({ code: 'mutable-reference/image-latest', severity: 3 });
  });

  it('are none for a document that is not open', async () => {
    const client = await start();
    expect(await client.pull('file:///work/shop/none.tf')).toEqual({ kind: 'full', items: [] });
  });

  it('leave out what is suppressed', async () => {
    const client = await start();
    await client.open(URI, 'dockerfile', `# immutable: ignore[mutable-reference/image-latest] demo\n${DOCKERFILE}`);
    expect(await client.rules(URI)).not.toContain('mutable-reference/image-latest');
  });
});

describe('clients without pull', () => {
  const capabilities: ClientOptions['capabilities'] = (usual) => ({
    ...usual,
    textDocument: { ...usual.textDocument, diagnostic: undefined } as never,
  });

  it('get diagnostics for the newest version, and none when a document is closed', async () => {
    const client = await start({ capabilities });
    expect(client.initialized?.capabilities.diagnosticProvider).toBeUndefined();
    await client.open(URI, 'dockerfile', DOCKERFILE);
    await client.until(() => (client.published.get(URI)?.length ?? 0) > 0);
    await client.replace(URI, DOCKERFILE.replace('latest', '22.11.0'));
    await client.until(() => !codes(client).includes('mutable-reference/image-latest'));
    await client.close(URI);
    await client.until(() => client.published.get(URI)?.length === 0);
  });

  function codes(client: LspClient): unknown[] {
    return (client.published.get(URI) ?? []).map(({ code }) => code);
  }
});
