import { afterEach, describe, expect, it } from 'vitest';
import type { Diagnostic } from 'vscode-languageserver-protocol';
import { compareFiles, lintFiles, reviewSuggestion, type RoleOfDocument } from '../../server/src/lsp/protocol';
import { LspClient, MemoryDisk, rangeOf, type ClientOptions } from '../support/lsp-client';

const FILE = 'file:///work/shop/Dockerfile';
const BASE = 'git:/work/shop/Dockerfile?%7B%22ref%22%3A%22HEAD%22%7D';
const HEAD = 'review:/shop/Dockerfile?ref=2';
const clients: LspClient[] = [];

async function start(options: ClientOptions = {}): Promise<LspClient> {
  const client = await LspClient.start({
    folders: ['file:///work/shop'],
    options: { roles: true, status: true },
    ...options,
  });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
});

const OLD = 'FROM node:latest\nUSER app\nHEALTHCHECK CMD true\nCMD ["node", "a.js"]\n';
const NEW = 'FROM node:latest\nUSER app\nCMD ["node", "b.js"]\nCOPY --from=nginx:latest /a /b\n';

/** The finding about the first image of the file. */
async function image(client: LspClient): Promise<Diagnostic | undefined> {
  return (await client.diagnostics(FILE)).find(({ code }) => code === 'mutable-reference/image-latest');
}

async function openBoth(client: LspClient, head = FILE): Promise<void> {
  await client.open(BASE, 'dockerfile', OLD);
  await client.open(head, 'dockerfile', NEW);
  await client.roles(
    { uri: BASE, role: 'base', file: FILE },
    { uri: head, role: head === FILE ? 'work' : 'head', base: BASE, file: FILE },
  );
}

describe('a comparison', () => {
  it('shows nothing on the old side, and what is new at full strength', async () => {
    const client = await start();
    await openBoth(client);
    expect(await client.diagnostics(BASE)).toEqual([]);
    const found = await client.diagnostics(FILE);
    const classes = found.map(({ code, severity, data }) => [code, severity, (data as { review?: string }).review]);
    expect(classes).toContainEqual(['mutable-reference/image-latest', 4, 'existing']);
    expect(classes).toContainEqual(['mutable-reference/image-latest', 1, 'new']);
    await client.until(() => client.statuses.get(BASE)?.role === 'base');
  });

  it('shows what the settings ask for', async () => {
    const client = await start({ settings: () => ({ review: { show: 'all' } }) });
    await openBoth(client);
    expect(await image(client)).toMatchObject({ severity: 1, data: { review: 'existing' } });
  });

  it('follows the old side, and forgets it when the comparison ends', async () => {
    const client = await start();
    await openBoth(client);
    expect(await image(client)).toMatchObject({ data: { review: 'existing' } });
    await client.replace(BASE, OLD.replace('node:latest', 'node:20'));
    expect(await image(client)).toMatchObject({ data: { review: 'new' } });
    await client.roles({ uri: FILE, role: 'work' });
    const first = await image(client);
    expect(first?.data).not.toHaveProperty('review');
    expect(first?.severity).toBe(1);
  });

  it('gives no edits on a side that is not the file, but a suggestion to copy', async () => {
    const client = await start();
    await openBoth(client, HEAD);
    const text = NEW;
    const found = await client.diagnostics(HEAD);
    expect(found.length).toBeGreaterThan(0);
    const actions = await client.codeActions(HEAD, rangeOf(text, 'CMD ["node", "b.js"]'));
    expect(actions.every(({ edit, data }) => edit === undefined && data === undefined)).toBe(true);
    expect(await client.codeActions(HEAD, rangeOf(text, 'CMD'), { only: ['source.fixAll'] })).toEqual([]);
  });

  it('drops the copy that an editor keeps for its change bars', async () => {
    const client = await start({ options: {} });
    const uri = 'git:/work/shop/Dockerfile.git?x';
    await client.open(uri, 'dockerfile', OLD);
    expect(await client.diagnostics(uri)).toEqual([]);
  });

  it('knows the sides of a provider by its query', async () => {
    const client = await start({ options: {} });
    await client.open('pr:/shop/Dockerfile?{"isBase":true}', 'dockerfile', OLD);
    expect(await client.diagnostics('pr:/shop/Dockerfile?{"isBase":true}')).toEqual([]);
    await client.open('pr:/shop/Dockerfile?{"isBase":false}', 'dockerfile', OLD);
    expect((await client.diagnostics('pr:/shop/Dockerfile?{"isBase":false}')).length).toBeGreaterThan(0);
  });
});

