import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { GitApi, GitExtension } from '../../../client/src/review/git-api';
import type { FindingRow, ReviewRow } from '../../../client/src/review/review-model';
import { closeAll, extensionApi, finding, findings, folder, ruleOf, rulesOf, set, until } from './editor';

const LATEST = 'mutable-reference/image-latest';
const SSHD = 'interactive-access/sshd-in-image';

/** The API of the Git extension, with what only this test asks of it. */
type OpeningGit = GitApi & { openRepository(root: vscode.Uri): Promise<unknown> };

describe('Review Infrastructure Changes', () => {
  let root: vscode.Uri;
  const write = (name: string, text: string): void => {
    writeFileSync(join(root.fsPath, name), text);
  };
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { cwd: root.fsPath });
  };
  const review = (against: string): Thenable<unknown> =>
    vscode.commands.executeCommand('immutableInfra.reviewChanges', { against, rootUri: root });
  /** `new Dockerfile interactive-access/sshd-in-image 2` */
  const rows = async (): Promise<string[]> => {
    const api = (await extensionApi()).review;
    const below = (row?: ReviewRow): FindingRow[] =>
      api.rows(row).flatMap((child) => (child.kind === 'finding' ? [child] : below(child)));
    return below().map(
      ({ change, reviewed, finding: { rule, range } }) =>
        `${change} ${reviewed.file.path.slice(root.path.length + 1)} ${rule} ${range.start.line + 1}`,
    );
  };
  const row = async (text: string): Promise<FindingRow> => {
    const api = (await extensionApi()).review;
    const below = (parent?: ReviewRow): FindingRow[] =>
      api.rows(parent).flatMap((child) => (child.kind === 'finding' ? [child] : below(child)));
    const at = (await rows()).findIndex((shown) => shown.startsWith(text));
    const found = below()[at];
    assert.ok(found, `no row “${text}” in ${(await rows()).join(', ')}`);
    return found;
  };

  before(async () => {
    root = vscode.Uri.joinPath(folder('shop'), 'reviewed');
    mkdirSync(root.fsPath);
    write('Dockerfile', 'FROM node:latest\nEXPOSE 8080\nUSER app\nCMD ["node", "a.js"]\n');
    write('gone.Dockerfile', 'FROM nginx:latest\nUSER app\n');
    write('notes.md', 'FROM node:latest\n');
    write('old-name.Dockerfile', 'FROM alpine:latest\nUSER app\nCMD ["one"]\n');
    git('init', '--quiet', '--initial-branch=main');
    git('add', '--all');
    git('commit', '--quiet', '--message=One');
    git('checkout', '--quiet', '-b', 'feature');
    write('committed.Dockerfile', 'FROM redis:latest\nUSER app\n');
    git('add', '--all');
    git('commit', '--quiet', '--message=Two');
    write('Dockerfile', 'FROM node:latest\nEXPOSE 8080\nEXPOSE 22\nUSER app\nCMD ["node", "a.js"]\n');
    write('notes.md', 'FROM node:latest\nEXPOSE 22\n');
    git('mv', 'old-name.Dockerfile', 'new-name.Dockerfile');
    git('add', 'Dockerfile');
    rmSync(join(root.fsPath, 'gone.Dockerfile'));
    write('added.Dockerfile', 'FROM python:latest\nUSER app\n');
    const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
    assert.ok(extension, 'the editor has no Git');
    const api = (await extension.activate()).getAPI(1) as OpeningGit;
    await until('Git', () => api.state === 'initialized');
    await api.openRepository(root);
    await until('the repository', () => api.repositories.length > 0);
  });
  after(async () => {
    await vscode.commands.executeCommand('git.close', { rootUri: root }).then(undefined, () => undefined);
    rmSync(root.fsPath, { recursive: true, force: true });
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('immutableInfra.clearReview');
    await closeAll();
  });

  it('tells what is new and what is repaired in the working tree, new and deleted files included', async () => {
    await review('workingTree');
    assert.deepEqual(
      (await rows()).filter((text) => text.includes(LATEST) || text.includes(SSHD)),
      [`new Dockerfile ${SSHD} 3`, `new added.Dockerfile ${LATEST} 1`, `fixed gone.Dockerfile ${LATEST} 1`].sort(
        byPlace,
      ),
    );
    assert.ok(!(await rows()).some((text) => text.includes('notes.md')));
    assert.match((await extensionApi()).review.summary(), /^New \d+ · (?:Touched \d+ · )?Fixed \d+$/);
  });

  it('opens all changed files in one editor, where the old sides publish nothing', async () => {
    await review('workingTree');
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    assert.match(tab?.label ?? '', /Review: Working tree ↔ HEAD/);
    const uri = vscode.Uri.joinPath(root, 'Dockerfile');
    await finding(uri, SSHD);
    await until('what was there before as a hint', () =>
      findings(uri).some((one) => ruleOf(one) === LATEST && one.severity === vscode.DiagnosticSeverity.Hint),
    );
    const old = vscode.workspace.textDocuments.filter((document) => document.uri.scheme === 'git');
    assert.ok(old.length > 0);
    const { roles } = await extensionApi();
    for (const { uri: base } of old) {
      assert.deepEqual(rulesOf(base), []);
      assert.notEqual(roles().find((one) => one.uri === base.toString())?.role, 'work');
    }
    const side = old.find((document) => document.uri.path === uri.path);
    assert.equal(roles().find((one) => one.uri === side?.uri.toString())?.role, 'base');
  });

  it('compares a renamed file with its old name', async () => {
    await review('workingTree');
    const uri = vscode.Uri.joinPath(root, 'new-name.Dockerfile');
    await until('what was there before as a hint', () =>
      findings(uri).some((one) => ruleOf(one) === LATEST && one.severity === vscode.DiagnosticSeverity.Hint),
    );
    const { roles } = await extensionApi();
    assert.match(roles().find((one) => one.uri === uri.toString())?.base ?? '', /^git:.*old-name\.Dockerfile/);
    assert.ok(!(await rows()).some((text) => text.includes('name.Dockerfile')), (await rows()).join(', '));
  });

  it('compares what is staged', async () => {
    await review('staged');
    const texts = await rows();
    assert.ok(texts.includes(`new Dockerfile ${SSHD} 3`), texts.join(', '));
    assert.ok(!texts.some((text) => /added\.Dockerfile|gone\.Dockerfile/.test(text)), texts.join(', '));
  });

  it('compares with the merge base of the branch, and with any other commit', async () => {
    await review('mergeBase');
    const texts = await rows();
    assert.ok(texts.includes(`new committed.Dockerfile ${LATEST} 1`), texts.join(', '));
    await review('HEAD~1');
    assert.deepEqual(await rows(), texts);
    assert.ok(texts.includes(`new Dockerfile ${SSHD} 3`), texts.join(', '));
  });

  it('leaves the last review alone when there is nothing to compare with', async () => {
    await review('staged');
    const before = await rows();
    await review('upstream');
    await review('no-such-branch');
    await review('--output=/tmp/x');
    assert.deepEqual(await rows(), before);
  });

  it('shows what the setting asks for', async () => {
    await review('workingTree');
    assert.ok(!(await rows()).some((text) => text.startsWith('existing')));
    try {
      await set('review.show', 'all');
      await until('what was there before', async () => (await rows()).includes(`existing Dockerfile ${LATEST} 1`));
    } finally {
      await set('review.show', undefined);
    }
    await until('only the change', async () => !(await rows()).some((text) => text.startsWith('existing')));
  });

  it('opens a finding in its diff, and what is repaired on the old side', async () => {
    await review('workingTree');
    await vscode.commands.executeCommand('immutableInfra.openReviewPlace', await row(`new Dockerfile ${SSHD}`));
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    assert.equal(input.original.scheme, 'git');
    await until('the line', () => vscode.window.activeTextEditor?.selection.start.line === 2);
    await vscode.commands.executeCommand('immutableInfra.openReviewPlace', await row('fixed gone.Dockerfile'));
    await until('the old text', () => vscode.window.activeTextEditor?.document.uri.scheme === 'git');
  });

  it('copies the fix of a finding as a suggestion', async () => {
    await review('workingTree');
    await vscode.env.clipboard.writeText('');
    await vscode.commands.executeCommand('immutableInfra.copyReviewSuggestion', await row(`new Dockerfile ${SSHD}`));
    assert.match(await vscode.env.clipboard.readText(), /^```suggestion\n[^]*```\n$/);
    assert.ok(!(await vscode.env.clipboard.readText()).includes('22'));
  });

  it('is done again when a file in it is saved, and is empty once it is cleared', async () => {
    await review('workingTree');
    const uri = vscode.Uri.joinPath(root, 'Dockerfile');
    const editor = await vscode.window.showTextDocument(uri);
    const before = editor.document.getText();
    await editor.edit((edit) => edit.delete(new vscode.Range(2, 0, 3, 0)));
    await editor.document.save();
    await until('no row', async () => !(await rows()).some((text) => text.includes(SSHD)));
    write('Dockerfile', before);
    await vscode.commands.executeCommand('immutableInfra.clearReview');
    assert.deepEqual(await rows(), []);
    assert.equal((await extensionApi()).review.summary(), '');
  });

  it('stays cleared when a review that was going on ends later', async () => {
    await review('workingTree');
    const again = vscode.commands.executeCommand('immutableInfra.refreshReview');
    await vscode.commands.executeCommand('immutableInfra.clearReview');
    await again;
    assert.deepEqual(await rows(), []);
  });
});

/** As the view sorts: by class, then by path. */
function byPlace(a: string, b: string): number {
  const order = ['new', 'touched', 'existing', 'fixed'];
  const classOf = (text: string): number => order.indexOf(text.slice(0, text.indexOf(' ')));
  return classOf(a) - classOf(b) || (a < b ? -1 : 1);
}
