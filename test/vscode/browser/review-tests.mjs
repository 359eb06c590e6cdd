// Reviews and the grammar, as a person sees them. Each test has a window of its own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LIMIT = { timeout: 30_000 };

/** @type {readonly { title: string, run: (scene: import('./tests.mjs').Scene) => Promise<void> }[]} */
export const REVIEW_TESTS = [
  {
    title: 'a review of the uncommitted changes lists what they bring and repair, and opens the place',
    async run({ workbench, folder, shot }) {
      const { page } = workbench;
      change(folder);
      await workbench.openViews();
      await page.locator('.sidebar', { hasText: 'Review Changes…' }).first().waitFor(LIMIT);
      await shot('review-empty');
      await workbench.command('Immutable: Review Infrastructure Changes');
      const choice = page.locator('.quick-input-list .monaco-list-row', { hasText: 'Uncommitted Changes' });
      await choice.waitFor(LIMIT);
      await shot('review-pick');
      await choice.click();
      await page.locator('.tab.active', { hasText: 'Review: Working tree ↔ HEAD' }).waitFor(LIMIT);
      const header = page.locator('.sidebar .pane-header', { hasText: /Review.*New \d+.*Fixed \d+/ });
      await header.waitFor(LIMIT);
      const view = page.locator('.sidebar .pane', { has: page.locator('.pane-header', { hasText: /^Review/ }) });
      const row = view.locator('.monaco-list-row', { hasText: 'Remove port 22' }).first();
      await row.waitFor(LIMIT);
      await page.locator('.multiDiffEntry .squiggly-error').first().waitFor(LIMIT);
      // The old sides publish nothing.
      const old = page.locator('.multiDiffEntry .editor.original');
      assert.equal(await old.locator('.squiggly-error, .squiggly-warning').count(), 0);
      await shot('review');
      await row.click();
      await page.locator('.tab.active', { hasText: '(Review)' }).waitFor(LIMIT);
      await page.locator('.monaco-diff-editor .editor.modified .squiggly-error').first().waitFor(LIMIT);
      await shot('review-place');
    },
  },
  {
    title: 'a Packer template is coloured, the shell in it too',
    async run({ workbench, shot }) {
      await workbench.openFile('packer/shop.pkr.hcl');
      const colours = await until(async () => {
        const found = await workbench.page
          .locator('.editor-instance .view-line span[class*="mtk"]')
          .evaluateAll((spans) => [...new Set(spans.map((span) => span.className.split(' ')[0]))]);
        return found.length > 4 && found;
      });
      assert.ok(colours.length > 4);
      await workbench.goTo(58);
      await shot('packer');
    },
  },
];

/** One finding more, one less, and a file that is written anew. */
function change(folder) {
  const edit = (name, from, to) => {
    const file = join(folder, name);
    const text = readFileSync(file, 'utf8');
    assert.ok(text.includes(from), `${name} has no ${from}`);
    writeFileSync(file, text.replace(from, to));
  };
  edit('docker/worker/Dockerfile', 'WORKDIR /app', 'WORKDIR /app\nEXPOSE 22');
  edit('docker/web/Dockerfile', 'EXPOSE 80 22', 'EXPOSE 80');
  writeFileSync(join(folder, 'docker/batch/Dockerfile'), 'FROM python:latest\nUSER app\nCMD ["python", "batch.py"]\n');
  assert.match(execFileSync('git', ['diff', '--stat'], { cwd: folder, encoding: 'utf8' }), /3 files changed/);
}

async function until(look) {
  const end = Date.now() + LIMIT.timeout;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain: ${look}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}
