import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { action, actions, apply, closeAll, finding, folder, noFinding, openFile, until } from './editor';

const PORT = 'interactive-access/sshd-in-image';
const HISTORY = 'rollout-safety/revision-history';

describe('fixes', () => {
  afterEach(closeAll);

  it('applies a quick fix and changes nothing else', async () => {
    const { document } = await openFile('legacy', 'Dockerfile');
    const { range } = await finding(document.uri, PORT);
    const before = document.getText();
    await apply(await action(document.uri, range, 'Remove `22`'));
    assert.equal(document.getText(), before.replace('EXPOSE 22 8080', 'EXPOSE 8080'));
    await noFinding(document.uri, PORT);
  });

  it('marks a safe fix as preferred', async () => {
    const { document } = await openFile('legacy', 'Dockerfile');
    const { range } = await finding(document.uri, PORT);
    assert.equal((await action(document.uri, range, 'Remove `22`')).isPreferred, true);
  });

  it('offers only fix-all as a source action', async () => {
    const { document } = await openFile('legacy', 'Dockerfile');
    const { range } = await finding(document.uri, PORT);
    const offered = await until('a source action', async () => {
      const found = await actions(document.uri, range, 'source.fixAll.immutable');
      return found.length > 0 && found;
    });
    assert.deepEqual(
      offered.map(({ kind }) => kind?.value),
      ['source.fixAll.immutable'],
    );
  });

  it('fixes all with the command', async () => {
    const { document } = await openFile('shop', 'kubernetes/web.yaml');
    await finding(document.uri, HISTORY);
    await vscode.commands.executeCommand('immutableInfra.fixAll');
    assert.ok(!document.getText().includes('revisionHistoryLimit'), document.getText());
    await noFinding(document.uri, HISTORY);
  });

  it('fixes all on save, when the user asked for it', async () => {
    const uri = vscode.Uri.joinPath(folder('shop'), 'save.yaml');
    const source = vscode.Uri.joinPath(folder('shop'), 'kubernetes/web.yaml');
    await vscode.workspace.fs.copy(source, uri, { overwrite: true });
    const editor = vscode.workspace.getConfiguration('editor');
    await editor.update(
      'codeActionsOnSave',
      { 'source.fixAll.immutable': 'always' },
      vscode.ConfigurationTarget.Workspace,
    );
    try {
      const editing = await vscode.window.showTextDocument(uri);
      const { document } = editing;
      await finding(uri, HISTORY);
      await editing.edit((change) => change.insert(new vscode.Position(0, 0), '# changed\n'));
      await document.save();
      await until('a saved fix', () => !document.getText().includes('revisionHistoryLimit'));
      assert.ok(document.getText().startsWith('# changed\n'));
    } finally {
      await editor.update('codeActionsOnSave', undefined, vscode.ConfigurationTarget.Workspace);
      await closeAll();
      await vscode.workspace.fs.delete(uri);
    }
  });

  it('suppresses a finding, with a place for the reason', async () => {
    const { document } = await openFile('shop', 'Dockerfile');
    const { range } = await finding(document.uri, 'mutable-reference/image-latest');
    await apply(await action(document.uri, range, 'Ignore `mutable-reference/image-latest` here'));
    assert.match(document.lineAt(0).text, /^# immutable: ignore\[mutable-reference\/image-latest\] \S/);
    await noFinding(document.uri, 'mutable-reference/image-latest');
  });

  it('turns a rule off in immutable.yaml', async () => {
    const { document } = await openFile('shop', 'Dockerfile');
    const { range } = await finding(document.uri, 'mutable-reference/image-latest');
    await apply(await action(document.uri, range, 'Turn off `mutable-reference/image-latest`'));
    const uri = vscode.Uri.joinPath(folder('shop'), 'immutable.yaml');
    try {
      const written = (await vscode.workspace.openTextDocument(uri)).getText();
      assert.match(written, /mutable-reference\/image-latest/);
      await noFinding(document.uri, 'mutable-reference/image-latest');
    } finally {
      await closeAll();
      await vscode.workspace.fs.delete(uri);
    }
  });
});