describe('a comparison of a file of a module', () => {
  const [MAIN, VARIABLES] = ['file:///work/shop/main.tf', 'file:///work/shop/variables.tf'];
  const [OLD_MAIN, OLD_VARIABLES] = ['git:/main.tf', 'git:/variables.tf'];
  const RULE = 'mutable-reference/launch-template-version';
  const group = (version: string): string =>
    `resource "aws_autoscaling_group" "app" {\n  launch_template {\n    id      = "lt-1"\n    version = ${version}\n  }\n}\n`;
  const variable = (value: string, comment = ''): string =>
    `variable "lt_version" {\n  default = "${value}"${comment}\n}\n`;

  /** The class of the finding in the document, after the others were looked at. */
  async function classIn(client: LspClient, uri: string): Promise<unknown> {
    for (const one of [MAIN, VARIABLES, uri]) await client.diagnostics(one);
    const found = (await client.diagnostics(uri)).find(({ code }) => code === RULE);
    return found && (found.data as { review?: string }).review;
  }

  async function compared(texts: {
    readonly main: readonly [string, string];
    readonly variables: readonly [string, string];
    readonly areVariablesOpen?: boolean;
    readonly comparesMain?: boolean;
    readonly comparesVariables?: boolean;
  }): Promise<LspClient> {
    const [main, variables] = [texts.main[1], texts.variables[1]];
    const client = await start({
      disk: new MemoryDisk({ '/work/shop/main.tf': main, '/work/shop/variables.tf': variables }),
    });
    const sides = [
      { old: OLD_MAIN, uri: MAIN, texts: texts.main, isOpen: true, isCompared: texts.comparesMain },
      {
        ...{ old: OLD_VARIABLES, uri: VARIABLES, texts: texts.variables },
        ...{ isOpen: texts.areVariablesOpen, isCompared: texts.comparesVariables },
      },
    ];
    for (const side of sides) {
      if (side.isOpen !== false) await client.open(side.uri, 'terraform', side.texts[1]);
      if (side.isCompared === true) await client.open(side.old, 'terraform', side.texts[0]);
    }
    await client.roles(
      ...sides.flatMap<RoleOfDocument>(({ old, uri, isCompared }) =>
        isCompared === true
          ? [
              { uri: old, role: 'base', file: uri },
              { uri, role: 'work', base: old, file: uri },
            ]
          : [{ uri, role: 'work' }],
      ),
    );
    return client;
  }

  it.each([
    ['new', 'a default that became mutable', variable('7'), variable('$Latest')],
    ['touched', 'a line that was changed beside it', variable('$Latest'), variable('$Latest', ' # Always.')],
    ['existing', 'another line that was changed', variable('$Latest'), `# Of the shop.\n${variable('$Latest')}`],
  ])('tells %s of what the lint of another document finds in it: %s', async (review, _what, before, after) => {
    const main = group('var.lt_version');
    const client = await compared({ main: [main, main], variables: [before, after], comparesVariables: true });
    expect(await classIn(client, VARIABLES)).toBe(review);
  });

  it('takes what another compared document newly points to for new, and knows it when that comparison ends', async () => {
    const variables = variable('$Latest');
    const client = await compared({
      ...{ main: [group('"7"'), group('var.lt_version')], variables: [variables, `# Of the shop.\n${variables}`] },
      ...{ comparesMain: true, comparesVariables: true },
    });
    expect(await classIn(client, VARIABLES)).toBe('new');
    // What was opened has rested then, and what main.tf itself shows stays the same.
    await new Promise((resolve) => setTimeout(resolve, 400));
    const before = client.refreshes;
    await client.replace(OLD_MAIN, group('var.lt_version'));
    await client.until(() => client.refreshes > before);
    expect(await classIn(client, VARIABLES)).toBe('existing');
    await client.replace(OLD_MAIN, group('"7"'));
    expect(await classIn(client, VARIABLES)).toBe('new');
    await client.roles(
      { uri: OLD_VARIABLES, role: 'base', file: VARIABLES },
      { uri: VARIABLES, role: 'work', base: OLD_VARIABLES, file: VARIABLES },
    );
    expect(await classIn(client, VARIABLES)).toBe('existing');
  });

  it.each([
    ['new', group('"7"'), group('var.lt_version')],
    ['touched', group('var.lt_version'), group('var.lt_version').replace('{', '{ # Of the shop.')],
    ['existing', group('var.lt_version'), `# Of the shop.\n${group('var.lt_version')}`],
  ])(
    'tells %s of what lies in a file that is not open, by the place where it is shown',
    async (review, before, after) => {
      const variables = variable('$Latest');
      const client = await compared({
        ...{ main: [before, after], variables: [variables, variables] },
        ...{ comparesMain: true, areVariablesOpen: false },
      });
      expect(await classIn(client, MAIN)).toBe(review);
    },
  );
});

