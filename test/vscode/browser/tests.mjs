// What a person sees and does. Each test has a window of its own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAULT_TESTS } from './fault-tests.mjs';
import { REVIEW_TESTS } from './review-tests.mjs';

const LIMIT = { timeout: 30_000 };

/** @typedef {{ workbench: import('./workbench.mjs').Workbench, server: { readonly pid: number }, folder: string, shot: (name: string) => Promise<void> }} Scene */

/** @type {readonly { title: string, hasNoFolder?: boolean, isUntrusted?: boolean, prepare?: (folder: string) => void, run: (scene: Scene) => Promise<void> }[]} */
export const TESTS = [
  {
    title: 'typing brings a squiggle and a row in the Problems panel',
    async run({ workbench, shot }) {
      await workbench.openFile('docker/batch/Dockerfile');
      await workbench.page.keyboard.press('Control+End');
      await workbench.page.keyboard.type('FROM nginx:latest');
      await workbench.squiggles('error').first().waitFor(LIMIT);
      await workbench.command('Problems: Focus on Problems View');
      await workbench.problem('nginx:latest').first().waitFor(LIMIT);
      await shot('problems');
    },
  },
  {
    title: 'the lightbulb repairs a Dockerfile, and the file on the disk is right',
    async run({ workbench, folder, shot }) {
      const file = join(folder, 'docker/web/Dockerfile');
      const before = readFileSync(file, 'utf8');
      await workbench.openFile('docker/web/Dockerfile');
      await workbench.squiggles('error').first().waitFor(LIMIT);
      const line = before.split('\n').findIndex((text) => text.startsWith('EXPOSE')) + 1;
      await workbench.goTo(line, before.split('\n')[line - 1].indexOf('22') + 1);
      const fix = await workbench.fix('Remove `22`');
      await shot('quick-fix');
      await fix.click();
      await workbench.line(/^EXPOSE\s80$/).waitFor(LIMIT);
      await workbench.page.keyboard.press('Control+S');
      await workbench.page.locator('.tab.active:not(.dirty)').waitFor(LIMIT);
      await until(
        () =>
          readFileSync(file, 'utf8') ===
          before.replace('EXPOSE 22 80', 'EXPOSE 80').replace('EXPOSE 80 22', 'EXPOSE 80'),
      );
    },
  },
  {
    title: 'a finding explains itself on hover, and its rule has a page',
    async run({ workbench, folder, shot }) {
      await workbench.openFile('terraform/api.tf');
      await workbench.squiggles('error').first().waitFor(LIMIT);
      const lines = readFileSync(join(folder, 'terraform/api.tf'), 'utf8').split('\n');
      const line = lines.findIndex((text) => text.includes('$Latest'));
      await workbench.goTo(line + 1, lines[line].indexOf('$Latest') + 2);
      await workbench.page.keyboard.press('Control+K');
      await workbench.page.keyboard.press('Control+I');
      await workbench.page.locator('.monaco-hover', { hasText: 'launch-template-version' }).first().waitFor(LIMIT);
      await shot('hover');
      await workbench.page.locator('.monaco-hover a', { hasText: 'launch-template-version' }).last().click();
      await workbench.page.locator('.tab.active', { hasText: /launch-template-version/ }).waitFor(LIMIT);
      const preview = workbench.page.frameLocator('iframe.webview.ready').frameLocator('iframe');
      await preview.locator('h1').first().waitFor(LIMIT);
      await shot('explain');
    },
  },
  {
    title: 'the Findings view lists the workspace by rule and by file',
    async run({ workbench, shot }) {
      await workbench.openViews();
      await workbench.page.locator('.sidebar', { hasText: 'Lint Workspace' }).first().waitFor(LIMIT);
      await shot('findings-empty');
      await workbench.command('Immutable: Lint Workspace');
      await workbench.row('baked-config/secret-in-image').first().waitFor(LIMIT);
      await shot('findings-by-rule');
      await workbench.page.locator('.sidebar .pane-header', { hasText: 'Findings' }).hover();
      await workbench.page.locator('.sidebar .pane-header .action-label[aria-label="Group by File"]').click();
      await workbench.row('deploy.yml').first().waitFor(LIMIT);
      await shot('findings-by-file');
      await workbench.row('hashicorp/setup-packer@main').first().click();
      await workbench.page.locator('.tab.active', { hasText: 'deploy.yml' }).waitFor(LIMIT);
    },
  },
  {
    title: 'the Image Inventory lists every image',
    async run({ workbench, shot }) {
      await workbench.command('Immutable: Show Image Inventory');
      await workbench.row('postgres').first().waitFor(LIMIT);
      await workbench.row('postgres').first().click();
      await workbench.row('16').first().waitFor(LIMIT);
      await shot('inventory');
    },
  },
  {
    title: 'a Git diff shows what the change brings at full strength',
    async run({ workbench, folder, shot }) {
      const file = join(folder, 'docker/worker/Dockerfile');
      writeFileSync(file, readFileSync(file, 'utf8').replace('WORKDIR /app', 'WORKDIR /app\nEXPOSE 22'));
      assert.match(execFileSync('git', ['diff', '--stat'], { cwd: folder, encoding: 'utf8' }), /worker\/Dockerfile/);
      await workbench.openFile('docker/worker/Dockerfile');
      await workbench.squiggles('error').or(workbench.squiggles('warning')).first().waitFor(LIMIT);
      await workbench.page.locator('.editor-actions .action-label[aria-label="Open Changes"]').click();
      const modified = workbench.page
        .locator('.diff-editor .editor.modified, .monaco-diff-editor .editor.modified')
        .first();
      await modified.waitFor(LIMIT);
      await modified.locator('.squiggly-error').first().waitFor(LIMIT);
      // What was there before is no more than a hint.
      await modified
        .locator('.squiggly-warning')
        .first()
        .waitFor({ state: 'detached', ...LIMIT });
      const original = workbench.page.locator('.monaco-diff-editor .editor.original').first();
      assert.equal(await original.locator('.squiggly-error, .squiggly-warning').count(), 0);
      await shot('diff');
    },
  },
  {
    title: 'the status of the file stands behind the braces',
    async run({ workbench, shot }) {
      await workbench.openFile('compose.yaml');
      await workbench.squiggles('warning').or(workbench.squiggles('error')).first().waitFor(LIMIT);
      await workbench.openStatus();
      await workbench.page
        .locator('.hover-language-status', { hasText: /error|warning/ })
        .first()
        .waitFor(LIMIT);
      await shot('status');
    },
  },
  {
    title: 'the settings are in titled sections',
    async run({ workbench, shot }) {
      await workbench.command('Immutable: Open Settings');
      await workbench.page
        .locator('.settings-editor .setting-item-title', { hasText: 'Preset' })
        .first()
        .waitFor(LIMIT);
      await shot('settings');
    },
  },
  {
    title: 'the walkthrough leads through the first steps',
    async run({ workbench, shot }) {
      await workbench.command('Welcome: Open Walkthrough');
      const row = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Immutable Infra' }).first();
      await row.waitFor(LIMIT);
      await row.click();
      await workbench.page
        .locator('.gettingStartedContainer', { hasText: 'See what is mutable' })
        .first()
        .waitFor(LIMIT);
      await shot('walkthrough');
    },
  },
  {
    title: 'without a folder the views say what to do, and a file is checked all the same',
    hasNoFolder: true,
    async run({ workbench, shot }) {
      await workbench.openViews();
      await workbench.page.locator('.sidebar .monaco-button', { hasText: 'Open Folder' }).first().waitFor(LIMIT);
      await workbench.command('File: New Untitled Text File');
      await workbench.page.locator('.editor-instance .monaco-editor.focused').waitFor(LIMIT);
      await workbench.command('Change Language Mode');
      await workbench.page.keyboard.type('Docker');
      await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'dockerfile' }).first().click();
      await workbench.page.locator('.editor-instance .monaco-editor.focused').waitFor(LIMIT);
      await workbench.page.keyboard.type('FROM nginx:latest');
      await workbench.squiggles('error').first().waitFor(LIMIT);
      await shot('no-folder');
    },
  },
  ...REVIEW_TESTS,
  ...FAULT_TESTS,
];

async function until(look) {
  const end = Date.now() + LIMIT.timeout;
  while (!look()) {
    if (Date.now() > end) throw new Error(`waited in vain: ${look}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}
