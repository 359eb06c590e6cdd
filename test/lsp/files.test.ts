import { afterEach, describe, expect, it } from 'vitest';
import { compareFiles, imageInventory, learnFiles, lintFiles } from '../../server/src/lsp/protocol';
import { LspClient, MemoryDisk, type ClientOptions } from '../support/lsp-client';

const ROOT = 'file:///work/shop';
const clients: LspClient[] = [];

async function start(options: ClientOptions = {}): Promise<LspClient> {
  const client = await LspClient.start({ folders: [ROOT], ...options });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
});

const MAIN = `resource "kubernetes_deployment" "a" {
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
const PINNED = `nginx:1.27.2@sha256:${'ab'.repeat(32)}`;
const variables = (image: string): string => `variable "image" {\n  type    = string\n  default = "${image}"\n}\n`;

async function lint(client: LspClient, ...uris: readonly string[]): Promise<readonly string[][]> {
  const { files } = await client.send(lintFiles, { uris });
  return files.map(({ findings }) => findings.map(({ rule, severity }) => `${rule} ${severity}`));
}

describe('files of a folder that only the client can read', () => {
  const remote = {
    'memfs://x/r/immutable.yaml': 'lint:\n  rules:\n    mutable-reference/image-latest: info\n',
    'memfs://x/r/a.Dockerfile': 'FROM node:latest\nUSER app\n',
    'memfs://x/r/m/main.tf': MAIN,
    'memfs://x/r/m/variables.tf': variables('nginx:latest'),
  };
  const virtual = (): Promise<LspClient> => {
    const disk = new MemoryDisk();
    disk.reads = () => false;
    return start({ folders: ['memfs://x/r'], options: { fileSystem: true }, disk, remote });
  };
  const DOCKERFILE = 'memfs://x/r/a.Dockerfile';

  it('are linted by their configuration, at the first time and in what is opened later', async () => {
    const client = await virtual();
    expect(await lint(client, DOCKERFILE)).toEqual([['mutable-reference/image-latest info']]);
    await client.open(DOCKERFILE, 'dockerfile', remote[DOCKERFILE]);
    expect((await client.diagnostics(DOCKERFILE)).map(({ severity }) => severity)).toEqual([3]);
  });

  it('are linted with the rest of their module', async () => {
    const client = await virtual();
    const { files } = await client.send(lintFiles, { uris: ['memfs://x/r/m/main.tf'] });
    expect(files.map(({ uri, findings }) => [uri, findings.map(({ rule }) => rule)])).toEqual([
      ['memfs://x/r/m/main.tf', ['baked-config/read-only-root-fs']],
      ['memfs://x/r/m/variables.tf', ['mutable-reference/image-latest']],
    ]);
    const { images } = await (await virtual()).send(imageInventory, { uris: ['memfs://x/r/m/main.tf'] });
    expect(images.map(({ repository }) => repository)).toEqual(['docker.io/library/nginx']);
  });
});

describe('files that are asked for in several requests', () => {
  const workload =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  selector: {matchLabels: {a: b}}\n' +
    '  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers:\n        - {name: api, image: shop-api}\n';
  const disk = new MemoryDisk({
    '/work/shop/api.yaml': workload,
    '/work/shop/skaffold.yaml':
      'apiVersion: skaffold/v4beta1\nkind: Config\nbuild:\n  artifacts:\n    - image: shop-api\n',
  });
  const uris = [`${ROOT}/api.yaml`, `${ROOT}/skaffold.yaml`];

  it('show the same as in one, when all were learned before', async () => {
    const together = await lint(await start({ disk }), ...uris);
    const client = await start({ disk });
    const [alone] = await lint(client, `${ROOT}/api.yaml`);
    expect(alone).not.toEqual(together[0]);
    for (const uri of uris) expect(await client.send(learnFiles, { uris: [uri] })).toEqual({ read: 1 });
    expect([...(await lint(client, `${ROOT}/api.yaml`)), ...(await lint(client, `${ROOT}/skaffold.yaml`))]).toEqual(
      together,
    );
  });
});

describe('files of one request', () => {
  const texts = { '/work/shop/main.tf': MAIN, '/work/shop/variables.tf': variables('nginx:latest') };

  it('are learned again only where that was not done just now', async () => {
    const workload = `${ROOT}/api.yaml`;
    const disk = new MemoryDisk({ '/work/shop/api.yaml': 'kind: Pod\napiVersion: v1\n' });
    const client = await start({ disk });
    await client.open(workload, 'yaml', 'kind: Pod\napiVersion: v1\n');
    const refreshes = async (areLearned: boolean): Promise<number> => {
      const before = (await client.pull(workload)) as { readonly resultId?: string };
      await client.send(lintFiles, { uris: [workload], areLearned });
      const after = (await client.pull(workload)) as { readonly resultId?: string };
      return before.resultId === after.resultId ? 0 : 1;
    };
    expect([await refreshes(true), await refreshes(false)]).toEqual([0, 1]);
  });

  it('tell whose lint found what lies in another', async () => {
    const client = await start({ disk: new MemoryDisk(texts) });
    const [main, declared] = [`${ROOT}/main.tf`, `${ROOT}/variables.tf`];
    const foundBy = async (...uris: readonly string[]): Promise<unknown> => {
      const { files } = await client.send(lintFiles, { uris });
      return files.map(({ uri, findings }) => [uri, findings.map((one) => one.foundBy)]);
    };
    expect(await foundBy(main)).toEqual([
      [main, [undefined]],
      [declared, [[main]]],
    ]);
    expect(await foundBy(declared)).toEqual([[declared, []]]);
  });
});

describe('a document that is closed before its turn', () => {
  const VARIABLES = `${ROOT}/variables.tf`;
  const unasked = (usual: object): object => ({ ...usual, textDocument: {} });

  it.each([
    ['asked for', true],
    ['not asked for', false],
  ])('leaves nothing behind in others: %s', async (_name, pull) => {
    const disk = new MemoryDisk({ '/work/shop/main.tf': MAIN, '/work/shop/variables.tf': variables('nginx:latest') });
    const client = await start({ disk, ...(pull ? {} : { capabilities: unasked }) });
    await client.open(VARIABLES, 'terraform', variables('nginx:latest'));
    await client.open(`${ROOT}/main.tf`, 'terraform', MAIN);
    if (pull) void client.pull(`${ROOT}/main.tf`).catch(() => undefined);
    await client.close(`${ROOT}/main.tf`);
    await client.replace(VARIABLES, variables(PINNED));
    // Asked last, answered after what was under way.
    await lint(client, VARIABLES);
    await client.replace(VARIABLES, variables('nginx:latest'));
    const shown = async (): Promise<readonly unknown[]> => {
      if (pull) return client.diagnostics(VARIABLES);
      client.published.delete(VARIABLES);
      await client.replace(VARIABLES, variables('nginx:1.27'));
      await client.until(() => client.published.has(VARIABLES));
      return client.published.get(VARIABLES) ?? [];
    };
    expect(await shown()).toEqual([]);
  });
});

describe('a review', () => {
  const old = { uri: 'git:/variables.tf', text: variables(PINNED) };
  const now = { uri: `${ROOT}/variables.tf`, text: variables('nginx:latest') };
  const disk = new MemoryDisk({ '/work/shop/main.tf': MAIN, '/work/shop/variables.tf': now.text });

  it.each([[['variables.tf']], [['main.tf', 'variables.tf']]])(
    'shows what an unchanged or changed file finds in a changed one: %j',
    async (names) => {
      const client = await start({ disk });
      const { files } = await client.send(compareFiles, {
        pairs: names.map((name) => ({
          file: `${ROOT}/${name}`,
          base: name === 'main.tf' ? { uri: 'git:/main.tf', text: `\n${MAIN}` } : old,
          head: name === 'main.tf' ? { uri: `${ROOT}/main.tf`, text: MAIN } : now,
        })),
      });
      const compared = files.find(({ file }) => file.endsWith('variables.tf'));
      expect(compared?.new.map(({ rule, range }) => [rule, range.start.line])).toEqual([
        ['mutable-reference/image-latest', 2],
      ]);
      expect([compared?.touched, compared?.existing, compared?.fixed]).toEqual([[], [], []]);
    },
  );
});
