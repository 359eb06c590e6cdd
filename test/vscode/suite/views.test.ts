import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import type { FoundItem } from '../../../client/src/findings/finding-types';
import type { FindingNode } from '../../../client/src/findings/findings-view';
import { closeAll, extensionApi, finding, folder, foundItems, openFile, until } from './editor';

const LATEST = 'mutable-reference/image-latest';

describe('views', () => {
  const saved = (): vscode.Uri => vscode.Uri.joinPath(folder('legacy'), 'Saved.Dockerfile');

  afterEach(async () => {
    await closeAll();
    rmSync(saved().fsPath, { force: true });
  });

  it('lists the findings of the whole workspace, by rule and by file', async () => {
    const { findings } = await extensionApi();
    await vscode.commands.executeCommand('immutableInfra.lintWorkspace');
    await vscode.commands.executeCommand('immutableInfra.groupFindingsByRule');
    const rules = findings.rows().map(keyOf);
    assert.ok(rules.includes('mutable-reference/image-latest'), rules.join(', '));
    assert.ok(rules.includes('in-place-mutation/boot-time-upgrade'), rules.join(', '));
    await vscode.commands.executeCommand('immutableInfra.groupFindingsByFile');
    const files = findings.rows().map(keyOf);
    assert.ok(
      files.some((uri) => uri.endsWith('/legacy/user-data')),
      files.join(', '),
    );
    assert.ok(files.every((uri) => uri.startsWith('file:') || uri.startsWith('vscode-remote:')));
    await vscode.commands.executeCommand('immutableInfra.groupFindingsByRule');
  });

  it('puts the worst first', async () => {
    const { findings } = await extensionApi();
    await vscode.commands.executeCommand('immutableInfra.lintWorkspace');
    const order = ['error', 'warning', 'info', 'hint'];
    const worst = findings.rows().map((row) => (findings.rows(row)[0] as FoundItem).severity);
    assert.ok(worst.length > 1);
    assert.deepEqual(
      worst,
      worst.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)),
    );
  });

  it('follows what is typed in an open file', async () => {
    const { findings } = await extensionApi();
    const rows = (): FoundItem[] =>
      findings
        .rows()
        .flatMap((group) => findings.rows(group) as FoundItem[])
        .filter(({ uri }) => uri.endsWith('/shop/Dockerfile'));
    const editor = await openFile('shop', 'Dockerfile');
    const { range } = await finding(editor.document.uri, 'mutable-reference/image-latest');
    await until('a row', () => rows().some(({ rule }) => rule === 'mutable-reference/image-latest'));
    await editor.edit((edit) => edit.replace(range, 'scratch'));
    await until('no row', () => !rows().some(({ rule }) => rule === 'mutable-reference/image-latest'));
  });

  it('forgets what was typed and never saved, and shows what was found in the file again', async () => {
    const uri = vscode.Uri.joinPath(folder('legacy'), 'Dockerfile');
    const rules = async (): Promise<string[]> =>
      (await foundItems()).flatMap((one) => (one.uri === uri.toString() ? [one.rule] : [])).sort();
    await vscode.commands.executeCommand('immutableInfra.lintWorkspace');
    const searched = await rules();
    assert.ok(searched.includes(LATEST), searched.join(', '));
    const editor = await openFile('legacy', 'Dockerfile');
    await finding(uri, LATEST);
    await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, 0, 0), 'FROM redis:latest AS unsaved\n'));
    await until('one row more', async () => (await rules()).length === searched.length + 1);
    await closeAll();
    const isSearched = async (): Promise<boolean> => (await rules()).join(', ') === searched.join(', ');
    await until(`the rows of the saved file: ${searched.join(', ')}`, isSearched);
    // Searched while it was typed into: the search saw the same text as the editor.
    const again = await openFile('legacy', 'Dockerfile');
    await again.edit((edit) => edit.replace(new vscode.Range(0, 0, 0, 0), 'FROM redis:latest AS unsaved\n'));
    await vscode.commands.executeCommand('immutableInfra.lintWorkspace');
    await until('one row more', async () => (await rules()).length === searched.length + 1);
    await closeAll();
    await until(`again the rows of the saved file: ${searched.join(', ')}`, isSearched);
  });

  it('keeps what was repaired and saved, and drops a file that is gone', async () => {
    const uri = saved();
    const rows = async (): Promise<FoundItem[]> => (await foundItems()).filter((one) => one.uri === uri.toString());
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('FROM redis:latest\n'));
    await vscode.commands.executeCommand('immutableInfra.lintWorkspace');
    assert.ok((await rows()).some(({ rule }) => rule === LATEST));
    const editor = await vscode.window.showTextDocument(uri);
    await editor.edit((edit) => edit.replace(editor.document.lineAt(0).range, 'FROM scratch'));
    await editor.document.save();
    await until('no row', async () => (await rows()).length === 0);
    await closeAll();
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('FROM redis:latest\n'));
    await vscode.commands.executeCommand('immutableInfra.lintWorkspace');
    await until('a row again', async () => (await rows()).length > 0);
    // As Git deletes a file: past the editor.
    rmSync(uri.fsPath);
    await until('no row of a file that is gone', async () => (await rows()).length === 0);
  });

  it('lists every image by repository', async () => {
    const { inventory } = await extensionApi();
    await vscode.commands.executeCommand('immutableInfra.showInventory');
    const repositories = inventory.rows().map((row) => ('repository' in row ? row.repository : ''));
    assert.deepEqual(repositories, ['docker.io/library/nginx', 'docker.io/library/node', 'docker.io/library/python']);
    const [nginx] = inventory.rows();
    const [tag] = inventory.rows(nginx);
    assert.equal(tag && 'label' in tag ? tag.label : '', 'latest');
    const [reference] = inventory.rows(tag);
    assert.equal(reference && 'text' in reference ? reference.text : '', 'nginx:latest');
  });
});

function keyOf(row: FindingNode): string {
  return 'key' in row ? row.key : '';
}
