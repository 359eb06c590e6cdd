// The documents of delivery as a person sees them: plans that take away or are refused, logs, the checklist, comparisons.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LIMIT = { timeout: 30_000 };
const RUN_LIMIT = { timeout: 90_000 };

export const DOCUMENT_TESTS = [
  {
    title:
      'documents: what a plan takes away and what it may not do, logs, the checklist; a plan comes back after a reload',
    async run({ workbench, shop, shot, server }) {
      const { page } = workbench;
      const main = join(shop, 'terraform/main.tf');
      const text = readFileSync(main, 'utf8');
      for (const version of [11, 12]) {
        writeVersion(shop, version);
        await workbench.command('Immutable: Deploy');
        const question = workbench.toast('its plan waits for you').first();
        await question.waitFor(RUN_LIMIT);
        await question.locator('.monaco-button', { hasText: 'Approve…' }).click();
        await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Apply This Plan' }).click(LIMIT);
        await workbench.toast('is live').first().waitFor(RUN_LIMIT);
        await workbench.hideToasts();
      }
      await closeEditors(workbench);

      await workbench.command('Immutable: Retire Old');
      await workbench.toast('its plan waits for you').first().waitFor(RUN_LIMIT);
      await line(page, 'Takes away').waitFor(LIMIT);
      await lens(page, 'Approve and apply').waitFor(LIMIT);
      await workbench.hideToasts();
      await shot('document-plan-destroy');
      await lens(page, 'Show diff').click();
      await page.locator('.diff-editor, .monaco-diff-editor').first().waitFor(LIMIT);
      await shot('document-plan-diff');
      await workbench.command('View: Close Editor');

      await page.goto('about:blank');
      await workbench.open(server.address);
      await line(page, 'Waits for approval').waitFor(LIMIT);
      await lens(page, 'Discard').waitFor(LIMIT);
      await lens(page, 'Discard').click();
      await line(page, 'Discarded by').waitFor(LIMIT);
      await page.locator('.codelens-decoration', { hasText: 'Discard' }).waitFor({ state: 'detached', ...LIMIT });
      await workbench.hideToasts();
      await closeEditors(workbench);

      writeFileSync(main, `${text}\nresource "terraform_data" "extra" {}\n`);
      writeVersion(shop, 13);
      await workbench.command('Immutable: Deploy');
      await workbench.toast('leaves its scope').first().waitFor(RUN_LIMIT);
      await workbench.hideToasts();
      await workbench.command('Immutable: Show Plan');
      await page.locator('.quick-input-list .monaco-list-row').first().waitFor(LIMIT);
      await page.keyboard.press('Enter');
      await line(page, 'Cannot be applied').waitFor(LIMIT);
      await workbench.command('Problems: Focus on Problems View');
      await page.locator('.markers-panel', { hasText: 'terraform_data.extra' }).waitFor(LIMIT);
      await shot('document-plan-refused');
      await workbench.command('View: Hide Panel');
      writeFileSync(main, text);
      writeVersion(shop, 14);
      await closeEditors(workbench);

      await workbench.command('Immutable: Open Run Log');
      await page.locator('.quick-input-list .monaco-list-row').first().waitFor(LIMIT);
      await page.keyboard.press('Enter');
      await line(page, '── ').waitFor(LIMIT);
      await shot('document-log');
      await closeEditors(workbench);

      await workbench.command('Immutable: Migration Checklist');
      await line(page, 'Migration checklist').waitFor(RUN_LIMIT);
      await workbench.hideToasts();
      await shot('document-checklist');
      await closeEditors(workbench);

      await workbench.command('Immutable: Compare Releases');
      for (const title of ['the first', 'Compare']) {
        await page.locator('.quick-input-titlebar', { hasText: title }).waitFor(LIMIT);
        await page.locator('.quick-input-list .monaco-list-row').first().waitFor(LIMIT);
        await page.keyboard.press('Enter');
      }
      await line(page, 'Releases of local').waitFor(LIMIT);
      await lens(page, 'Diff of immutable.yaml').waitFor(LIMIT);
      await shot('document-compare');
      assert.equal(await page.locator('.notification-list-item .codicon-error').count(), 0);
    },
  },
];

function line(page, text) {
  return page.locator('.editor-instance .view-line', { hasText: text }).first();
}

function lens(page, text) {
  return page.locator('.codelens-decoration a', { hasText: text }).first();
}

async function closeEditors(workbench) {
  await workbench.command('View: Close All Editors');
}

function writeVersion(shop, version) {
  writeFileSync(join(shop, 'packer/files/shop.conf'), `version = ${version}\nhealth = ok\n`);
  execFileSync('git', ['commit', '--quiet', '--all', `--message=Version ${version}`], { cwd: shop });
}
