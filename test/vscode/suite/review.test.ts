import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ReviewFiles, SCHEME } from './review-files';
import { closeAll, extensionApi, finding, findings, folder, openFile, ruleOf, rulesOf, until } from './editor';

const LATEST = 'mutable-reference/image-latest';
const SSHD = 'interactive-access/sshd-in-image';

describe('reviews', () => {
  const files = new ReviewFiles();
  let registration: vscode.Disposable;

  before(() => {
    registration = vscode.workspace.registerFileSystemProvider(SCHEME, files, { isReadonly: true });
  });
  after(() => {
    registration.dispose();
  });
  afterEach(closeAll);

  it('publishes nothing for the old side, and classifies the new one', async () => {
    const path = vscode.Uri.joinPath(folder('shop'), 'Review.Dockerfile').path;
    const base = files.uri(path, true, 'FROM node:latest\nEXPOSE 8080\nCMD ["node", "a.js"]\n');
    const head = files.uri(path, false, 'FROM node:latest\nEXPOSE 22 8080\nCMD ["node", "a.js"]\n');
    await vscode.commands.executeCommand('vscode.diff', base, head, 'Review');
    const added = await finding(head, 'interactive-access/sshd-in-image');
    assert.notEqual(added.severity, vscode.DiagnosticSeverity.Hint);
    const existing = await until('the finding that was there before', () =>
      findings(head).find((one) => ruleOf(one) === LATEST && one.severity === vscode.DiagnosticSeverity.Hint),
    );
    assert.ok(existing);
    assert.deepEqual(rulesOf(base), []);
    const roles = (await extensionApi()).roles();
    assert.equal(roles.find(({ uri }) => uri === base.toString())?.role, 'base');
    assert.equal(roles.find(({ uri }) => uri === head.toString())?.role, 'head');
    assert.equal(roles.find(({ uri }) => uri === head.toString())?.base, base.toString());
  });

  it('compares a file of the workspace with an old version of it', async () => {
    const uri = vscode.Uri.joinPath(folder('shop'), 'Dockerfile');
    const base = files.uri(uri.path, true, 'FROM node:latest\n');
    await vscode.commands.executeCommand('vscode.diff', base, uri, 'Working file');
    await until('a hint', () =>
      findings(uri).find((one) => ruleOf(one) === LATEST && one.severity === vscode.DiagnosticSeverity.Hint),
    );
    assert.deepEqual(rulesOf(base), []);
    await closeAll();
    await openFile('shop', 'Dockerfile');
    await until('an error again', () =>
      findings(uri).find((one) => ruleOf(one) === LATEST && one.severity === vscode.DiagnosticSeverity.Error),
    );
  });

  it('knows both sides of each file in an editor with many, a renamed one too', async () => {
    const path = (name: string): string => vscode.Uri.joinPath(folder('shop'), name).path;
    const same = 'FROM node:latest\nEXPOSE 8080\n';
    const base = files.uri(path('Many.Dockerfile'), true, same);
    const head = files.uri(path('Many.Dockerfile'), false, 'FROM node:latest\nEXPOSE 22 8080\n');
    const oldName = files.uri(path('before/Name.Dockerfile'), true, same);
    const newName = files.uri(path('after/Name.Dockerfile'), false, 'FROM node:latest\nEXPOSE 22 8080\n');
    await vscode.commands.executeCommand('vscode.changes', 'Many files', [
      [head, base, head],
      [newName, oldName, newName],
    ]);
    for (const [old, current] of [
      [base, head],
      [oldName, newName],
    ] as const) {
      await finding(current, SSHD);
      await until(`what was there before in ${current.path}, as a hint`, () =>
        findings(current).some((one) => ruleOf(one) === LATEST && one.severity === vscode.DiagnosticSeverity.Hint),
      );
      assert.deepEqual(rulesOf(old), []);
      const roles = (await extensionApi()).roles();
      const roleOf = (uri: vscode.Uri): string | undefined => roles.find((one) => one.uri === uri.toString())?.role;
      assert.deepEqual([roleOf(old), roleOf(current)], ['base', 'head']);
      assert.equal(roles.find((one) => one.uri === current.toString())?.base, old.toString());
    }
  });

  it('copies a fix as a suggestion, and edits nothing that is read-only', async () => {
    const path = vscode.Uri.joinPath(folder('shop'), 'Suggest.Dockerfile').path;
    const base = files.uri(path, true, 'FROM scratch\n');
    const head = files.uri(path, false, 'FROM node:22.11.0\nEXPOSE 22 8080\n');
    await vscode.commands.executeCommand('vscode.diff', base, head, 'Suggest');
    const { range } = await finding(head, 'interactive-access/sshd-in-image');
    const offered = await until('the action that copies', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        head,
        range,
      );
      return found.some(({ title }) => title.includes('review suggestion')) && found;
    });
    assert.deepEqual(
      offered.filter(({ edit }) => edit !== undefined),
      [],
    );
    const copy = offered.find(({ title }) => title.includes('review suggestion'))?.command;
    assert.ok(copy);
    await vscode.env.clipboard.writeText('');
    await vscode.commands.executeCommand(copy.command, ...((copy.arguments ?? []) as unknown[]));
    assert.equal(await vscode.env.clipboard.readText(), '```suggestion\nEXPOSE 8080\n```\n');
  });
});
