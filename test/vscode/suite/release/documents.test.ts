import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { formatPlanPath } from '../../../../client/src/release/plan-document/plan-path';
import { closeAll, folder, openFile, set, until } from '../editor';
import { planOf, RunOnDisk, writeReleases } from './runs-on-disk';
import { answering, execute, releaseModule, root, shows } from './shop';

const HASH = `sha256:${'c'.repeat(64)}`;
const RUN = '01K0000000000000000000000D';

async function lenses(uri: vscode.Uri): Promise<vscode.Command[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 50);
  return found.flatMap(({ command }) => command ?? []);
}

function titles(commands: readonly vscode.Command[]): string[] {
  return commands.map(({ title }) => title.replace(/^\$\([a-z-]+\) /, ''));
}

async function run(commands: readonly vscode.Command[], title: string): Promise<void> {
  const command = commands.find((one) => one.title.endsWith(title));
  assert.ok(command, `no lens ${title} in ${titles(commands).join(', ')}`);
  await vscode.commands.executeCommand(command.command, ...((command.arguments ?? []) as unknown[]));
}

/** The document of a plan, shown. */
async function openPlan(hash: string): Promise<vscode.TextDocument> {
  const path = formatPlanPath({ environment: 'local', hash, side: 'plan' });
  const uri = vscode.Uri.from({ scheme: 'immutable-plan', path });
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return document;
}

