// A window on a folder that lies on no disk.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  action,
  apply,
  closeAll,
  extensionApi,
  finding,
  findings,
  folder,
  foundItems,
  openFile,
  until,
} from '../editor';

const LATEST = 'mutable-reference/image-latest';
const SSHD = 'interactive-access/sshd-in-image';

describe('a virtual workspace', () => {
  before(() => {
    assert.equal(folder('shop').scheme, 'stubfs');
  });
  afterEach(closeAll);

  it('lints its files while they are typed', async () => {
    const editor = await openFile('shop', 'Dockerfile');
    const { uri } = editor.document;
    assert.equal((await finding(uri, LATEST)).severity, vscode.DiagnosticSeverity.Error);
    await editor.edit((edit) => edit.insert(new vscode.Position(1, 0), 'EXPOSE 22\n'));
    await finding(uri, SSHD);
  });

  it('reads immutable.yaml through the editor', async () => {
    const { document } = await openFile('shop', 'deploy/Dockerfile');
    await until('the severity of immutable.yaml', () =>
      findings(document.uri).some(({ severity }) => severity === vscode.DiagnosticSeverity.Information),
    );
  });

  it('repairs a file', async () => {
    const { document } = await openFile('shop', 'deploy/Dockerfile');
    const { range } = await finding(document.uri, SSHD);
    await apply(await action(document.uri, range, 'Remove `22`'));
    assert.equal(document.lineAt(1).text, 'EXPOSE 80');
  });

  it('lints the whole folder, though nothing can search it', async () => {
    await vscode.commands.executeCommand('immutableInfra.lintWorkspace');
    const files = new Set((await foundItems()).map(({ uri }) => uri));
    assert.deepEqual([...files].sort(), ['stubfs:/shop/Dockerfile', 'stubfs:/shop/deploy/Dockerfile']);
  });

  it('lists its images', async () => {
    const { inventory } = await extensionApi();
    await vscode.commands.executeCommand('immutableInfra.showInventory');
    const repositories = inventory.rows().map((row) => ('repository' in row ? row.repository : ''));
    assert.deepEqual(repositories, ['docker.io/library/nginx', 'docker.io/library/node']);
  });

  it('offers no task: a command needs a folder on a disk', async () => {
    assert.deepEqual(await vscode.tasks.fetchTasks({ type: 'immutable-infra' }), []);
  });

  it('forgets a file that is gone', async () => {
    const { document } = await openFile('shop', 'Dockerfile');
    await finding(document.uri, LATEST);
    await vscode.workspace.fs.delete(document.uri);
    await closeAll();
    await until('no row', async () => !(await foundItems()).some(({ uri }) => uri === 'stubfs:/shop/Dockerfile'));
  });
});
