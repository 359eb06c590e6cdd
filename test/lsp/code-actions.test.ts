import { afterEach, describe, expect, it } from 'vitest';
import type { CodeAction, TextDocumentEdit } from 'vscode-languageserver-protocol';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { loadConfig } from '../../server/src/workspace/config-file';
import { parseBaseline } from '../../server/src/core/baseline';
import { LspClient, MemoryDisk, rangeOf, type ClientOptions } from '../support/lsp-client';

const URI = 'file:///work/shop/compute.tf';
const TERRAFORM = `resource "aws_launch_template" "app" {
  image_id = "ami-0123456789abcdef0"
}

resource "aws_autoscaling_group" "app" {
  min_size = 2
  max_size = 4

  launch_template {
    id      = aws_launch_template.app.id
    version = "$Latest"
  }

  instance_refresh {
    strategy = "Rolling"
  }
}

resource "aws_autoscaling_group" "worker" {
  min_size = 2
  max_size = 4

  launch_template {
    id      = aws_launch_template.app.id
    version = "$Latest"
  }

  instance_refresh {
    strategy = "Rolling"
  }
}
`;
const RULE = 'mutable-reference/launch-template-version';
const AT = rangeOf(TERRAFORM, '"$Latest"');
const clients: LspClient[] = [];

async function start(options: ClientOptions = {}): Promise<LspClient> {
  const client = await LspClient.start({ folders: ['file:///work/shop'], ...options });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
});

/** The text after an edit of the protocol. */
function applied(text: string, action: CodeAction | undefined, uri = URI): string {
  const changes = (action?.edit?.documentChanges ?? []) as TextDocumentEdit[];
  const own = changes.find((change) => 'textDocument' in change && change.textDocument.uri === uri);
  const edits = (own?.edits ?? action?.edit?.changes?.[uri] ?? []) as { range: never; newText: string }[];
  return TextDocument.applyEdits(TextDocument.create(uri, '', 0, text), edits);
}

function named(actions: readonly CodeAction[], title: RegExp): CodeAction {
  const found = actions.find((action) => title.test(action.title));
  if (!found) throw new Error(`no ${title.source} among ${actions.map((action) => action.title).join(' | ')}`);
  return found;
}

