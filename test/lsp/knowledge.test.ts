import { afterEach, describe, expect, it } from 'vitest';
import type { Hover, MarkupContent } from 'vscode-languageserver-protocol';
import { configNeighbours, explainRule } from '../../server/src/lsp/protocol';
import { LspClient, MemoryDisk, rangeOf, type ClientOptions } from '../support/lsp-client';

const URI = 'file:///work/shop/Dockerfile';
const clients: LspClient[] = [];

async function start(options: ClientOptions = {}): Promise<LspClient> {
  const client = await LspClient.start({
    folders: ['file:///work/shop'],
    ...options,
    runtime: {
      readDoc: (rule) =>
        rule === 'mutable-reference/image-latest'
          ? `# ${rule}\n\n## Why\n\nTomorrow it is\nanother image.\n\n## Bad\n`
          : undefined,
      ...options.runtime,
    },
  });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
});

function markdown(hover: Hover | null): string {
  return (hover?.contents as MarkupContent | undefined)?.value ?? '';
}

/** Hovers over the first place of a piece of the text. */
async function hoverOn(client: LspClient, uri: string, text: string, piece: string): Promise<string> {
  const { start: at } = rangeOf(text, piece);
  return markdown(await client.hover(uri, at.line, at.character + 1));
}

describe('hover', () => {
  it('tells what a finding is about, and of the image where else it is used', async () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const disk = new MemoryDisk({
      '/work/shop/compose.yaml': `services:\n  web:\n    image: node:latest@${digest}\n`,
      '/work/shop/other.Dockerfile': 'FROM node:20\n',
      '/work/shop/readme.md': 'node:latest',
    });
    const client = await start({ disk });
    const text = 'FROM node:latest\n';
    await client.open(URI, 'dockerfile', text);
    await client.diagnostics(URI);
    const shown = await hoverOn(client, URI, text, 'node');
    expect(shown).toContain(
      '[`mutable-reference/image-latest`](file:///package/docs/rules/mutable-reference/image-latest.md)',
    );
    expect(shown).toContain('Tomorrow it is another image.');
    expect(shown).toContain('**`docker.io/library/node`** tag `latest`');
    expect(shown).toContain(`Digest of this tag elsewhere here: \`${digest}\``);
    expect(shown).toContain('- [other.Dockerfile](file:///work/shop/other.Dockerfile): 20');
    expect(shown).toContain('- [compose.yaml](file:///work/shop/compose.yaml): latest with digest');
  });

  it('tells what a suppression silences and until when', async () => {
    const client = await start();
    const text =
      '# immutable: ignore[mutable-reference/image-latest] until=2026-12-31 nightly test\nFROM node:latest\n';
    await client.open(URI, 'dockerfile', text);
    await client.diagnostics(URI);
    const shown = await hoverOn(client, URI, text, 'ignore[');
    expect(shown).toContain('**Suppression**: nightly test');
    expect(shown).toMatch(/image-latest`\]\(.*\): silences 1 finding\./);
    expect(shown).toContain('It ends after 2026-12-31.');
  });

  it('shows text of the repository as text: no links, no pictures', async () => {
    const path = '/work/shop/![x](https:__evil.example_p.png) `a`.Dockerfile';
    const disk = new MemoryDisk({ [path]: 'FROM node:20\n' });
    const client = await start({ disk });
    const reason = 'see ![x](https://evil.example/p.png) [click](https://evil.example) <img src="x"> `a` **b**';
    const text = `# immutable: ignore[mutable-reference/image-latest] ${reason}\nFROM node:latest\n`;
    await client.open(URI, 'dockerfile', text);
    await client.diagnostics(URI);
    const suppression = await hoverOn(client, URI, text, 'ignore[');
    expect(suppression).not.toMatch(/(?<!\\)!\[|\[click\]\(|(?<!\\)<img|(?<!\\)`a/);
    expect(suppression).toContain('see \\!\\[x\\]\\(https://evil.example/p.png\\)');
    const image = await hoverOn(client, URI, text, 'node');
    expect(image).toContain(
      '[\\!\\[x\\]\\(https:\\_\\_evil.example\\_p.png\\) \\`a\\`.Dockerfile](file:///work/shop/!',
    );
    expect(image).toContain('x%5D%28https%3A__evil.example_p.png%29');
    const plain = await start({
      disk,
      capabilities: (usual) => ({
        ...usual,
        textDocument: { ...usual.textDocument, hover: { contentFormat: ['plaintext'] } },
      }),
    });
    await plain.open(URI, 'dockerfile', text);
    await plain.diagnostics(URI);
    expect(await hoverOn(plain, URI, text, 'ignore[')).toContain(`Suppression: ${reason}`);
  });

  it('explains keys of immutable.yaml, unless another extension does', async () => {
    const text = 'lint:\n  rules:\n    mutable-reference/image-latest: off\n  overrides:\n    - files: ["a"]\n';
    const uri = 'file:///work/shop/immutable.yaml';
    const client = await start();
    await client.open(uri, 'yaml', text);
    expect(await hoverOn(client, uri, text, 'mutable-reference')).toContain('(file:///package/docs/rules/');
    expect(await hoverOn(client, uri, text, 'files')).toBe('**`files`**: Globs, relative to this file.');
    const other = await start({ options: { yamlSchema: true } });
    await other.open(uri, 'yaml', text);
    expect(await hoverOn(other, uri, text, 'mutable-reference')).toBe('');
    expect(await other.completion(uri, 2, 4)).toEqual([]);
  });

  it('leaves what the schema tells to an extension that checks it, as long as there is one', async () => {
    const uri = 'file:///work/shop/immutable.yaml';
    const text = 'lint:\n  extends: [strictest]\n  rules:\n    mutable-reference/image-latest: loud\n  nothing: 1\n';
    const disk = new MemoryDisk({
      '/work/shop/immutable.yaml': text,
      '/work/shop/json/immutable.json': '{ "lint": { "nothing": 1 } }',
    });
    const client = await start({ disk, options: { yamlSchema: true } });
    const messages = async (): Promise<string[]> =>
      (await client.diagnostics(uri)).map(({ message }) => JSON.stringify(message).slice(1, 41));
    await client.open(uri, 'yaml', text);
    expect(await messages()).toEqual(['`strictest` is no preset: use recommende']);
    await client.connection.sendNotification(configNeighbours.method, { yamlSchema: false });
    expect(await messages()).toHaveLength(3);
    await client.connection.sendNotification(configNeighbours.method, { yamlSchema: true });
    expect(await messages()).toHaveLength(1);
    const json = 'file:///work/shop/json/immutable.json';
    await client.open(json, 'json', '{ "lint": { "nothing": 1 } }');
    expect(await client.diagnostics(json)).toHaveLength(1);
    await client.connection.sendNotification(configNeighbours.method, { jsonSchema: true });
    expect(await client.diagnostics(json)).toEqual([]);
  });

  it('is nothing elsewhere', async () => {
    const client = await start();
    const text = 'FROM node:latest\nUSER app\n';
    await client.open(URI, 'dockerfile', text);
    await client.diagnostics(URI);
    expect(await hoverOn(client, URI, text, 'USER')).toBe('');
  });
});

describe('document links', () => {
  it('lead from rule ids to their pages', async () => {
    const client = await start();
    const text = '# immutable: ignore[mutable-reference/image-latest, custom/own] x\nFROM node:latest\n';
    await client.open(URI, 'dockerfile', text);
    expect(await client.links(URI)).toEqual([
      {
        range: rangeOf(text, 'mutable-reference/image-latest'),
        target: 'file:///package/docs/rules/mutable-reference/image-latest.md',
        tooltip: 'What mutable-reference/image-latest is about',
      },
    ]);
    const config = 'lint:\n  rules:\n    mutable-reference/image-latest: off\n    mutable-reference/*: error\n';
    await client.open('file:///work/shop/immutable.yaml', 'yaml', config);
    expect((await client.links('file:///work/shop/immutable.yaml')).map(({ range }) => range)).toEqual([
      rangeOf(config, 'mutable-reference/image-latest'),
    ]);
  });
});

describe('completion', () => {
  it('offers the rules of the language in a suppression, those that are found below first', async () => {
    const client = await start();
    const text = '# immutable: ignore[\nFROM node:latest\n';
    await client.open(URI, 'dockerfile', text);
    await client.diagnostics(URI);
    const items = await client.completion(URI, 0, 20);
    const sorted = [...items].sort((a, b) => ((a.sortText ?? '') < (b.sortText ?? '') ? -1 : 1));
    expect(sorted[0]).toMatchObject({ label: 'mutable-reference/image-latest', preselect: true });
    expect(items.map(({ label }) => label)).not.toContain('mutable-reference/launch-template-version');
    await client.replace(URI, '# immutable: \nFROM node:latest\n');
    expect((await client.completion(URI, 0, 13)).map(({ label }) => label)).toEqual([
      'ignore',
      'ignore-block',
      'ignore-file',
    ]);
    expect(await client.completion(URI, 1, 6)).toEqual([]);
  });

  it.each([
    ['', 0, 0, 'lint', 'lint:\n  '],
    ['lint:\n  ', 1, 2, 'rules', 'rules:\n    '],
    ['lint:\n  ex', 1, 4, 'extends', 'extends: '],
    ['lint:\n  rules:\n    mut', 2, 7, 'mutable-reference/image-latest', 'mutable-reference/image-latest: '],
    ['lint:\n  rules:\n    # all\n    a/b: off\n    ', 4, 4, 'mutable-reference/*', 'mutable-reference/*: '],
    ['lint:\n  rules:\n    mutable-reference/image-latest: w', 2, 37, 'warning', 'warning'],
    ['lint:\n  rules:\n    mutable-reference/image-latest:\n      ', 3, 6, 'severity', 'severity: '],
    ['lint:\n  rules:\n    mutable-reference/image-latest:\n      severity: ', 3, 16, 'off', 'off'],
    ['lint:\n  extends: ', 1, 11, 'strict', 'strict'],
    ['lint:\n  extends:\n    - ', 2, 6, 'prototype', 'prototype'],
    ['lint:\n  requireReason: ', 1, 17, 'error', 'error'],
    ['lint:\n  overrides:\n    - ', 2, 6, 'files', 'files: '],
    ['lint:\n  overrides:\n    - files: [a]\n      ', 3, 6, 'rules', 'rules:\n        '],
    ['lint:\n  environments:\n    ', 2, 4, 'production', 'production: '],
    ['', 0, 0, 'environments', 'environments:\n  '],
    ['app: web\nimages:\n  web:\n    ', 3, 4, 'container', 'container:\n      '],
    ['app: web\nimages:\n  web:\n    container:\n      builder: p', 4, 16, 'podman', 'podman'],
    ['app: web\nenvironments:\n  local:\n    health:\n      - ', 4, 8, 'http', 'http:\n          '],
  ])('knows immutable.yaml: %j', async (text, line, character, label, newText) => {
    const client = await start();
    const uri = 'file:///work/shop/immutable.yaml';
    await client.open(uri, 'yaml', text);
    const found = (await client.completion(uri, line, character)).find((item) => item.label === label);
    expect(found?.textEdit?.newText).toBe(newText);
  });

  it('offers nothing in a comment of immutable.yaml, nor twice the same value', async () => {
    const client = await start();
    const uri = 'file:///work/shop/immutable.yaml';
    const text = 'lint:\n  rules:\n    mutable-reference/image-latest: \n    # x';
    await client.open(uri, 'yaml', text);
    const values = (await client.completion(uri, 2, 36)).map(({ label }) => label);
    expect(values).toEqual(['error', 'warning', 'info', 'hint', 'off']);
    expect(await client.completion(uri, 3, 7)).toEqual([]);
  });
});

describe('explaining a rule', () => {
  it('gives its page, or what is known of it', async () => {
    const client = await start();
    expect(await client.send(explainRule, { rule: 'mutable-reference/image-latest' })).toMatchObject({
      title: 'mutable-reference/image-latest',
    });
    const latest = await client.send(explainRule, { rule: 'mutable-reference/image-latest' });
    expect(latest?.markdown).not.toContain('^^^');
    const unused = await client.send(explainRule, { rule: 'suppression/unused' });
    expect(unused?.markdown).toContain('A suppression must silence a finding.');
    expect(await client.send(explainRule, { rule: 'no/such' })).toBeNull();
  });

  it('shows what a custom rule says as text', async () => {
    const custom = [
      'lint:',
      '  customRules:',
      '    - id: custom/evil',
      '      severity: error',
      "      message: 'Use `ours`. ![x](https://evil.example/p.png) <img src=x>'",
      "      docs: 'javascript:alert(1)'",
      '      match: { instruction: FROM }',
      '',
    ].join('\n');
    const client = await start({ disk: new MemoryDisk({ '/work/shop/immutable.yaml': custom }) });
    const text = 'FROM node:20\n';
    await client.open(URI, 'dockerfile', text);
    await client.diagnostics(URI);
    const page = (await client.send(explainRule, { rule: 'custom/evil' }))?.markdown ?? '';
    expect(page).toContain('- Use `ours`. !\\[x\\](https://evil.example/p.png) \\<img src=x>');
    expect(page).not.toMatch(/(?<!\\)!\[|javascript/);
    expect(await hoverOn(client, URI, text, 'FROM')).not.toMatch(/!\[|javascript/);
  });
});
