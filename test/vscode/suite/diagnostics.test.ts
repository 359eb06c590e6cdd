import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, extensionApi, finding, findings, folder, noFinding, openFile, rulesOf, until } from './editor';

const LATEST = 'mutable-reference/image-latest';

describe('diagnostics', () => {
  afterEach(closeAll);

  it('shows a finding where it stands, with a link to its rule', async () => {
    const { document } = await openFile('shop', 'Dockerfile');
    const found = await finding(document.uri, LATEST);
    assert.equal(document.getText(found.range), 'node:latest');
    assert.equal(found.severity, vscode.DiagnosticSeverity.Error);
    const code = found.code as { readonly target: vscode.Uri };
    assert.equal(code.target.scheme, 'command');
    assert.match(code.target.toString(true), /explainRule\?\["mutable-reference\/image-latest"\]/);
  });

  it('follows what is typed', async () => {
    const editor = await openFile('shop', 'Dockerfile');
    const { document } = editor;
    const { range } = await finding(document.uri, LATEST);
    await editor.edit((edit) => edit.replace(range, 'node:22.11.0@sha256:' + '0'.repeat(64)));
    await noFinding(document.uri, LATEST);
    await vscode.commands.executeCommand('undo');
    await finding(document.uri, LATEST);
  });

  it('lints a file of another folder with its own path', async () => {
    const { document } = await openFile('legacy', 'Dockerfile');
    await finding(document.uri, 'interactive-access/sshd-in-image');
  });

  it('lints an untitled document once its language says what it is', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: 'dockerfile',
      content: 'FROM nginx:latest\n',
    });
    await vscode.window.showTextDocument(document);
    await finding(document.uri, LATEST);
  });

  it('lints an untitled document that becomes a manifest while it is typed', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'yaml', content: '' });
    const editor = await vscode.window.showTextDocument(document);
    const manifest =
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n    - name: a\n      image: nginx:latest\n';
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), manifest));
    await finding(document.uri, LATEST);
  });

  it('says nothing about JSON that is no infrastructure', async () => {
    const { document } = await openFile('shop', 'package.json');
    const { document: ours } = await openFile('shop', 'Dockerfile');
    await finding(ours.uri, LATEST);
    assert.deepEqual(findings(document.uri), []);
    assert.equal((await extensionApi()).status(document.uri), undefined);
  });

  it('tells the status of the document', async () => {
    const api = await extensionApi();
    const { document } = await openFile('shop', 'main.tf');
    const status = await until('a status', () => api.status(document.uri));
    assert.equal(status.kind, 'terraform');
    assert.equal(status.role, 'work');
    const count = Object.values(status.counts).reduce((sum, one) => sum + one, 0);
    assert.ok(count > 0);
    // The status comes a moment before the findings that it counts.
    await until(`${count} findings`, () => findings(document.uri).length === count);
  });

  it('forgets a file that is deleted while it is open', async () => {
    const uri = vscode.Uri.joinPath(folder('shop'), 'Short.Dockerfile');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('FROM node:latest\n'));
    await vscode.window.showTextDocument(uri);
    await finding(uri, LATEST);
    await vscode.workspace.fs.delete(uri);
    await closeAll();
    await until('no findings', () => findings(uri).length === 0);
    await openFile('shop', 'Dockerfile');
    await finding(vscode.Uri.joinPath(folder('shop'), 'Dockerfile'), LATEST);
  });

  it('checks immutable.yaml itself', async () => {
    const uri = vscode.Uri.joinPath(folder('shop'), 'immutable.yaml');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('lint:\n  preset: strictest\n'));
    try {
      await vscode.window.showTextDocument(uri);
      await until(`a problem of the configuration, found ${rulesOf(uri).join(', ')}`, () => findings(uri).length > 0);
    } finally {
      await vscode.workspace.fs.delete(uri);
    }
  });
});
