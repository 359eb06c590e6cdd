import { afterEach, describe, expect, it } from 'vitest';
import type { TextDocumentEdit } from 'vscode-languageserver-protocol';
import { trustGranted } from '../../server/src/lsp/protocol';
import { LspClient, MemoryDisk, rangeOf, type ClientOptions } from '../support/lsp-client';

const ROOT = 'file:///work/shop';
const LATEST = 'mutable-reference/image-latest';
const VERSION = 'mutable-reference/launch-template-version';
const MAIN = `resource "aws_launch_template" "app" {
}

resource "aws_autoscaling_group" "app" {
  min_size = 2

  launch_template {
    id      = aws_launch_template.app.id
    version = var.lt_version
  }

  instance_refresh {
    strategy = "Rolling"
  }
}
`;
const VARIABLES = 'variable "lt_version" {\n  default = "$Latest"\n}\n';
const clients: LspClient[] = [];

async function start(options: ClientOptions = {}): Promise<LspClient> {
  const client = await LspClient.start({ folders: [ROOT], ...options });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
});

describe('a module', () => {
  it('shows a finding of a file that is not open where it is used, with the place it is written at', async () => {
    const disk = new MemoryDisk({ '/work/shop/main.tf': MAIN, '/work/shop/variables.tf': VARIABLES });
    const client = await start({ disk });
    await client.open(`${ROOT}/main.tf`, 'terraform', MAIN);
    const found = (await client.diagnostics(`${ROOT}/main.tf`)).find(({ code }) => code === VERSION);
    expect(found?.range.start.line).toBeGreaterThan(2);
    expect(found?.relatedInformation?.[0]).toEqual({
      location: { uri: `${ROOT}/variables.tf`, range: rangeOf(VARIABLES, '"$Latest"') },
      message: 'It is written here.',
    });
  });

  it('shows it in its own document when that is open, and takes it away when that is closed', async () => {
    const disk = new MemoryDisk({ '/work/shop/main.tf': MAIN, '/work/shop/variables.tf': VARIABLES });
    const client = await start({ disk });
    const [main, variables] = [`${ROOT}/main.tf`, `${ROOT}/variables.tf`];
    await client.open(main, 'terraform', MAIN);
    expect(await client.rules(main)).toContain(VERSION);
    await client.open(variables, 'terraform', VARIABLES);
    expect(await client.rules(variables)).not.toContain(VERSION);
    await client.until(() => client.refreshes > 0);
    expect(await client.rules(main)).not.toContain(VERSION);
    const [shown] = await client.diagnostics(variables);
    expect(shown).toMatchObject({ code: VERSION, range: rangeOf(VARIABLES, '"$Latest"') });
    const before = client.refreshes;
    await client.close(variables);
    await client.until(() => client.refreshes > before);
    expect(await client.rules(main)).toContain(VERSION);
  });

  it('is fixed in the file that has to change, in the version that was linted', async () => {
    const disk = new MemoryDisk({ '/work/shop/main.tf': MAIN, '/work/shop/variables.tf': VARIABLES });
    const client = await start({ disk });
    const [main, variables] = [`${ROOT}/main.tf`, `${ROOT}/variables.tf`];
    const edited = async (uri: string, line: number): Promise<unknown> => {
      const at = { line, character: 12 };
      const fix = (await client.codeActions(uri, { start: at, end: at })).find(({ title }) =>
        title.startsWith('Replace'),
      );
      return (fix?.edit?.documentChanges?.[0] as TextDocumentEdit | undefined)?.textDocument;
    };
    await client.open(main, 'terraform', MAIN);
    const shown = (await client.diagnostics(main)).find(({ code }) => code === VERSION);
    expect(await edited(main, shown?.range.start.line ?? 0)).toEqual({ uri: main, version: 1 });
    await client.open(variables, 'terraform', VARIABLES);
    await client.until(() => client.refreshes > 0);
    await client.diagnostics(main);
    await client.diagnostics(variables);
    expect(await edited(variables, 1)).toEqual({ uri: main, version: 1 });
    await client.replace(variables, `\n${VARIABLES}`);
    await client.diagnostics(variables);
    expect(await edited(variables, 2)).toBeUndefined();
  });

  it('reaches a client without pull, unasked', async () => {
    const disk = new MemoryDisk({ '/work/shop/main.tf': MAIN, '/work/shop/variables.tf': VARIABLES });
    const client = await start({
      disk,
      capabilities: (usual) => ({ ...usual, textDocument: { ...usual.textDocument, diagnostic: undefined } as never }),
    });
    const main = `${ROOT}/main.tf`;
    const has = (): boolean => client.published.get(main)?.some(({ code }) => code === VERSION) === true;
    await client.open(main, 'terraform', MAIN);
    await client.until(has);
    disk.texts.set('/work/shop/variables.tf', VARIABLES.replace('$Latest', '7'));
    await client.watched({ uri: `${ROOT}/variables.tf`, type: 2 });
    await client.until(() => !has());
  });

  it('is looked at again when a sibling changes, open or on the disk', async () => {
    const disk = new MemoryDisk({ '/work/shop/main.tf': MAIN, '/work/shop/variables.tf': VARIABLES });
    const client = await start({ disk });
    const main = `${ROOT}/main.tf`;
    await client.open(main, 'terraform', MAIN);
    const first = await client.pull(main);
    disk.texts.set('/work/shop/variables.tf', VARIABLES.replace('$Latest', '7'));
    await client.watched({ uri: `${ROOT}/variables.tf`, type: 2 });
    await client.until(() => client.refreshes === 1);
    expect((await client.pull(main, first.resultId)).kind).toBe('full');
    expect(await client.rules(main)).not.toContain(VERSION);
    await client.open(`${ROOT}/variables.tf`, 'terraform', VARIABLES.replace('$Latest', '7'));
    await client.diagnostics(`${ROOT}/variables.tf`);
    await client.replace(`${ROOT}/variables.tf`, VARIABLES);
    await client.until(() => client.refreshes === 2);
    expect(await client.rules(`${ROOT}/variables.tf`)).toContain(VERSION);
  });

  it('does not ask for a refresh when nothing that is shown changed', async () => {
    const disk = new MemoryDisk({ '/work/shop/main.tf': MAIN });
    const client = await start({ disk });
    await client.open(`${ROOT}/main.tf`, 'terraform', MAIN);
    await client.open(`${ROOT}/other.tf`, 'terraform', '');
    await client.diagnostics(`${ROOT}/main.tf`);
    await client.diagnostics(`${ROOT}/other.tf`);
    await client.replace(`${ROOT}/other.tf`, 'locals {\n  a = 1\n}\n');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(client.refreshes).toBe(0);
  });
});

