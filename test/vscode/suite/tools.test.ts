import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extensionApi } from './editor';

describe('language model tools', () => {
  before(async function () {
    await extensionApi();
    const names = vscode.lm.tools.map(({ name }) => name);
    // An editor without the chat part does not have the API's other side.
    if (!names.includes('immutableInfra_lintFile')) this.skip();
  });

  it('lints a file', async () => {
    assert.match(
      await invoke('immutableInfra_lintFile', { path: 'Dockerfile' }),
      /Line 1: error mutable-reference\/image-latest/,
    );
  });

  it('finds a file in any folder of the workspace', async () => {
    assert.match(await invoke('immutableInfra_lintFile', { path: 'user-data' }), /^Line \d+: /);
  });

  it('reads no file outside the workspace', async () => {
    assert.match(await invoke('immutableInfra_lintFile', { path: '/etc/passwd' }), /in the workspace/);
    assert.match(await invoke('immutableInfra_lintFile', { path: '../../../../etc/passwd' }), /in the workspace/);
  });

  it('explains a rule', async () => {
    assert.match(await invoke('immutableInfra_explainRule', { rule: 'mutable-reference/image-latest' }), /^# /);
    assert.match(await invoke('immutableInfra_explainRule', { rule: 'no/rule' }), /no such rule/);
  });
});

async function invoke(name: string, input: object): Promise<string> {
  const result = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
  return result.content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
}