describe('code actions', () => {
  it('are announced with their kinds', async () => {
    const client = await start();
    expect(client.initialized?.capabilities.codeActionProvider).toEqual({
      codeActionKinds: ['quickfix', 'source.fixAll.immutable'],
      resolveProvider: true,
    });
  });

  it('fix a finding in the version that was linted', async () => {
    const client = await start();
    await client.open(URI, 'terraform', TERRAFORM);
    const [diagnostic] = (await client.diagnostics(URI)).filter(({ code }) => code === RULE);
    const fix = (await client.codeActions(URI, AT)).find((action) => action.isPreferred);
    expect(fix?.diagnostics).toEqual([diagnostic]);
    const [change] = (fix?.edit?.documentChanges ?? []) as TextDocumentEdit[];
    expect(change?.textDocument).toEqual({ uri: URI, version: 1 });
    const text = applied(TERRAFORM, fix);
    expect(text).toBe(TERRAFORM.replace('"$Latest"', 'aws_launch_template.app.latest_version'));
  });

  it('are none for other kinds, other places and texts that were not linted yet', async () => {
    const client = await start();
    await client.open(URI, 'terraform', TERRAFORM);
    expect(await client.codeActions(URI, AT)).toEqual([]);
    await client.diagnostics(URI);
    expect(await client.codeActions(URI, AT, { only: ['refactor'] })).toEqual([]);
    expect(await client.codeActions(URI, rangeOf(TERRAFORM, 'min_size = 2'))).toEqual([]);
    await client.replace(URI, `# moved\n${TERRAFORM}`);
    expect(await client.codeActions(URI, AT)).toEqual([]);
  });

  it('fix all of one rule', async () => {
    const client = await start();
    await client.open(URI, 'terraform', TERRAFORM);
    const found = await client.diagnostics(URI);
    const action = named(await client.codeActions(URI, AT), /^Fix all 2 `mutable-reference\/launch-template-version`/);
    // Asked for at every move of the cursor: what lies elsewhere is not sent each time.
    expect(action.diagnostics).toEqual(found.filter(({ code, range }) => code === RULE && range.start.line === 10));
    const all = await client.resolve(action);
    expect(applied(TERRAFORM, all)).toBe(TERRAFORM.replaceAll('"$Latest"', 'aws_launch_template.app.latest_version'));
  });

  it('fix all that is safe, when it is picked', async () => {
    const client = await start();
    await client.open(URI, 'terraform', TERRAFORM);
    await client.diagnostics(URI);
    const [action, ...others] = await client.codeActions(URI, AT, { only: ['source.fixAll'] });
    expect(others).toEqual([]);
    expect(action).toMatchObject({ kind: 'source.fixAll.immutable' });
    expect(action?.edit).toBeUndefined();
    const resolved = await client.resolve(action as CodeAction);
    expect(applied(TERRAFORM, resolved)).toBe(
      TERRAFORM.replaceAll('"$Latest"', 'aws_launch_template.app.latest_version'),
    );
    expect(await client.codeActions(URI, AT, { only: ['source.organizeImports'] })).toEqual([]);
  });

  it('refuse to resolve for an older text', async () => {
    const client = await start();
    await client.open(URI, 'terraform', TERRAFORM);
    await client.diagnostics(URI);
    const [action] = await client.codeActions(URI, AT, { only: ['source.fixAll.immutable'] });
    await client.replace(URI, `# moved\n${TERRAFORM}`);
    await expect(client.resolve(action as CodeAction)).rejects.toThrow('ask for the actions again');
  });

  it('suppress here and in the file, with a place for the reason', async () => {
    const client = await start({
      capabilities: (usual) => ({
        ...usual,
        workspace: {
          ...usual.workspace,
          workspaceEdit: { documentChanges: true, resourceOperations: ['create'], snippetEditSupport: true },
        },
      }),
    });
    await client.open(URI, 'terraform', TERRAFORM);
    await client.diagnostics(URI);
    const actions = await client.codeActions(URI, AT);
    const here = await client.resolve(named(actions, /^Ignore .* here$/));
    expect(here.edit?.documentChanges).toEqual([
      {
        textDocument: { uri: URI, version: 1 },
        edits: [
          {
            range: { start: { line: 10, character: 0 }, end: { line: 10, character: 0 } },
            snippet: { kind: 'snippet', value: `    # immutable: ignore[${RULE}] \${1:say why}\n` },
          },
        ],
      },
    ]);
    const inFile = await client.resolve(named(actions, /^Ignore .* in this file$/));
    expect(JSON.stringify(inFile.edit)).toContain(`# immutable: ignore-file[${RULE}]`);
  });

  it('write the reason as text where the client has no placeholders', async () => {
    const client = await start();
    await client.open(URI, 'terraform', TERRAFORM);
    await client.diagnostics(URI);
    const here = await client.resolve(named(await client.codeActions(URI, AT), /^Ignore .* here$/));
    const text = applied(TERRAFORM, here);
    expect(text).toContain(`    # immutable: ignore[${RULE}] say why\n    version = "$Latest"`);
    await client.replace(URI, text);
    expect((await client.rules(URI)).filter((rule) => rule === RULE)).toHaveLength(1);
  });

  it('turn a rule off in a new configuration, and in the nearest one', async () => {
    const disk = new MemoryDisk();
    const client = await start({ disk });
    await client.open(URI, 'terraform', TERRAFORM);
    await client.diagnostics(URI);
    const created = await client.resolve(named(await client.codeActions(URI, AT), /^Turn off/));
    const config = 'file:///work/shop/immutable.yaml';
    expect(created.edit?.documentChanges?.[0]).toMatchObject({ kind: 'create', uri: config });
    const first = applied('', created, config);
    disk.texts.set('/work/shop/immutable.yaml', '# ours\nlint:\n  extends: strict\n');
    await client.watched({ uri: config, type: 1 });
    await client.diagnostics(URI);
    const changed = await client.resolve(named(await client.codeActions(URI, AT), /^Turn off/));
    const second = applied('# ours\nlint:\n  extends: strict\n', changed, config);
    expect(second).toMatch(/^# ours\n/);
    for (const text of [first, second]) {
      expect(loadConfig([{ path: 'immutable.yaml', text }], []).settings.rule(RULE, 'a.tf').severity).toBe('off');
    }
  });

  it('add a finding to the baseline, and it is gone', async () => {
    const disk = new MemoryDisk();
    const client = await start({ disk });
    const baseline = 'file:///work/shop/.immutable-baseline.json';
    await client.open(URI, 'terraform', TERRAFORM);
    await client.diagnostics(URI);
    const created = await client.resolve(named(await client.codeActions(URI, AT), /baseline/));
    const text = applied('', created, baseline);
    expect(parseBaseline(text).baseline.entries).toEqual([
      { path: 'compute.tf', rule: RULE, fingerprint: expect.any(String) as string, count: 1 },
    ]);
    disk.texts.set('/work/shop/.immutable-baseline.json', text);
    await client.watched({ uri: baseline, type: 1 });
    await client.until(() => client.refreshes > 0);
    expect((await client.rules(URI)).filter((rule) => rule === RULE)).toHaveLength(1);
  });

  it.each([
    ['merge conflict', '{\n  "version": 1,\n  "entries": [\n<<<<<<< HEAD\n=======\n>>>>>>> x\n  ]\n}\n'],
    ['newer version', '{\n  "version": 2,\n  "entries": []\n}\n'],
    ['file that is too large', undefined],
  ])('write over no baseline that cannot be read: %s', async (_name, text) => {
    const path = '/work/shop/.immutable-baseline.json';
    const disk = new MemoryDisk({ [path]: text ?? '' });
    if (text === undefined) disk.read = (file) => (file === path ? undefined : disk.texts.get(file));
    const client = await start({ disk, options: { status: true } });
    await client.open(URI, 'terraform', TERRAFORM);
    await client.diagnostics(URI);
    const actions = await client.codeActions(URI, AT);
    const asked = actions.find(({ data }) => data !== undefined);
    expect(actions.map(({ title }) => title).filter((title) => title.includes('baseline'))).toEqual([]);
    await client.until(() => client.statuses.has(URI));
    expect(client.statuses.get(URI)?.problem).toMatch(/^\.immutable-baseline\.json cannot be read/);
    const data = asked?.data as object;
    const forced = await client.resolve({ title: '', data: { ...data, type: 'baseline' } });
    expect(forced.edit).toBeUndefined();
  });

  it('come with their edits for a client that does not ask for them later', async () => {
    const client = await start({
      capabilities: (usual) => ({
        ...usual,
        textDocument: {
          ...usual.textDocument,
          codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } },
        },
        workspace: { ...usual.workspace, workspaceEdit: {} },
      }),
    });
    await client.open(URI, 'terraform', TERRAFORM);
    await client.diagnostics(URI);
    const actions = await client.codeActions(URI, AT);
    expect(actions.every(({ edit }) => edit?.changes !== undefined)).toBe(true);
    expect(applied(TERRAFORM, named(actions, /here$/))).toContain('# immutable: ignore[');
    expect(actions.some(({ title }) => title.startsWith('Turn off'))).toBe(false);
  });

  it('explain only where the client has the command', async () => {
    const plain = await start();
    await plain.open(URI, 'terraform', TERRAFORM);
    await plain.diagnostics(URI);
    expect((await plain.codeActions(URI, AT)).some(({ command }) => command)).toBe(false);
    const rich = await start({ options: { commands: true } });
    await rich.open(URI, 'terraform', TERRAFORM);
    await rich.diagnostics(URI);
    expect(named(await rich.codeActions(URI, AT), /^Explain/).command).toMatchObject({
      command: 'immutableInfra.explainRule',
      arguments: [RULE],
    });
  });
});
