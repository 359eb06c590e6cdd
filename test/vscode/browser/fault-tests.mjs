// What goes wrong, and what people are told then. Toasts show here only: an editor that tests drive hides them.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { serverProcesses } from '../lib/processes.mjs';
import { untilSeen } from './until.mjs';

const LIMIT = { timeout: 30_000 };

/** More than are looked at. */
const MANY = 5_100;

const POLICY = `id: custom/no-shop
severity: error
message: The shop has a base image of its own.
match: { instruction: EXPOSE }
`;

/** @type {readonly { title: string, isUntrusted?: boolean, prepare?: (folder: string) => void, run: (scene: import('./tests.mjs').Scene) => Promise<void> }[]} */
export const FAULT_TESTS = [
  {
    title: 'a workspace that is not trusted is linted, and nothing else: no registry, no Git, no rules of its own',
    isUntrusted: true,
    prepare(folder) {
      writeFileSync(join(folder, 'policy.yaml'), POLICY);
      writeFileSync(join(folder, 'immutable.yaml'), 'lint:\n  customRules: [policy.yaml]\n');
      writeSettings(folder, { 'immutableInfra.digests.enable': true });
    },
    async run({ workbench, folder, shot }) {
      const { page } = workbench;
      await withRegistry(async ({ host, asked }) => {
        writeFileSync(join(folder, 'docker/batch/Dockerfile'), `FROM ${host}/shop/web:1.0\nEXPOSE 22\n`);
        await workbench.openFile('docker/batch/Dockerfile');
        await workbench.squiggles('error').first().waitFor(LIMIT);
        await workbench.command('Problems: Focus on Problems View');
        await workbench.problem('Remove port 22').or(workbench.problem('22')).first().waitFor(LIMIT);
        assert.equal(await workbench.problem('base image of its own').count(), 0);
        await workbench.command('Immutable: Show Image Inventory');
        await workbench.row('shop/web').first().waitFor(LIMIT);
        await workbench.command('Immutable: Pin All Images to Digests');
        await workbench.toast('Trust this workspace first').waitFor(LIMIT);
        await shot('restricted');
        await workbench.hideToasts();
        await workbench.command('Immutable: Review Infrastructure Changes');
        await workbench.toast('keeps Git off in a folder that is not trusted').waitFor(LIMIT);
        assert.deepEqual(asked, []);
        await workbench.hideToasts();
        await workbench.command('Workspaces: Manage Workspace Trust');
        await page
          .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ })
          .first()
          .click(LIMIT);
        await workbench.problem('base image of its own').first().waitFor(LIMIT);
      });
    },
  },
  {
    title: `of more than 5,000 files the first are linted: said, cancellable, and typing goes on`,
    prepare(folder) {
      for (let at = 0; at < MANY; at++) {
        const directory = join(folder, 'many', String(at % 100));
        mkdirSync(directory, { recursive: true });
        writeFileSync(join(directory, `${at}.Dockerfile`), `FROM node:latest\nENV NUMBER=${at}\n`);
      }
    },
    async run({ workbench, shot }) {
      const { page } = workbench;
      await workbench.openFile('docker/batch/Dockerfile');
      const progress = workbench.toast('Linting the workspace');
      await workbench.command('Immutable: Lint Workspace');
      await workbench.toast(/[1-9]\d* of 5000 files/).waitFor(LIMIT);
      await progress.locator('.monaco-button', { hasText: 'Cancel' }).click(LIMIT);
      await progress.waitFor({ state: 'detached', ...LIMIT });
      // Neither an end that was none, nor an error: it was asked for.
      assert.equal(await page.locator('.notification-toast').count(), 0);
      await workbench.command('Immutable: Lint Workspace');
      await workbench.toast(/[1-9]\d* of 5000 files/).waitFor(LIMIT);
      await page.locator('.editor-instance .monaco-editor').first().click();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('FROM nginx:latest');
      await workbench.squiggles('error').first().waitFor(LIMIT);
      await workbench.toast('Only the first 5000 files were looked at').waitFor({ timeout: 120_000 });
      await page.locator('.sidebar .pane-header', { hasText: /Findings\s*5\d{3} in \d{4} files/ }).waitFor(LIMIT);
      await shot('lint-cut');
    },
  },
  {
    title: 'a setting of the wrong type is named in the status of the file, and the defaults hold',
    prepare(folder) {
      writeSettings(folder, {
        'immutableInfra.run': 42,
        'immutableInfra.rules': 'all',
        'immutableInfra.exclude': true,
        'immutableInfra.review.show': ['new'],
      });
    },
    async run({ workbench, shot }) {
      await workbench.openFile('docker/web/Dockerfile');
      await workbench.squiggles('error').first().waitFor(LIMIT);
      await workbench.openStatus();
      await workbench.page
        .locator('.hover-language-status', { hasText: /A setting has a wrong value.*immutableInfra\.run/ })
        .first()
        .waitFor(LIMIT);
      await shot('wrong-settings');
    },
  },
  {
    title: 'a registry that is down or lies is named with the reason, and nothing is pinned',
    async run({ workbench, folder, shot }) {
      await withRegistry(async ({ host, stop }) => {
        writeSettings(folder, {
          'immutableInfra.digests.enable': true,
          'immutableInfra.digests.registries': [host],
        });
        writeFileSync(join(folder, 'docker/batch/Dockerfile'), `FROM ${host}/shop/web:1.0\nEXPOSE 22\n`);
        await workbench.command('Immutable: Show Image Inventory');
        await workbench.row('shop/web').first().waitFor(LIMIT);
        await pin(workbench, 'shop/web');
        await workbench
          .toast(/1 image was not pinned\. .*the digest that it names is not the one of what it sent/)
          .waitFor(LIMIT);
        await shot('registry-lies');
        await workbench.hideToasts();
        await workbench.toastsGone();
        await stop();
        await pin(workbench, 'shop/web');
        await workbench.toast(/1 image was not pinned\. .*127\.0\.0\.1:\d+ cannot be reached/).waitFor(LIMIT);
        await shot('registry-down');
        await workbench.openFile('docker/batch/Dockerfile');
        await workbench.line(/^FROM\s127\.0\.0\.1:\d+\/shop\/web:1\.0$/).waitFor(LIMIT);
      });
    },
  },
  {
    title: 'a server that crashes is restarted five times, then people are told, and can restart it',
    async run({ workbench, server, shot }) {
      const { page } = workbench;
      await workbench.openFile('docker/web/Dockerfile');
      await workbench.squiggles('error').first().waitFor(LIMIT);
      for (let time = 1; time <= 6; time++) {
        const running = await theServer(server);
        process.kill(running, 'SIGKILL');
        await untilSeen('its end', () => !serverProcesses(server.pid).includes(running));
      }
      const toast = workbench.toast('crashed again after five restarts in three minutes');
      await toast.waitFor(LIMIT);
      await shot('crashed');
      // What nobody checks any more is not shown as found.
      await page
        .locator('.activitybar .action-item', { has: page.locator('[aria-label^="Immutable Infra"]') })
        .locator('.badge')
        .waitFor({ state: 'hidden', ...LIMIT });
      assert.deepEqual(serverProcesses(server.pid), []);
      await toast.locator('.monaco-button', { hasText: 'Restart Server' }).click();
      await theServer(server);
      await page.locator('.editor-instance .monaco-editor').first().click();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('FROM nginx:latest');
      await workbench.squiggles('error').first().waitFor(LIMIT);
    },
  },
];

/** The id of the only language server. */
async function theServer({ pid }) {
  const find = () => serverProcesses(pid);
  const onlyOne = () => {
    const found = find();
    return found.length === 1 && found;
  };
  const [id] = await untilSeen('one language server', onlyOne, find);
  return id;
}

/** Pins a row of the inventory by its button. */
async function pin(workbench, name) {
  const row = workbench.row(name).first();
  await row.hover();
  await row.locator('.action-label[aria-label^="Pin to Digest"]').click();
}

function writeSettings(folder, settings) {
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(join(folder, '.vscode/settings.json'), JSON.stringify(settings));
}

/** A registry on loopback whose answers contradict themselves. */
async function withRegistry(use) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.setHeader('Content-Type', 'application/vnd.oci.image.index.v1+json');
    response.setHeader('Docker-Content-Digest', request.method === 'HEAD' ? 'sha256:lie' : `sha256:${'1'.repeat(64)}`);
    response.end(request.method === 'HEAD' ? undefined : '{"schemaVersion":2,"manifests":[]}');
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const host = `127.0.0.1:${server.address().port}`;
  const stop = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  try {
    await use({ host, asked, stop });
  } finally {
    await stop();
  }
}
