// The extension in a browser, without any process behind it: its server in a worker, and in the extension host where
// workers are refused.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Workbench } from './browser/workbench.mjs';
import { ensureBrowser, ensureEditor } from './host.mjs';
import { launchBrowser } from './lib/browser.mjs';
import { QUIET_SETTINGS } from './lib/quiet-settings.mjs';
import { serveWebOnly } from './lib/web-only.mjs';
import { root } from './suite.mjs';

const LIMIT = { timeout: 30_000 };

/** The extension host itself is a worker: in the second test it may not create others. */
const TESTS = [
  { title: 'the server in a worker underlines what is typed', prologue: '' },
  {
    title: 'the server underlines what is typed where workers are refused',
    prologue: 'globalThis.Worker = class { constructor() { throw new Error("refused"); } };\n',
  },
];

/** @returns the counts */
export async function runWebSuite() {
  const pictures = join(root, 'test-results', 'vscode');
  mkdirSync(pictures, { recursive: true });
  const editor = ensureEditor();
  const browser = await launchBrowser(ensureBrowser());
  const tests = [];
  try {
    for (const [index, test] of TESTS.entries()) tests.push(await runTest({ browser, editor, test, index, pictures }));
  } finally {
    await browser.close();
  }
  const failures = tests.filter(({ state }) => state === 'failed').map(({ title, error }) => `${title}\n${error}`);
  return { passed: tests.length - failures.length, failed: failures.length, skipped: 0, failures, tests };
}

async function runTest({ browser, editor, test, index, pictures }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
  const { title, prologue } = test;
  const server = await serveWebOnly({ editor, extension: root, settings: QUIET_SETTINGS, prologue });
  try {
    const workbench = new Workbench(await context.newPage());
    await workbench.open(server.url);
    await workbench.command('File: New Untitled Text File');
    await workbench.page.locator('.editor-instance .monaco-editor.focused').waitFor(LIMIT);
    await workbench.command('Change Language Mode');
    await workbench.page.keyboard.type('Docker');
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'dockerfile' }).first().click();
    await workbench.page.locator('.editor-instance .monaco-editor.focused').waitFor(LIMIT);
    await workbench.page.keyboard.type('FROM nginx:latest');
    await workbench.squiggles('error').first().waitFor(LIMIT);
    await workbench.page.screenshot({ path: join(pictures, `web-${index + 1}.png`) });
    return { title, state: 'passed' };
  } catch (error) {
    for (const page of context.pages())
      await page.screenshot({ path: join(pictures, `failed-web-${index + 1}.png`) }).catch(() => undefined);
    return { title, state: 'failed', error: error.stack ?? String(error) };
  } finally {
    await context.close();
    await server.stop();
  }
}
