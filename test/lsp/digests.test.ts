import { afterEach, describe, expect, it } from 'vitest';
import type { TextDocumentEdit } from 'vscode-languageserver-protocol';
import { Digests } from '../../server/src/lsp/digests';
import { DEFAULT_SETTINGS, imageInventory, pinImages } from '../../server/src/lsp/protocol';
import type { DigestResolver } from '../../server/src/lsp/runtime';
import { LspClient, MemoryDisk, rangeOf, type ClientOptions } from '../support/lsp-client';

const ROOT = 'file:///work/shop';
const URI = `${ROOT}/Dockerfile`;
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const clients: LspClient[] = [];
let asked: string[] = [];

/** A registry that knows nginx and nothing else. */
const resolver: DigestResolver = {
  resolve: (reference) => {
    asked.push(reference);
    return Promise.resolve(
      reference.startsWith('nginx') ? { digest: DIGEST } : { problem: `The registry does not know \`${reference}\`.` },
    );
  },
};

async function start(
  enable: boolean,
  options: ClientOptions = {},
  registries: readonly string[] = [],
): Promise<LspClient> {
  asked = [];
  const client = await LspClient.start({
    folders: [ROOT],
    settings: () => ({ digests: { enable, registries } }),
    ...options,
    runtime: { createDigestResolver: () => resolver },
  });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
});

describe('fixes that ask a registry', () => {
  it('are offered only when the settings allow it, and asked for when they are picked', async () => {
    const text = 'FROM nginx:1.27\nUSER app\n';
    const off = await start(false);
    await off.open(URI, 'dockerfile', text);
    await off.diagnostics(URI);
    const actions = await off.codeActions(URI, rangeOf(text, 'nginx:1.27'));
    expect(actions.some(({ data }) => (data as { type?: string } | undefined)?.type === 'online')).toBe(false);

    const on = await start(true);
    await on.open(URI, 'dockerfile', text);
    await on.diagnostics(URI);
    const online = (await on.codeActions(URI, rangeOf(text, 'nginx:1.27'))).find(
      ({ data }) => (data as { type?: string } | undefined)?.type === 'online',
    );
    expect(asked).toEqual([]);
    expect(online).toBeDefined();
    const [change] = ((online && (await on.resolve(online)).edit?.documentChanges) ?? []) as TextDocumentEdit[];
    expect(change).toEqual({
      textDocument: { uri: URI, version: 1 },
      edits: [{ range: rangeOf(text, 'nginx:1.27'), newText: `nginx:1.27@${DIGEST}` }],
    });
    expect(asked).toEqual(['nginx:1.27']);
  });

  it('are not offered in a workspace that is not trusted', async () => {
    const text = 'FROM nginx:1.27\nUSER app\n';
    const client = await start(true, { options: { trusted: false } });
    await client.open(URI, 'dockerfile', text);
    await client.diagnostics(URI);
    const actions = await client.codeActions(URI, rangeOf(text, 'nginx:1.27'));
    expect(actions.some(({ data }) => (data as { type?: string } | undefined)?.type === 'online')).toBe(false);
  });

  it('say why when the registry does not', async () => {
    const text = 'FROM redis:7\nUSER app\n';
    const client = await start(true);
    await client.open(URI, 'dockerfile', text);
    await client.diagnostics(URI);
    const online = (await client.codeActions(URI, rangeOf(text, 'redis:7'))).find(
      ({ data }) => (data as { type?: string } | undefined)?.type === 'online',
    );
    await expect(online && client.resolve(online)).rejects.toThrow('The registry does not know `redis:7`.');
  });
});

