import { afterEach, describe, expect, it } from 'vitest';
import { checklistFacts, lintFiles, terraformBlocks } from '../../server/src/lsp/protocol';
import { LspClient, MemoryDisk } from '../support/lsp-client';

const clients: LspClient[] = [];

async function start(files: Readonly<Record<string, string>>): Promise<LspClient> {
  const client = await LspClient.start({ folders: ['file:///work/shop'], disk: new MemoryDisk(files) });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
});

describe('what delivery asks', () => {
  it('the blocks of a plan, in modules too', async () => {
    const client = await start({
      '/work/shop/infra/main.tf': 'module "web" {\n  source = "./web"\n}\n',
      '/work/shop/infra/web/main.tf': '\nresource "aws_instance" "app" {\n  count = 2\n}\n',
    });
    const { blocks } = await client.send(terraformBlocks, {
      directory: 'file:///work/shop/infra',
      addresses: ['module.web.aws_instance.app[1]', 'aws_instance.gone'],
    });
    expect(blocks).toEqual([
      {
        uri: 'file:///work/shop/infra/web/main.tf',
        range: { start: { line: 1, character: 0 }, end: { line: 1, character: 29 } },
      },
      null,
    ]);
  });

  it('sees a block as it is typed, before it is saved', async () => {
    const client = await start({ '/work/shop/main.tf': 'resource "a" "b" {}\n' });
    await client.open('file:///work/shop/main.tf', 'terraform', '\n\nresource "a" "b" {}\n');
    await client.diagnostics('file:///work/shop/main.tf');
    const { blocks } = await client.send(terraformBlocks, { directory: 'file:///work/shop', addresses: ['a.b'] });
    expect(blocks[0]?.range.start.line).toBe(2);
  });

  it('what files show for the checklist; what is ignored or none of ours shows nothing', async () => {
    const client = await start({
      '/work/shop/immutable.yaml': 'lint:\n  ignore: ["old/**"]\n',
      '/work/shop/Dockerfile': 'FROM scratch\n',
      '/work/shop/old/Dockerfile': 'FROM scratch\n',
      '/work/shop/readme.md': 'FROM scratch\n',
    });
    const uris = ['Dockerfile', 'old/Dockerfile', 'readme.md', 'gone.tf'].map((path) => `file:///work/shop/${path}`);
    const { files } = await client.send(checklistFacts, { uris });
    expect(files).toEqual([{ uri: uris[0], signs: [{ sign: 'container-image', line: 0, what: 'Dockerfile' }] }]);
  });

  it('teaches what all files say of each other before anything is linted', async () => {
    const files = {
      '/work/shop/web/Dockerfile': 'FROM node:22.1.0\nEXPOSE 80\nCMD ["node", "a.js"]\n',
      '/work/shop/compose.yaml':
        'services:\n  web:\n    build: web\n    image: acme/web:1\n    healthcheck: { test: [CMD, a] }\n',
    };
    const lint = async (client: LspClient): Promise<readonly string[]> => {
      const { files: found } = await client.send(lintFiles, { uris: ['file:///work/shop/web/Dockerfile'] });
      return found.flatMap(({ findings }) => findings.map(({ rule }) => rule));
    };
    const alone = await lint(await start(files));
    const client = await start(files);
    await client.send(checklistFacts, { uris: Object.keys(files).map((path) => `file://${path}`) });
    const together = await lint(client);
    expect(alone).toContain('health-check/dockerfile-healthcheck');
    // Whoever runs it looks after it.
    expect(together).not.toContain('health-check/dockerfile-healthcheck');
  });
});