describe('several folders', () => {
  it('have their own paths, configurations and settings', async () => {
    const disk = new MemoryDisk({
      '/work/shop/immutable.yaml': `lint:\n  rules:\n    ${LATEST}: off\n`,
      '/work/shop/inner/immutable.yaml': `lint:\n  rules:\n    ${LATEST}: info\n`,
    });
    const client = await start({
      disk,
      folders: [ROOT, `${ROOT}/inner`, 'file:///work/blog'],
      settings: (uri) => (uri.startsWith('file:///work/blog') ? { rules: { [LATEST]: 'hint' } } : {}),
    });
    const severities = [];
    for (const folder of [ROOT, `${ROOT}/inner`, 'file:///work/blog']) {
      const uri = `${folder}/Dockerfile`;
      await client.open(uri, 'dockerfile', 'FROM node:latest\n');
      const found = (await client.diagnostics(uri)).find(({ code }) => code === LATEST);
      severities.push(found?.severity);
    }
    expect(severities).toEqual([undefined, 3, 4]);
  });

  it('come and go', async () => {
    const disk = new MemoryDisk({ '/work/blog/immutable.yaml': `lint:\n  rules:\n    ${LATEST}: off\n` });
    const client = await start({ disk });
    const uri = 'file:///work/blog/Dockerfile';
    await client.open(uri, 'dockerfile', 'FROM node:latest\n');
    expect(await client.rules(uri)).toContain(LATEST);
    await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added: [{ uri: 'file:///work/blog', name: 'blog' }], removed: [] },
    });
    await client.until(() => client.refreshes > 0);
    expect(await client.rules(uri)).not.toContain(LATEST);
  });
});

