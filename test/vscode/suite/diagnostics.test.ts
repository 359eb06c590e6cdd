import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  closeAll,
  extensionApi,
  finding,
  findings,
  folder,
  foundItems,
  noFinding,
  openFile,
  ruleOf,
  rulesOf,
  until,
} from './editor';

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
    const editor = await vscode.window.showTextDocument(uri);
    await finding(uri, LATEST);
    await vscode.workspace.fs.delete(uri);
    // The editor stays open: what is typed into it is still checked, and can be saved again.
    await editor.edit((edit) => edit.insert(new vscode.Position(1, 0), 'EXPOSE 22\n'));
    await finding(uri, 'interactive-access/sshd-in-image');
    await until('a row', async () => (await foundItems()).some((one) => one.uri === uri.toString()));
    await closeAll();
    await until('no findings', () => findings(uri).length === 0);
    await until('no row', async () => !(await foundItems()).some((one) => one.uri === uri.toString()));
    await openFile('shop', 'Dockerfile');
    await finding(vscode.Uri.joinPath(folder('shop'), 'Dockerfile'), LATEST);
  });

  it('shows what belongs to the last of many versions in flight', async () => {
    const editor = await openFile('shop', 'Dockerfile');
    const { document } = editor;
    await finding(document.uri, LATEST);
    const pinned = `node:22.11.0@sha256:${'0'.repeat(64)}`;
    for (let round = 0; round < 10; round++) {
      // Each waits for the edit, none for the findings.
      const { start } = document.lineAt(0).range;
      const image = new vscode.Range(start.translate(0, 5), document.lineAt(0).range.end);
      await editor.edit((edit) => edit.replace(image, round % 2 === 0 ? pinned : 'node:latest'));
      await editor.edit((edit) => edit.insert(start, '\n'));
      await editor.edit((edit) => edit.delete(new vscode.Range(start, start.translate(1))));
    }
    const isRight = (): boolean =>
      findings(document.uri).some((one) => ruleOf(one) === LATEST && document.getText(one.range) === 'node:latest');
    await until('the finding of the last version', isRight);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '# one line more\n'));
    await until('the finding one line below', isRight);
    assert.equal(rulesOf(document.uri).filter((rule) => rule === LATEST).length, 1);
  });

  it('makes no edit of an older version', async () => {
    const editor = await openFile('legacy', 'Dockerfile');
    const { document } = editor;
    const { range } = await finding(document.uri, 'interactive-access/sshd-in-image');
    // The text moves while the fix is asked for.
    const [fixed] = await Promise.all([
      vscode.commands.executeCommand('immutableInfra.fixAll'),
      editor.edit((edit) => edit.insert(range.start.with({ character: 0 }), '# moved\n# twice\n')),
    ]);
    assert.equal(fixed, undefined);
    await until('the fix, or the text as it was typed', () =>
      /^FROM python:\S+\n# moved\n# twice\nEXPOSE (?:22 )?8080\nCMD \["python", "main.py"\]\n$/.test(
        document.getText(),
      ),
    );
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
