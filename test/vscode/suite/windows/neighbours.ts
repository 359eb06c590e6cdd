// A window in which stand-ins for the extensions of HashiCorp, Docker and Red Hat are installed too.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { checked, closeAll, extensionApi, finding, findings, folder, openFile, ruleOf, until } from '../editor';

const LATEST = 'mutable-reference/image-latest';
const CONFIGURATION =
  'lint:\n  extends: [strictest]\n  nothing: 1\n  rules:\n    mutable-reference/image-latest: loud\n';

describe('beside other extensions', () => {
  const configuration = (): vscode.Uri => vscode.Uri.joinPath(folder('shop'), 'immutable.yaml');

  before(() => {
    for (const id of ['redhat.vscode-yaml', 'hashicorp.terraform', 'docker.docker'])
      assert.ok(vscode.extensions.getExtension(id), `${id} is not installed`);
  });
  afterEach(closeAll);
  after(() => vscode.workspace.fs.delete(configuration()));

  for (const path of ['main.tf', 'Dockerfile', 'kubernetes/web.yaml']) {
    it(`shows each finding of ${path} once`, async () => {
      const { document } = await openFile('shop', path);
      await until('findings', () => findings(document.uri).length > 0);
      await checked(document.uri);
      const places = findings(document.uri).map((one) => `${ruleOf(one)} ${JSON.stringify(one.range)} ${one.message}`);
      assert.deepEqual(places, [...new Set(places)]);
      const [status] = [(await extensionApi()).status(document.uri)];
      assert.equal(
        Object.values(status?.counts ?? {}).reduce((sum, one) => sum + one, 0),
        places.length,
      );
    });
  }

  it('leaves to the YAML extension what our schema tells of immutable.yaml', async () => {
    await vscode.workspace.fs.writeFile(configuration(), new TextEncoder().encode(CONFIGURATION));
    await vscode.window.showTextDocument(configuration());
    await until('what no schema can tell', () => findings(configuration()).length > 0);
    await checked(configuration());
    assert.deepEqual(
      findings(configuration()).map(({ message }) => message.replace(/ use .*/, '')),
      ['`strictest` is no preset:'],
    );
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      configuration(),
      new vscode.Position(4, 4),
    );
    const labels = items.filter(({ kind }) => kind !== vscode.CompletionItemKind.Text).map(({ label }) => label);
    assert.ok(!labels.includes(LATEST));
  });

  it('checks the whole immutable.yaml itself once the YAML extension does not', async () => {
    await vscode.workspace.fs.writeFile(configuration(), new TextEncoder().encode(CONFIGURATION));
    await vscode.window.showTextDocument(configuration());
    await until('what no schema can tell', () => findings(configuration()).length === 1);
    const yaml = vscode.workspace.getConfiguration('yaml');
    await yaml.update('validate', false, vscode.ConfigurationTarget.Workspace);
    try {
      await until('all three problems', () => findings(configuration()).length === 3);
    } finally {
      await yaml.update('validate', undefined, vscode.ConfigurationTarget.Workspace);
    }
    await until('one problem again', () => findings(configuration()).length === 1);
  });

  it('fixes and explains all the same', async () => {
    const { document } = await openFile('legacy', 'Dockerfile');
    const { range } = await finding(document.uri, 'interactive-access/sshd-in-image');
    const actions = await until('fixes', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        range,
      );
      return found.length > 0 && found;
    });
    const titles = actions.map(({ title }) => title);
    assert.deepEqual(titles, [...new Set(titles)]);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      range.start,
    );
    assert.equal(hovers.length, 1);
  });
});
