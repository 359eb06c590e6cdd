// A window without a folder.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { action, apply, closeAll, extensionApi, finding, foundItems, until } from '../editor';

const SSHD = 'interactive-access/sshd-in-image';

describe('a window without a folder', () => {
  let directory: string;

  before(() => {
    assert.equal(vscode.workspace.workspaceFolders, undefined);
    directory = mkdtempSync(join(tmpdir(), 'immutable-single-'));
  });
  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(closeAll);

  it('starts no server and finds nothing', async () => {
    assert.equal((await extensionApi()).serverState(), 'stopped');
    assert.deepEqual(await foundItems(), []);
  });

  for (const command of ['lintWorkspace', 'showInventory', 'reviewChanges', 'openConfiguration', 'pinAll', 'fixAll']) {
    it(`answers ${command} with a message, and nothing breaks`, async () => {
      await vscode.commands.executeCommand(`immutableInfra.${command}`);
      assert.deepEqual(await foundItems(), []);
      assert.deepEqual((await extensionApi()).inventory.rows(), []);
      assert.equal(vscode.window.activeTextEditor, undefined);
    });
  }

  it('lints, repairs and lists a single file', async () => {
    const file = join(directory, 'Dockerfile');
    writeFileSync(file, 'FROM node:22.11.0\nEXPOSE 22 80\n');
    const { document } = await vscode.window.showTextDocument(vscode.Uri.file(file));
    const { range } = await finding(document.uri, SSHD);
    await until('a row', async () => (await foundItems()).some(({ rule }) => rule === SSHD));
    await apply(await action(document.uri, range, 'Remove `22`'));
    assert.equal(document.lineAt(1).text, 'EXPOSE 80');
    await until('no row', async () => !(await foundItems()).some(({ rule }) => rule === SSHD));
  });
});