describe('settings', () => {
  it('are asked for each resource once, and again when they change', async () => {
    const client = await start();
    const uri = `${ROOT}/Dockerfile`;
    await client.open(uri, 'dockerfile', 'FROM node:latest\n');
    expect(await client.rules(uri)).toContain(LATEST);
    await client.diagnostics(uri);
    expect(client.asked).toEqual([uri]);
    await client.changeSettings(() => ({ rules: { [LATEST]: 'off' } }));
    await client.until(() => client.refreshes > 0);
    expect(await client.rules(uri)).not.toContain(LATEST);
    expect(client.asked).toEqual([uri, uri]);
  });

  it('are pushed by a client that cannot be asked', async () => {
    const client = await start({
      capabilities: (usual) => ({ ...usual, workspace: { ...usual.workspace, configuration: false } }),
    });
    const uri = `${ROOT}/Dockerfile`;
    await client.open(uri, 'dockerfile', 'FROM node:latest\n');
    await client.connection.sendNotification('workspace/didChangeConfiguration', {
      settings: { immutableInfra: { enable: false } },
    });
    expect(await client.rules(uri)).toEqual([]);
  });

  it('of the wrong type give way to the defaults, with one line in the log for each', async () => {
    const client = await start({
      settings: () => ({
        enable: 'yes',
        run: 7,
        rules: { [LATEST]: 'loud' },
        exclude: 'dist',
        review: [],
        digests: null,
      }),
    });
    for (const name of ['a', 'b']) {
      const uri = `${ROOT}/${name}.Dockerfile`;
      await client.open(uri, 'dockerfile', 'FROM node:latest\n');
      expect(await client.rules(uri)).toContain(LATEST);
    }
    expect([...client.logs].sort()).toEqual([
      'Setting `immutableInfra.enable` must be true or false, not "yes": the default is used.',
      'Setting `immutableInfra.exclude` must be a list of texts, not "dist": the default is used.',
      'Setting `immutableInfra.review` must be an object, not []: the default is used.',
      `Setting \`immutableInfra.rules["${LATEST}"]\` must be one of error, warning, info, hint, off, not "loud": the default is used.`,
      'Setting `immutableInfra.run` must be one of onType, onSave, not 7: the default is used.',
    ]);
  });

  it('can make a document wait until it is saved', async () => {
    const client = await start({ settings: () => ({ run: 'onSave' }) });
    const uri = `${ROOT}/Dockerfile`;
    await client.open(uri, 'dockerfile', 'FROM node:latest\n');
    const first = await client.pull(uri);
    await client.replace(uri, 'FROM node:22.11.0\n');
    expect(await client.pull(uri, first.resultId)).toEqual({ kind: 'unchanged', resultId: first.resultId });
    await client.save(uri);
    await client.until(() => client.refreshes > 0);
    expect(await client.rules(uri)).not.toContain(LATEST);
  });

  it('exclude paths', async () => {
    const client = await start({ settings: () => ({ exclude: ['vendor/**'] }) });
    await client.open(`${ROOT}/vendor/Dockerfile`, 'dockerfile', 'FROM node:latest\n');
    expect(await client.diagnostics(`${ROOT}/vendor/Dockerfile`)).toEqual([]);
  });
});

