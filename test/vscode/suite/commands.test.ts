import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { checked, closeAll, extensionApi, finding, findings, folder, until } from './editor';

describe('commands', () => {
  afterEach(closeAll);

  it('explains a rule in a Markdown preview', async () => {
    await extensionApi();
    await vscode.commands.executeCommand('immutableInfra.explainRule', 'mutable-reference/image-latest');
    const uri = vscode.Uri.parse('immutable-rule:/mutable-reference/image-latest.md');
    const page = await vscode.workspace.openTextDocument(uri);
    assert.match(page.getText(), /^# /);
    assert.match(page.getText(), /image-latest/);
    await until('a preview', () =>
      vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ input }) => input instanceof vscode.TabInputWebview)),
    );
  });

  it('says so when there is no such rule', async () => {
    await extensionApi();
    const page = await vscode.workspace.openTextDocument(vscode.Uri.parse('immutable-rule:/nobody/knows-this.md'));
    assert.match(page.getText(), /no rule named `nobody\/knows-this`/);
  });

  it('creates immutable.yaml, not saved, and opens it the next time', async () => {
    await extensionApi();
    const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder('shop'), 'Dockerfile'));
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('immutableInfra.openConfiguration');
    const created = vscode.window.activeTextEditor?.document;
    assert.ok(created);
    assert.ok(created.uri.path.endsWith('/shop/immutable.yaml'), created.uri.path);
    try {
      assert.match(created.getText(), /extends: \[recommended\]/);
      await created.save();
      await finding(document.uri, 'mutable-reference/image-latest');
      // What we write ourselves is right.
      await vscode.window.showTextDocument(created);
      await checked(created.uri);
      assert.deepEqual(
        findings(created.uri).map(({ message }) => message),
        [],
      );
      await closeAll();
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('immutableInfra.openConfiguration');
      assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), created.uri.toString());
    } finally {
      await closeAll();
      await vscode.workspace.fs.delete(created.uri);
    }
  });

  it('starts the server again when asked to', async () => {
    const api = await extensionApi();
    await vscode.commands.executeCommand('immutableInfra.restartServer');
    assert.equal(api.serverState(), 'running');
  });
});
