import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, extensionApi, folder, until } from './editor';

describe('task', () => {
  it('lints a folder and puts what it found into the Problems panel', async () => {
    await extensionApi();
    await closeAll();
    const tasks = await vscode.tasks.fetchTasks({ type: 'immutable-infra' });
    const task = tasks.find(({ scope }) => typeof scope === 'object' && scope.name === 'legacy');
    assert.ok(task, `tasks: ${tasks.map(({ name }) => name).join(', ')}`);
    const ended = new Promise<number | undefined>((resolve) => {
      const listener = vscode.tasks.onDidEndTaskProcess((event) => {
        if (event.execution.task.name !== task.name) return;
        listener.dispose();
        resolve(event.exitCode);
      });
    });
    await vscode.tasks.executeTask(task);
    assert.equal(await ended, 1, 'findings at or above a warning end with 1');
    const uri = vscode.Uri.joinPath(folder('legacy'), 'user-data');
    const problem = await until('a problem of a closed file', () => vscode.languages.getDiagnostics(uri)[0]);
    assert.equal(problem.source, 'immutable');
    assert.equal(problem.range.start.line, 1);
  });
});
