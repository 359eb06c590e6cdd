import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, extensionApi, finding, findings, folder, noFinding, openFile, ruleOf, set, until } from './editor';

const LATEST = 'mutable-reference/image-latest';

describe('settings', () => {
  afterEach(closeAll);

  it('turns everything off and on again', async () => {
    const { document } = await openFile('shop', 'Dockerfile');
    await finding(document.uri, LATEST);
    await set('enable', false);
    try {
      await until('no findings', () => findings(document.uri).length === 0);
    } finally {
      await set('enable', undefined);
    }
    await finding(document.uri, LATEST);
  });

  it('changes the severity of a rule', async () => {
    const { document } = await openFile('shop', 'Dockerfile');
    await set('rules', { [LATEST]: 'info' });
    try {
      const found = await until('another severity', () =>
        findings(document.uri).find(
          (one) => ruleOf(one) === LATEST && one.severity === vscode.DiagnosticSeverity.Information,
        ),
      );
      assert.ok(found);
    } finally {
      await set('rules', undefined);
    }
  });

  it('holds for the folder that it was set for', async () => {
    const { document: shop } = await openFile('shop', 'Dockerfile');
    const { document: legacy } = await openFile('legacy', 'Dockerfile');
    await set('rules', { [LATEST]: 'off' }, folder('legacy'));
    try {
      await noFinding(legacy.uri, LATEST);
      await finding(shop.uri, LATEST);
    } finally {
      await set('rules', undefined, folder('legacy'));
    }
    await finding(legacy.uri, LATEST);
  });

  it('leaves out what is excluded', async () => {
    const { document } = await openFile('shop', 'kubernetes/web.yaml');
    await finding(document.uri, LATEST);
    await set('exclude', ['kubernetes/**']);
    try {
      await until('no findings', () => findings(document.uri).length === 0);
    } finally {
      await set('exclude', undefined);
    }
    await finding(document.uri, LATEST);
  });

  it('takes the default for a value of the wrong type', async () => {
    const { document } = await openFile('shop', 'Dockerfile');
    await finding(document.uri, LATEST);
    const problem = async (): Promise<string | undefined> =>
      (await extensionApi()).status(document.uri)?.settingsProblem;
    await set('run', 42);
    try {
      const text = await until('the setting in the status', problem);
      assert.match(text, /`immutableInfra\.run` must be one of onType, onSave, not 42: the default is used/);
      await finding(document.uri, LATEST);
    } finally {
      await set('run', undefined);
    }
    await until('a status without it', async () => (await problem()) === undefined);
  });
});