describe('documents of delivery', () => {
  let ended: RunOnDisk[] = [];
  const start = (id: string): RunOnDisk => {
    const started = new RunOnDisk(id);
    ended.push(started);
    return started;
  };
  afterEach(closeAll);
  afterEach(() => {
    for (const { directory } of ended) rmSync(directory, { recursive: true, force: true });
    ended = [];
  });

  it('shows a plan, the worst first, that nobody can change', async () => {
    const waiting = start(RUN);
    waiting.plan(planOf(HASH), []);
    const document = await openPlan(HASH);
    const text = document.getText();
    assert.equal(vscode.window.tabGroups.activeTabGroup.activeTab?.label, 'Plan: local, cccccccc.md');
    assert.equal(document.languageId, 'markdown');
    assert.match(text, /^# Plan for local\n\n- \*\*Waits for approval\*\*/);
    const order = [
      'Takes away `terraform_data.old`',
      '## ⚠ Destroy (1)',
      '## ⚠ Replace',
      '## Change in place',
      '## Create',
    ];
    assert.deepEqual(
      order.map((part) => text.indexOf(part)).toSorted((a, b) => a - b),
      order.map((part) => text.indexOf(part)),
    );
    assert.ok(
      order.every((part) => text.includes(part)),
      text,
    );
    assert.equal(vscode.workspace.fs.isWritableFileSystem('immutable-plan'), false);
    await assert.rejects(async () => vscode.workspace.fs.writeFile(document.uri, new Uint8Array()));
    assert.deepEqual(titles(await lenses(document.uri)), ['Approve and apply', 'Discard', 'Show diff', 'Copy hash']);
  });

  it('follows what becomes of a plan', async () => {
    const waiting = start(RUN);
    waiting.plan(planOf(HASH), []);
    const document = await openPlan(HASH);
    waiting.append({ type: 'approval.granted', plan: HASH, by: 'Bo', how: 'cli' });
    await until('the decision', () => document.getText().includes('**Approved by Bo**'));
    await until('no question', async () => !titles(await lenses(document.uri)).includes('Discard'));
  });

  it('copies the hash, and shows what is there beside what will be', async () => {
    const waiting = start(RUN);
    waiting.plan(planOf(HASH), []);
    const document = await openPlan(HASH);
    const commands = await lenses(document.uri);
    await run(commands, 'Copy hash');
    assert.equal(await vscode.env.clipboard.readText(), HASH);
    await run(commands, 'Show diff');
    const tab = await until('a diff', () => {
      const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
      return input instanceof vscode.TabInputTextDiff ? input : undefined;
    });
    const texts = await Promise.all([tab.original, tab.modified].map((uri) => vscode.workspace.openTextDocument(uri)));
    assert.match(texts[0]?.getText() ?? '', /terraform_data\.old\n {2}input = "v0"/);
    assert.match(texts[1]?.getText() ?? '', /terraform_data\.servers\["blue"\]\n {2}input = "v2"/);
  });

  it('asks before it hands a decision on, and only while somebody waits', async () => {
    const waiting = start(RUN);
    waiting.plan(planOf(HASH), []);
    const document = await openPlan(HASH);
    const discard = (await lenses(document.uri)).filter(({ title }) => title.endsWith('Discard'));
    waiting.close();
    const ask = await answering();
    await run(discard, 'Discard');
    assert.equal(existsSync(join(waiting.directory, 'control')), false);
    assert.equal(ask.find(/./), undefined);
    assert.equal(vscode.window.activeTextEditor?.document, document);
  });

  it('shows what a plan may not do at the block that it comes from', async () => {
    const refused = start(RUN);
    const reason = 'the deploy step may not change it; `guard` does not list it';
    const violations = ['terraform_data.router', 'terraform_data.servers["blue"]', 'terraform_data.gone'].map(
      (address) => ({
        address,
        block: address,
        reason,
      }),
    );
    refused.plan(planOf(HASH), violations);
    const document = await openPlan(HASH);
    // The editor may still hold the text of a document of this name; it is read anew all the same.
    await until('the refusal', () => /✗ Cannot be applied: 3 changes leave the scope/.test(document.getText()));
    const main = vscode.Uri.joinPath(folder('shop'), 'terraform/main.tf');
    const problems = (uri: vscode.Uri): vscode.Diagnostic[] =>
      vscode.languages.getDiagnostics(uri).filter(({ code }) => code === 'plan-scope');
    await until('two problems', () => problems(main).length === 2);
    const text = (await vscode.workspace.openTextDocument(main)).getText().split('\n');
    for (const { range, message, severity } of problems(main)) {
      assert.equal(severity, vscode.DiagnosticSeverity.Error);
      const line = text[range.start.line] ?? '';
      assert.match(
        line,
        message.includes('router') ? /^resource "terraform_data" "router"/ : /^resource "terraform_data" "servers"/,
      );
    }
    // What no block makes is shown where the pipeline names the environment.
    assert.equal(problems(vscode.Uri.joinPath(folder('shop'), 'immutable.yaml')).length, 1);
    await closeAll();
    await until('no problem', () => problems(main).length === 0);
  });

  it('says so when a plan or a log is gone', async () => {
    const plan = await openPlan(`sha256:${'e'.repeat(64)}`);
    assert.match(plan.getText(), /There is no such plan any more/);
    const uri = vscode.Uri.from({ scheme: 'immutable-log', path: `/${RUN}/run.log` });
    assert.match((await vscode.workspace.openTextDocument(uri)).getText(), /There is no such log any more/);
  });

  it('shows the log of a step without escapes, with places of this workspace only', async () => {
    const running = start(RUN);
    running.print(
      '01-apply',
      [
        '\x1b[31mError\x1b[0m: bad',
        '  on main.tf line 3, in variable "x":',
        'see packer/shop.pkr.hcl:2:1 and /etc/passwd:1 and gone.tf:4',
        '\x1b]8;;command:workbench.action.quit\x1b\\click\x1b]8;;\x1b\\',
      ].join('\n'),
    );
    await execute('openRunLog', { run: RUN, step: 'apply' });
    const text = await shows(/^Error: bad\n/);
    assert.match(text, /\nclick$/);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const found = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      editor.document.uri,
    );
    const links = found.map(({ range, target }) => `${editor.document.getText(range)} ${target?.fragment ?? ''}`);
    assert.deepEqual(links, ['main.tf line 3 L3', 'packer/shop.pkr.hcl:2:1 L2,1']);
    assert.ok(found.every(({ target }) => target?.scheme === 'file'));
    running.print('01-apply', `${text}\nmore\n`);
    await until('what came after', () => editor.document.getText().endsWith('\nmore\n'));
  });

  it('shows the log of a whole run as it goes on', async () => {
    const running = start(RUN);
    const log = running.print('01-bake', 'STEP 1\n');
    running.tell({ type: 'state', state: 'BAKING', text: 'Baking vm' });
    running.tell({ type: 'step', name: 'bake', phase: 'started', log, code: null });
    await execute('openRunLog', { run: RUN });
    assert.match(await shows(/Baking vm/), /> Baking vm\n── bake ──\nSTEP 1\n/);
    running.tell({ type: 'warning', text: 'slow' });
    await shows(/! slow/);
  });

  it('computes the migration checklist, with links to what blocks it', async () => {
    await execute('migrationChecklist');
    const text = await shows(/^# Migration checklist/);
    assert.match(text, /- \[x\] \*\*A pipeline builds the images\*\*: done\n {2}- `immutable.yaml` bakes `vm`/);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      editor.document.uri,
    );
    const own = links.filter(({ target }) => target?.path.endsWith('/shop/immutable.yaml'));
    assert.ok(own.length > 0, links.map(({ target }) => String(target)).join('\n'));
    assert.match(own[0]?.target?.fragment ?? '', /^L\d+$/);
  });

  it('compares two releases, and what they recorded', async () => {
    writeReleases('compared', 'aa', 'bb');
    try {
      await execute('compareReleases', { environment: 'compared', release: 'bb' }, [
        { environment: 'compared', release: 'bb' },
        { environment: 'compared', release: 'aa' },
      ]);
      assert.match(await shows(/^# Releases of compared: aa → bb/), /## What differs[^#]*- Image vm: /);
      const { document } = vscode.window.activeTextEditor ?? assert.fail('nothing is shown');
      await run(await lenses(document.uri), 'Diff of how it was run');
      await until(
        'a diff',
        () => vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff,
      );
    } finally {
      for (const end of ['', '.head']) rmSync(`${root().ledger('compared')}${end}`, { force: true });
    }
  });

  it('puts lenses above what bakes an image only when they are asked for', async () => {
    await releaseModule();
    const { document } = await openFile('shop', 'packer/shop.pkr.hcl');
    assert.deepEqual(titles(await lenses(document.uri)), []);
    await set('codeLens.enable', true);
    try {
      const found = await until('a lens', async () => {
        const shown = await lenses(document.uri);
        return shown.length > 0 && shown;
      });
      // What no registry holds is named by nobody.
      assert.deepEqual(titles(found), ['Bake vm', 'live in local']);
      assert.equal(found[0]?.command, 'immutableInfra.bakeImage');
    } finally {
      await set('codeLens.enable', undefined);
    }
  });
});
