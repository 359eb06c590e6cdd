import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { EXTENSION, extensionApi, openFile, until } from './editor';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: readonly { readonly properties: Readonly<Record<string, { readonly default: unknown }>> }[];
  };
}

describe('activation', () => {
  it('starts no server', async () => {
    const api = await extensionApi();
    assert.equal(api.serverState(), 'stopped');
    // `npm run bench client` measures it: here it is only told.
    console.log(`Own code at activation: ${api.activationMs.toFixed(1)} ms`);
  });

  it('keeps quiet for files that are none of ours', async () => {
    const api = await extensionApi();
    const { document } = await openFile('shop', 'package.json');
    // The answer of another extension comes after ours has heard of the document.
    await vscode.commands.executeCommand('vscode.executeDocumentSymbolProvider', document.uri);
    assert.equal(api.serverState(), 'stopped');
  });

  it('starts the server with the first infrastructure file', async () => {
    const api = await extensionApi();
    await openFile('shop', 'Dockerfile');
    await until('a running server', () => api.serverState() === 'running');
  });

  it('registers every command of the manifest', async () => {
    await extensionApi();
    const known = new Set(await vscode.commands.getCommands(true));
    const missing = manifest().contributes.commands.filter(({ command }) => !known.has(command));
    assert.deepEqual(missing, []);
  });

  it('has the documented defaults', () => {
    const settings = vscode.workspace.getConfiguration('immutableInfra');
    for (const { properties } of manifest().contributes.configuration) {
      for (const [name, { default: usual }] of Object.entries(properties))
        assert.deepEqual(settings.get(name.replace('immutableInfra.', '')), usual, name);
    }
  });
});

function manifest(): Manifest {
  return vscode.extensions.getExtension(EXTENSION)?.packageJSON as Manifest;
}
