// The suite that drives the workbench in a browser: the packed extension, installed as a user installs it.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageExtension } from '../../../scripts/package.mjs';
import { ensureBrowser, ensureEditor } from '../host.mjs';
import { launchBrowser, workbenchAddress } from '../lib/browser.mjs';
import { QUIET_SETTINGS } from '../lib/quiet-settings.mjs';
import { startServer } from '../lib/server.mjs';
import { root } from '../suite.mjs';
import { TESTS } from './tests.mjs';
import { Workbench } from './workbench.mjs';

/** Themes that every picture is taken in. The tests run in the first; the second only repeats them for the pictures. */
const THEMES = { dark: 'Default Dark Modern', light: 'Default Light Modern' };

/** @returns the counts; a test that failed leaves a picture too */
export async function runBrowserSuite() {
  const pictures = join(root, 'test-results', 'vscode');
  mkdirSync(pictures, { recursive: true });
  const editor = ensureEditor();
  const executable = ensureBrowser();
  const directory = mkdtempSync(join(tmpdir(), 'immutable-browser-'));
  const tests = [];
  let retries = 0;
  try {
    const vsix = join(directory, 'extension.vsix');
    packageExtension(vsix);
    for (const [name, theme] of Object.entries(THEMES)) {
      if (process.env.VSCODE_TEST_THEME !== undefined && process.env.VSCODE_TEST_THEME !== name) continue;
      const state = join(directory, name);
      mkdirSync(state);
      install(editor, state, vsix);
      const settings = { ...QUIET_SETTINGS, 'workbench.colorTheme': theme };
      const server = await startServer({ editor, directory: state, settings });
      const browser = await launchBrowser(executable);
      try {
        for (const test of TESTS.filter(isWanted)) {
          const folder = makeFolder(join(state, `folder-${tests.length}`));
          const outcome = await runTest({ browser, server, folder, test, pictures, name });
          retries += outcome.retries;
          tests.push(outcome.result);
        }
      } finally {
        await browser.close();
        await server.stop();
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  console.log(`Menu of fixes opened again: ${retries} times`);
  const failures = tests.filter(({ state }) => state === 'failed').map(({ title, error }) => `${title}\n${error}`);
  return { passed: tests.length - failures.length, failed: failures.length, skipped: 0, failures, tests };
}

async function runTest({ browser, server, folder, test, pictures, name }) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
  const workbench = new Workbench(await context.newPage());
  const shot = async (picture) => {
    await workbench.page.screenshot({ path: join(pictures, `${picture}-${name}.png`) });
  };
  const title = `${test.title} (${name})`;
  try {
    await workbench.open(workbenchAddress(server, folder));
    await test.run({ workbench, folder, shot });
    return { retries: workbench.retries, result: { title, state: 'passed' } };
  } catch (error) {
    await shot(`failed-${TESTS.indexOf(test)}`).catch(() => undefined);
    return { retries: workbench.retries, result: { title, state: 'failed', error: error.stack ?? String(error) } };
  } finally {
    await context.close();
  }
}

/** The example shop, as a Git repository with one commit. */
function makeFolder(folder) {
  cpSync(join(root, 'examples/mutable'), folder, { recursive: true });
  mkdirSync(join(folder, 'docker/batch'));
  writeFileSync(join(folder, 'docker/batch/Dockerfile'), '# The nightly batch.\n');
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { cwd: folder });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message=Shop');
  return folder;
}

function install(editor, directory, vsix) {
  const { status, stderr, stdout } = spawnSync(
    editor.node,
    [
      join(editor.vscode, 'out/server-main.js'),
      '--accept-server-license-terms',
      ...['--server-data-dir', join(directory, 'server-data'), '--user-data-dir', join(directory, 'user-data')],
      ...['--extensions-dir', join(directory, 'extensions'), '--install-extension', vsix],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the packed extension could not be installed:\n${stdout}${stderr}`);
}

/** `VSCODE_TEST_ONLY` names a part of a title. */
function isWanted({ title }) {
  const only = process.env.VSCODE_TEST_ONLY;
  return only === undefined || title.includes(only);
}