describe('a fix that changes another file', () => {
  const main = `resource "kubernetes_deployment" "a" {
  spec {
    template {
      spec {
        container {
          name  = "a"
          image = var.image
        }
      }
    }
  }
}
`;
  const variables = (image: string): string => `variable "image" {\n  default = "${image}"\n}\n`;
  const other = `${ROOT}/variables.tf`;

  /** Picks the fix, does something while the registry is asked, and gives the edit or why there is none. */
  async function pickAnd(meanwhile: (client: LspClient) => Promise<void>): Promise<unknown> {
    let answer = (): void => undefined;
    let isAsked = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (isAsked = resolve));
    const slow: DigestResolver = {
      resolve: () =>
        new Promise((resolve) => {
          answer = () => resolve({ digest: DIGEST });
          isAsked();
        }),
    };
    const disk = new MemoryDisk({ '/work/shop/main.tf': main, '/work/shop/variables.tf': variables('nginx:1.27') });
    const client = await LspClient.start({
      folders: [ROOT],
      disk,
      settings: () => ({ digests: { enable: true } }),
      runtime: { createDigestResolver: () => slow },
    });
    clients.push(client);
    const uri = `${ROOT}/main.tf`;
    await client.open(uri, 'terraform', main);
    const places = (await client.diagnostics(uri)).map(({ range }) => range);
    const actions = await Promise.all(places.map((range) => client.codeActions(uri, range)));
    const online = actions.flat().find(({ data }) => (data as { type?: string } | undefined)?.type === 'online');
    if (!online) throw new Error('no fix');
    const outcome = client.resolve(online).then(
      ({ edit }) => edit?.documentChanges,
      (error: unknown) => String(error),
    );
    await waiting;
    await meanwhile(client);
    answer();
    return outcome;
  }

  it('is made for the text of that file', async () => {
    expect(await pickAnd(() => Promise.resolve())).toEqual([
      {
        textDocument: { uri: other, version: null },
        edits: [{ range: rangeOf(variables('nginx:1.27'), 'nginx:1.27'), newText: `nginx:1.27@${DIGEST}` }],
      },
    ]);
  });

  it.each([
    ['lines come above it', `# one\n# two\n${variables('nginx:1.27')}`],
    ['it names another image', variables('redis:7.2.4')],
    ['its tag grows', variables('nginx:1.27.3')],
    ['it is emptied', ''],
  ])('is refused when %s while the registry is asked', async (_what, text) => {
    const outcome = await pickAnd(async (client) => {
      await client.open(other, 'terraform', text);
      await client.diagnostics(other);
    });
    expect(outcome).toContain('changed: ask for the actions again');
  });
});

describe('pinning images', () => {
  const compose = 'services:\n  a:\n    image: nginx:1.27\n  b:\n    image: nginx:1.27\n  c:\n    image: redis:7\n';
  const uri = `${ROOT}/compose.yaml`;

  it('asks for each image once, and names what failed', async () => {
    const client = await start(true, { disk: new MemoryDisk({ '/work/shop/compose.yaml': compose }) });
    const at = (piece: string, from: number): ReturnType<typeof rangeOf> => {
      const lines = compose.split('\n').map((line, index) => (index < from ? '' : line));
      return rangeOf(lines.join('\n'), piece);
    };
    const places: [string, number][] = [
      ['nginx:1.27', 0],
      ['nginx:1.27', 3],
      ['redis:7', 0],
      ['services', 0],
    ];
    const references = places.map(([text, from]) => ({ uri, text, range: at(text, from) }));
    const { edits, failed } = await client.send(pinImages, { references });
    expect(edits).toEqual([
      {
        uri,
        version: null,
        edits: references.slice(0, 2).map(({ range }) => ({
          range,
          line: '    image: nginx:1.27',
          newText: `nginx:1.27@${DIGEST}`,
        })),
      },
    ]);
    expect(asked.sort()).toEqual(['nginx:1.27', 'redis:7']);
    expect(failed.map(({ image }) => image).sort()).toEqual(['redis:7', 'services']);
  });

  it('asks nobody when the settings do not allow it', async () => {
    const client = await start(false, { disk: new MemoryDisk({ '/work/shop/compose.yaml': compose }) });
    const { edits, failed } = await client.send(pinImages, {
      references: [{ uri, text: 'redis:7', range: rangeOf(compose, 'redis:7') }],
    });
    expect([edits, asked]).toEqual([[], []]);
    expect(failed[0]?.reason).toContain('immutableInfra.digests.enable');
  });

  it('asks github.com for actions, when the settings name it', async () => {
    const text = 'actions/checkout@v4';
    const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
    const digests = new Digests(resolver, () => true);
    asked = [];
    const answer = (registries: readonly string[], image = text): Promise<unknown> =>
      digests.resolve(image, { ...DEFAULT_SETTINGS, digests: { enable: true, registries } }, token);
    expect(await answer(['docker.io'])).toEqual({
      problem: expect.stringContaining('does not name github.com') as string,
    });
    expect(asked).toEqual([]);
    await answer(['github.com']);
    expect(asked).toEqual([text]);
    expect(await answer(['github.com'], 'nginx:1.27')).toHaveProperty('problem');
    expect(await answer(['Docker.io'], 'nginx:1.27')).toEqual({ digest: DIGEST });
  });

  it('asks only the registries that the settings name, and none for a workspace that is not trusted', async () => {
    const disk = new MemoryDisk({ '/work/shop/compose.yaml': compose });
    const references = [{ uri, text: 'nginx:1.27', range: rangeOf(compose, 'nginx:1.27') }];
    const named = await start(true, { disk }, ['docker.io']);
    expect((await named.send(pinImages, { references })).failed).toEqual([]);
    const other = await start(true, { disk }, ['ghcr.io']);
    expect((await other.send(pinImages, { references })).failed[0]?.reason).toContain('does not name docker.io');
    const untrusted = await start(true, { disk, options: { trusted: false } });
    expect((await untrusted.send(pinImages, { references })).failed[0]?.reason).toContain('Trust this workspace');
    expect(asked).toEqual([]);
  });
});

