// The suite that drives the workbench in a browser: the packed extension, installed as a user installs it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageExtension } from '../../../scripts/package.mjs';
import { ensureBrowser, ensureEditor } from '../host.mjs';
import { launchBrowser, workbenchAddress } from '../lib/browser.mjs';
import { QUIET_SETTINGS } from '../lib/quiet-settings.mjs';
import { installExtension, startServer } from '../lib/server.mjs';
import { root } from '../suite.mjs';
import { TESTS } from './tests.mjs';
import { Workbench } from './workbench.mjs';

/** A browser that closes a window does not always let it say goodbye: what it ran must not be counted for the next. */
const GRACE_SECONDS = 1;
/** Every picture is taken in both: the editor follows the colour scheme of the system. */
const SCHEMES = ['dark', 'light'];
const SETTINGS = { ...QUIET_SETTINGS, 'window.autoDetectColorScheme': true };
/** Where workspaces are not trusted until somebody says so. Digests are on: that alone must not be enough. */
const UNTRUSTED_SETTINGS = {
  ...SETTINGS,
  'security.workspace.trust.startupPrompt': 'never',
  'immutableInfra.digests.enable': true,
};

/** @returns the counts; a test that failed leaves a picture too */
export async function runBrowserSuite() {
  const pictures = join(root, 'test-results', 'vscode');
  mkdirSync(pictures, { recursive: true });
  const editor = ensureEditor();
  const executable = ensureBrowser();
  const directory = mkdtempSync(join(tmpdir(), 'immutable-browser-'));
  const tests = [];
  const retries = [];
  try {
    const vsix = join(directory, 'extension.vsix');
    packageExtension(vsix);
    installExtension(editor, directory, vsix);
    const restricted = join(directory, 'restricted');
    const wanted = TESTS.filter(isWanted);
    const browser = await launchBrowser(executable);
    const servers = [];
    try {
      servers.push(await startServer({ editor, directory, settings: SETTINGS, graceSeconds: GRACE_SECONDS }));
      if (wanted.some(({ isUntrusted }) => isUntrusted === true)) {
        installExtension(editor, restricted, vsix);
        const settings = UNTRUSTED_SETTINGS;
        const options = { editor, directory: restricted, settings, trust: true, graceSeconds: GRACE_SECONDS };
        servers.push(await startServer(options));
      }
      for (const test of wanted) {
        const folder = makeFolder(join(directory, `shop-${tests.length + 1}`));
        test.prepare?.(folder);
        const server = servers[test.isUntrusted === true ? 1 : 0];
        const outcome = await runTest({ browser, server, folder, test, pictures });
        retries.push(...outcome.retries.map((retry) => `${test.title}: ${retry}`));
        tests.push(outcome.result);
      }
    } finally {
      await browser.close();
      await Promise.all(servers.map((server) => server.stop()));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  console.log([`Menus and boxes opened again: ${retries.length} times`, ...retries].join('\n  '));
  const failures = tests.filter(({ state }) => state === 'failed').map(({ title, error }) => `${title}\n${error}`);
  return { passed: tests.length - failures.length, failed: failures.length, skipped: 0, failures, tests };
}

async function runTest({ browser, server, folder, test, pictures }) {
  const { title } = test;
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, colorScheme: 'dark' });
  const workbench = new Workbench(await context.newPage());
  const shot = async (picture) => {
    for (const colorScheme of [...SCHEMES].reverse()) {
      await workbench.showScheme(colorScheme);
      await workbench.page.screenshot({ path: join(pictures, `${picture}-${colorScheme}.png`) });
    }
  };
  try {
    await workbench.open(workbenchAddress(server, test.hasNoFolder === true ? undefined : folder));
    await test.run({ workbench, server, folder, shot });
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

/** `VSCODE_TEST_ONLY` names a part of a title. */
function isWanted({ title }) {
  const only = process.env.VSCODE_TEST_ONLY;
  return only === undefined || title.includes(only);
}