describe('comparing files that are not open', () => {
  it('tells new, touched, existing and fixed', async () => {
    const client = await start();
    const { files } = await client.send(compareFiles, {
      pairs: [
        {
          file: FILE,
          base: { uri: BASE, text: 'FROM node:latest\nFROM nginx:latest AS web\nUSER app\nHEALTHCHECK CMD true\n' },
          head: {
            uri: FILE,
            text: 'FROM node:latest\nFROM nginx:1.27.2 AS web\nCOPY --from=redis:latest /a /b\nUSER app\nHEALTHCHECK CMD true\n',
          },
        },
        { file: 'file:///work/shop/gone.Dockerfile', base: { uri: 'git:/x', text: 'FROM node:latest\n' }, head: null },
      ],
    });
    const latest = (list: readonly { rule: string; range: { start: { line: number } } }[] = []): number[] =>
      list.filter(({ rule }) => rule === 'mutable-reference/image-latest').map(({ range }) => range.start.line);
    expect(latest(files[0]?.new)).toEqual([2]);
    expect(latest([...(files[0]?.touched ?? []), ...(files[0]?.existing ?? [])])).toEqual([0]);
    expect(latest(files[0]?.fixed)).toEqual([1]);
    expect(latest(files[1]?.fixed)).toEqual([0]);
    expect(files[1]?.new).toEqual([]);
  });

  it('gives neighbours of the old side their old texts', async () => {
    const main = (version: string): string =>
      `resource "aws_instance" "web" {\n  ami           = ${version}\n  instance_type = "t3.micro"\n}\n`;
    const disk = new MemoryDisk({
      '/work/shop/main.tf': main('var.ami'),
      '/work/shop/variables.tf': 'variable "ami" {}\n',
    });
    const client = await start({ disk });
    const { files } = await client.send(compareFiles, {
      pairs: ['main.tf', 'variables.tf'].map((name) => ({
        file: `file:///work/shop/${name}`,
        base: { uri: `git:/${name}`, text: disk.texts.get(`/work/shop/${name}`) ?? '' },
        head: { uri: `file:///work/shop/${name}`, text: disk.texts.get(`/work/shop/${name}`) ?? '' },
      })),
    });
    expect(files.map((file) => [file.new, file.touched, file.fixed])).toEqual([
      [[], [], []],
      [[], [], []],
    ]);
  });
});

describe('a review suggestion', () => {
  it('is the new text of whole lines', async () => {
    const client = await start();
    const uri = 'file:///work/shop/asg.tf';
    const text =
      'resource "aws_launch_template" "app" {\n}\n\nresource "aws_autoscaling_group" "app" {\n  min_size = 2\n  launch_template {\n    id      = aws_launch_template.app.id\n    version = "$Latest" # newest\n  }\n  instance_refresh {\n    strategy = "Rolling"\n  }\n}\n';
    await client.open(uri, 'terraform', text);
    const found = (await client.diagnostics(uri)).find(
      ({ code }) => code === 'mutable-reference/launch-template-version',
    );
    const { fingerprint } = found?.data as { fingerprint: string };
    expect(await client.send(reviewSuggestion, { uri, fingerprint })).toEqual({
      startLine: 7,
      endLine: 7,
      text: '    version = aws_launch_template.app.latest_version # newest',
    });
    expect(await client.send(reviewSuggestion, { uri, fingerprint: 'none' })).toBeNull();
  });
});

describe('linting files that need not be open', () => {
  it('answers in the order given, with the text of open documents', async () => {
    const disk = new MemoryDisk({ '/work/shop/a.Dockerfile': 'FROM node:latest\n', '/work/shop/notes.txt': 'hello' });
    const client = await start({ disk });
    await client.open(FILE, 'dockerfile', 'FROM nginx:latest\n');
    const uris = ['notes.txt', 'Dockerfile', 'none.tf', 'a.Dockerfile'].map((name) => `file:///work/shop/${name}`);
    const { files } = await client.send(lintFiles, { uris });
    expect(files.map(({ uri }) => uri)).toEqual(uris);
    expect(files.map(({ kind }) => kind)).toEqual([null, 'dockerfile', null, 'dockerfile']);
    expect(files[1]?.findings[0]).toMatchObject({ rule: 'mutable-reference/image-latest', severity: 'error' });
    expect(files[3]?.findings[0]?.range).toEqual(rangeOf('FROM node:latest', 'node:latest'));
  });

  it('knows what the files tell of each other, and open documents know it then too', async () => {
    const disk = new MemoryDisk({
      '/work/shop/skaffold.yaml':
        'apiVersion: skaffold/v4beta1\nkind: Config\nbuild:\n  artifacts:\n    - image: shop-api\n',
    });
    const client = await start({ disk });
    const uri = 'file:///work/shop/api.yaml';
    const text =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers:\n        - name: api\n          image: shop-api\n';
    await client.open(uri, 'yaml', text);
    expect(await client.rules(uri)).toContain('mutable-reference/image-latest');
    const { files } = await client.send(lintFiles, { uris: ['file:///work/shop/skaffold.yaml', uri] });
    expect(files[1]?.findings.map(({ rule }) => rule)).not.toContain('mutable-reference/image-latest');
    await client.until(() => client.refreshes > 0);
    expect(await client.rules(uri)).not.toContain('mutable-reference/image-latest');
  });
});
