import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as vscode from 'vscode';
import { DockerRegistry, missingRegistry, Pusher } from '../../support/docker-registry';
import { closeAll, extensionApi, folder, set, until } from './editor';

const NAME = 'Pinned.Dockerfile';

describe('registries', () => {
  const uri = (): vscode.Uri => vscode.Uri.joinPath(folder('shop'), NAME);
  const pinAll = async (text: string, registries: readonly string[]): Promise<vscode.TextDocument> => {
    await vscode.workspace.fs.writeFile(uri(), new TextEncoder().encode(text));
    await set('digests.enable', true);
    // Nobody else is asked: the images of the other files stay as they are.
    await set('digests.registries', registries);
    await vscode.commands.executeCommand('immutableInfra.showInventory');
    await vscode.commands.executeCommand('immutableInfra.pinAll');
    return vscode.workspace.openTextDocument(uri());
  };

  afterEach(async () => {
    await set('digests.enable', undefined);
    await set('digests.registries', undefined);
    await vscode.window.showTextDocument(uri());
    await closeAll();
    await vscode.workspace.fs.delete(uri());
  });

  it("pins all images of the inventory by Debian's registry, keeps their tags and saves nothing", async function () {
    const missing = missingRegistry();
    if (missing !== undefined) {
      console.log(`Skipped: ${missing}`);
      this.skip();
    }
    const registry = await DockerRegistry.start();
    try {
      const pusher = new Pusher(registry.host);
      const web = await pusher.index('shop/web', '1.0', 'web');
      const worker = await pusher.image('shop/worker', '2.1', 'worker');
      const text = `FROM ${registry.host}/shop/web:1.0 AS web\nFROM ${registry.host}/shop/worker:2.1\nFROM ${registry.host}/shop/unknown:1\n`;
      const document = await pinAll(text, [registry.host]);
      const pinned = text.replace('web:1.0', `web:1.0@${web}`).replace('worker:2.1', `worker:2.1@${worker}`);
      await until('pinned images', () => document.getText() === pinned);
      assert.equal(document.isDirty, true, 'what was done can be looked at before it is saved');
      const other = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder('shop'), 'Dockerfile'));
      assert.match(other.getText(), /^FROM node:latest\n/);
      // Again there is nothing left to do.
      await vscode.commands.executeCommand('immutableInfra.showInventory');
      const { inventory } = await extensionApi();
      const references = inventory.rows().flatMap((row) => ('references' in row ? row.references : []));
      const here = references.filter((one) => one.uri === uri().toString());
      assert.deepEqual(here.map(({ digest }) => digest).sort(), [web, worker, null].sort());
    } finally {
      await registry.stop();
    }
  });

  it('changes nothing for a registry that is down', async () => {
    const server = await listening(() => undefined);
    const { port } = server.address() as AddressInfo;
    await closed(server);
    const text = `FROM 127.0.0.1:${port}/shop/web:1.0\n`;
    const document = await pinAll(text, [`127.0.0.1:${port}`]);
    assert.equal(document.getText(), text);
  });

  it('believes no registry that lies about a digest', async () => {
    let asked = 0;
    const server = await listening(() => asked++);
    try {
      const { port } = server.address() as AddressInfo;
      const text = `FROM 127.0.0.1:${port}/shop/web:1.0\n`;
      const document = await pinAll(text, [`127.0.0.1:${port}`]);
      assert.ok(asked > 0);
      assert.equal(document.getText(), text);
    } finally {
      await closed(server);
    }
  });

  it('asks nobody before it is allowed to, not on hover either', async () => {
    let asked = 0;
    const server = await listening(() => asked++);
    try {
      const { port } = server.address() as AddressInfo;
      await vscode.workspace.fs.writeFile(uri(), new TextEncoder().encode(`FROM 127.0.0.1:${port}/shop/web:1.0\n`));
      await vscode.window.showTextDocument(uri());
      const hovers = await until('a hover', async () => {
        const found = await vscode.commands.executeCommand<vscode.Hover[]>(
          'vscode.executeHoverProvider',
          uri(),
          new vscode.Position(0, 10),
        );
        return found.length > 0 && found;
      });
      const texts = hovers.flatMap(({ contents }) => contents.map((one) => (one as vscode.MarkdownString).value));
      assert.match(texts.join(''), /shop\/web/);
      await vscode.commands.executeCommand('immutableInfra.showInventory');
      await vscode.commands.executeCommand('immutableInfra.pinAll');
      assert.equal(asked, 0);
    } finally {
      await closed(server);
    }
  });
});

/** A registry whose answers contradict themselves: the digest that it names is not that of what it sends. */
async function listening(onRequest: () => void): Promise<Server> {
  const server = createServer((request, response) => {
    onRequest();
    response.setHeader('Content-Type', 'application/vnd.oci.image.index.v1+json');
    response.setHeader('Docker-Content-Digest', request.method === 'HEAD' ? 'sha256:lie' : `sha256:${'1'.repeat(64)}`);
    response.end(request.method === 'HEAD' ? undefined : '{"schemaVersion":2,"manifests":[]}');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