describe('pinning what changed since the inventory was read', () => {
  const text = 'FROM nginx:1.27\nUSER app\n';
  const reference = { uri: URI, text: 'nginx:1.27', range: rangeOf(text, 'nginx:1.27') };
  const changed = [{ image: 'nginx:1.27', reason: expect.stringContaining('The file changed') as string }];

  it.each([
    ['FROM nginx:1.27.3\n', 'a longer tag'],
    ['FROM nginx:1.27-alpine\n', 'a variant'],
    [`FROM nginx:1.27@${DIGEST}\n`, 'a digest'],
    ['FROM nginx:1.27/app\n', 'a port'],
    ['FROM nginx:1.27${SUFFIX}\n', 'a variable'],
    ['FROM redis:7\n', 'another image'],
    ['# nothing\n', 'a comment'],
    ['', 'nothing'],
    ['\nFROM nginx:1.27\n', 'a line above it'],
  ])('refuses %j (%s), and asks nobody', async (now) => {
    const client = await start(true, { disk: new MemoryDisk({ '/work/shop/Dockerfile': now }) });
    expect(await client.send(pinImages, { references: [reference] })).toEqual({ edits: [], failed: changed });
    expect(asked).toEqual([]);
  });

  it('pins what still stands there in a file that changed elsewhere', async () => {
    const client = await start(true, { disk: new MemoryDisk({ '/work/shop/Dockerfile': `${text}EXPOSE 80\n` }) });
    const { edits, failed } = await client.send(pinImages, { references: [reference, reference] });
    const edit = { range: reference.range, line: 'FROM nginx:1.27', newText: `nginx:1.27@${DIGEST}` };
    expect([edits, failed]).toEqual([[{ uri: URI, version: null, edits: [edit] }], []]);
  });

  /** Types while the registry is asked. */
  async function whileAsked(typed: string): Promise<Awaited<ReturnType<typeof pinned>>> {
    const pinned = (client: LspClient) => client.send(pinImages, { references: [reference] });
    let answer = (): void => undefined;
    let isAsked = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (isAsked = resolve));
    const slow: DigestResolver = {
      resolve: () =>
        new Promise((resolve) => {
          answer = () => resolve({ digest: DIGEST });
          isAsked();
        }),
    };
    const client = await LspClient.start({
      folders: [ROOT],
      settings: () => ({ digests: { enable: true } }),
      runtime: { createDigestResolver: () => slow },
    });
    clients.push(client);
    await client.open(URI, 'dockerfile', text);
    const outcome = pinned(client);
    await waiting;
    await client.replace(URI, typed);
    // The change is heard before what is asked next is answered.
    await client.diagnostics(URI);
    answer();
    return outcome;
  }

  it('refuses what is typed over while the registry is asked', async () => {
    expect(await whileAsked('FROM nginx:1.27.3\nUSER app\n')).toEqual({ edits: [], failed: changed });
  });

  it('names the version that the edits are for when something else was typed meanwhile', async () => {
    const { edits, failed } = await whileAsked(`${text}EXPOSE 80\n`);
    expect([edits.map(({ version }) => version), failed]).toEqual([[2], []]);
  });
});

describe('the inventory', () => {
  it('lists every reference once, by repository, wherever it is written', async () => {
    const main = `resource "kubernetes_deployment" "a" {
  spec {
    template {
      spec {
        container {
          name  = "a"
          image = var.image
        }
      }
    }
  }
}
`;
    const variables = 'variable "image" {\n  default = "nginx:1.27"\n}\n';
    const disk = new MemoryDisk({
      '/work/shop/main.tf': main,
      '/work/shop/variables.tf': variables,
      '/work/shop/Dockerfile': `FROM ghcr.io/acme/base:2.1.0@${DIGEST}\nCOPY --from=nginx /a /b\n`,
      '/work/shop/notes.txt': 'nginx:latest',
    });
    const client = await start(false, { disk });
    const uris = ['main.tf', 'variables.tf', 'Dockerfile', 'notes.txt', 'none.yaml'].map((name) => `${ROOT}/${name}`);
    const { images } = await client.send(imageInventory, { uris });
    expect(images.map(({ repository }) => repository)).toEqual(['docker.io/library/nginx', 'ghcr.io/acme/base']);
    const [nginx, base] = images;
    expect(nginx?.references).toHaveLength(2);
    expect(nginx?.references[0]).toMatchObject({
      uri: `${ROOT}/variables.tf`,
      range: rangeOf(variables, 'nginx:1.27'),
      text: 'nginx:1.27',
      tag: '1.27',
      tagClass: 'floating',
      digest: null,
      role: 'used',
      isWhole: true,
    });
    expect(nginx?.references[1]).toMatchObject({ uri: `${ROOT}/Dockerfile`, tag: null, tagClass: 'none' });
    expect(base?.references[0]).toMatchObject({ tag: '2.1.0', digest: DIGEST, tagClass: 'digest' });
  });
});