describe('immutable.yaml', () => {
  const CONFIG = `${ROOT}/immutable.yaml`;
  const WRONG = 'lint:\n  rules:\n    mutable-reference/image-lates: off\n  ignore: 7\n';

  it('is checked: told unasked while it is closed, and when asked while it is open', async () => {
    const disk = new MemoryDisk({ '/work/shop/immutable.yaml': WRONG });
    const client = await start({ disk });
    await client.open(`${ROOT}/Dockerfile`, 'dockerfile', 'FROM node:latest\n');
    await client.diagnostics(`${ROOT}/Dockerfile`);
    await client.until(() => client.published.get(CONFIG)?.length === 2);
    expect(client.published.get(CONFIG)?.[0]).toMatchObject({
      code: 'configuration',
      source: 'immutable',
      severity: 2,
      range: rangeOf(WRONG, 'mutable-reference/image-lates'),
    });
    await client.open(CONFIG, 'yaml', WRONG);
    await client.until(() => client.published.get(CONFIG)?.length === 0);
    expect((await client.diagnostics(CONFIG)).map(({ message }) => message)).toEqual([
      'There is no rule `mutable-reference/image-lates`. Did you mean `mutable-reference/image-latest`?',
      '`ignore` must be a list, not `7`.',
    ]);
  });

  it('holds as it is written in the editor, before it is saved', async () => {
    const client = await start({ disk: new MemoryDisk({ '/work/shop/immutable.yaml': '' }) });
    const uri = `${ROOT}/Dockerfile`;
    await client.open(uri, 'dockerfile', 'FROM node:latest\n');
    await client.open(CONFIG, 'yaml', '');
    expect(await client.rules(uri)).toContain(LATEST);
    await client.replace(CONFIG, `lint:\n  rules:\n    ${LATEST}: off\n`);
    await client.until(() => client.refreshes > 0);
    expect(await client.rules(uri)).not.toContain(LATEST);
  });

  it('brings custom rules only to a trusted workspace, and what is wrong in their files is told', async () => {
    const policy =
      'rules:\n  - id: custom/no-node\n    message: No node here.\n    match:\n      image:\n        repository: docker.io/library/node\n';
    const disk = new MemoryDisk({
      '/work/shop/immutable.yaml': 'lint:\n  customRules: [policies]\n',
      '/work/shop/policies/node.yaml': policy,
      '/work/shop/policies/broken.yaml': 'rules: 7\n',
    });
    const client = await start({ disk, options: { trusted: false } });
    const uri = `${ROOT}/Dockerfile`;
    await client.open(uri, 'dockerfile', 'FROM node:22.11.0\n');
    expect(await client.rules(uri)).not.toContain('custom/no-node');
    await client.until(() => (client.published.get(`${ROOT}/policies/broken.yaml`)?.length ?? 0) > 0);
    await client.connection.sendNotification(trustGranted.method, {});
    await client.diagnostics(uri);
    const problems = client.published.get(`${ROOT}/policies/node.yaml`) ?? [];
    expect(problems).toEqual([]);
    expect(await client.rules(uri)).toContain('custom/no-node');
  });
});

describe('files that only the client can read', () => {
  it('are asked for, and then the module and the configuration are known', async () => {
    const root = 'vscode-vfs://github/acme/shop';
    const remote = {
      [`${root}/main.tf`]: MAIN,
      [`${root}/variables.tf`]: VARIABLES,
      [`${root}/immutable.yaml`]: `lint:\n  rules:\n    ${VERSION}: info\n`,
    };
    const client = await start({ folders: [root], remote, options: { fileSystem: true } });
    await client.open(`${root}/main.tf`, 'terraform', MAIN);
    const found = (await client.diagnostics(`${root}/main.tf`)).find(({ code }) => code === VERSION);
    expect(found).toMatchObject({ severity: 3 });
    expect(found?.relatedInformation?.[0]?.location.uri).toBe(`${root}/variables.tf`);
  });

  it('are absent for a client that does not read them', async () => {
    const root = 'vscode-vfs://github/acme/shop';
    const client = await start({ folders: [root], remote: { [`${root}/variables.tf`]: VARIABLES } });
    await client.open(`${root}/main.tf`, 'terraform', MAIN);
    expect(await client.rules(`${root}/main.tf`)).not.toContain(VERSION);
  });
});
