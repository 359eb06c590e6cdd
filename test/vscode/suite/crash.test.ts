import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { closeAll, extensionApi, finding, openFile, until } from './editor';

describe('a server that crashes', () => {
  before(function () {
    // Finding the server's process is done the way Linux shows it.
    if (process.platform !== 'linux') this.skip();
  });
  afterEach(closeAll);

  it('is started again five times, and then no more', async () => {
    const api = await extensionApi();
    await vscode.commands.executeCommand('immutableInfra.restartServer');
    const { document } = await openFile('shop', 'Dockerfile');
    await finding(document.uri, 'mutable-reference/image-latest');
    for (let time = 1; time <= 5; time++) {
      const before = serverProcess();
      assert.ok(before !== undefined, 'no server process');
      process.kill(before, 'SIGKILL');
      await until(
        `start number ${time}`,
        () => api.serverState() === 'running' && serverProcess() !== before && serverProcess(),
      );
      await finding(document.uri, 'mutable-reference/image-latest');
    }
    const last = serverProcess();
    assert.ok(last !== undefined);
    process.kill(last, 'SIGKILL');
    await until('a server that stays down', () => api.serverState() === 'failed');
    await vscode.commands.executeCommand('immutableInfra.restartServer');
    assert.equal(api.serverState(), 'running');
  });
});

/** The language server is a child of this process. */
function serverProcess(): number | undefined {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1];
      if (Number(parent) !== process.pid) continue;
      if (readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes('server.node.js')) return Number(entry);
    } catch {
      // It ended while it was looked at.
    }
  }
  return undefined;
}
