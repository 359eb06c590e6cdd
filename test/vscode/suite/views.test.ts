import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { FoundItem } from '../../../client/src/findings/finding-types';
import type { FindingNode } from '../../../client/src/findings/findings-view';
import { closeAll, extensionApi, finding, openFile, until } from './editor';

describe('views', () => {
  afterEach(closeAll);

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
    const order = ['error', 'warning', 'info', 'hint'];
    const worst = findings.rows().map((row) => (findings.rows(row)[0] as FoundItem).severity);
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
