// Bake, deploy, approve and roll back as a person does it: the packed extension, the real palette, real tools.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageExtension } from '../../../scripts/package.mjs';
import { launchBrowser, workbenchAddress } from '../lib/browser.mjs';
import { QUIET_SETTINGS } from '../lib/quiet-settings.mjs';
import { installExtension, startServer } from '../lib/server.mjs';
import { makeShop } from '../release.mjs';
import { root } from '../suite.mjs';
import { DOCUMENT_TESTS } from './release-documents.mjs';
import { Workbench } from './workbench.mjs';

const SCHEMES = ['dark', 'light'];
const SETTINGS = { ...QUIET_SETTINGS, 'window.autoDetectColorScheme': true, 'notifications.position': 'bottom-right' };
const REPAINT_MS = 500;
const LIMIT = { timeout: 30_000 };
const RUN_LIMIT = { timeout: 90_000 };

/** What a test works with: a window, the folder that it shows, and its server. */
const TESTS = [
  {
    title: 'Deploy…, Approve and Roll Back… from the palette, with everything in view',
    async run({ workbench, shop, shot }) {
      const { page } = workbench;
      await workbench.openViews();
      await page.locator('.sidebar .pane-header', { hasText: 'Releases' }).waitFor(LIMIT);
      await focusView(workbench, 'Releases');
      await workbench.row('nothing was deployed yet').first().waitFor(LIMIT);
      await shot('release-views-empty');
      await workbench.command('Immutable: Deploy');
      await approve(workbench, shot, 'release-plan');
      await workbench.toast('is live').first().waitFor(RUN_LIMIT);
      await workbench.row('just now').first().waitFor(LIMIT);
      await shot('release-live');
      await workbench.hideToasts();

      writeVersion(shop, 2);
      await workbench.command('Immutable: Deploy');
      await approve(workbench);
      await workbench.toast('is live').first().waitFor(RUN_LIMIT);
      assert.equal(routedTo(shop), 'green');
      await workbench.hideToasts();

      await workbench.command('Immutable: Roll Back');
      const choice = page.locator('.quick-input-list .monaco-list-row', { hasText: 'the last healthy one' });
      await choice.waitFor(LIMIT);
      await shot('release-roll-back-pick');
      await choice.click();
      const modal = page.locator('.monaco-dialog-box', { hasText: 'Roll local back to' });
      await modal.waitFor(LIMIT);
      await shot('release-roll-back-modal');
      await modal.locator('.monaco-button', { hasText: 'Roll Back Now' }).click();
      await workbench.toast('local is back on vm').first().waitFor(RUN_LIMIT);
      assert.equal(routedTo(shop), 'blue');
      await focusView(workbench, 'Runs');
      await shot('release-rolled-back');
      await workbench.hideToasts();

      await workbench.command('Immutable: Show What Is Running');
      await page.locator('.editor-instance .view-line', { hasText: 'What runs in local' }).waitFor(RUN_LIMIT);
      await shot('release-running');
      await workbench.command('Immutable: Verify Ledger');
      await page.locator('.editor-instance .view-line', { hasText: 'Nobody changed the history' }).waitFor(LIMIT);
      await shot('release-ledger');
    },
  },
  {
    title: 'a version that is not healthy ends in a question, with the evidence one click away',
    async run({ workbench, shop, shot }) {
      const { page } = workbench;
      const yaml = join(shop, 'immutable.yaml');
      const text = readFileSync(yaml, 'utf8');
      writeFileSync(yaml, text.replace('rollback: { auto: on-health-failure }', 'rollback: { mode: image }'));
      writeVersion(shop, 3, 'broken');
      await workbench.openViews();
      await focusView(workbench, 'Runs');
      await workbench.command('Immutable: Deploy');
      await approve(workbench);
      const question = workbench.toast('did not become healthy').first();
      await question.waitFor(RUN_LIMIT);
      await shot('release-unhealthy');
      await question.locator('.monaco-button', { hasText: 'Show Evidence' }).click();
      await page
        .locator('.editor-instance .view-line', { hasText: 'What was asked, and what answered' })
        .waitFor(LIMIT);
      await shot('release-evidence');
      writeFileSync(yaml, text);
      writeVersion(shop, 4);
    },
  },
  {
    title: 'closing the window and killing its extension host stop no run; the next window shows it again',
    async run({ workbench, shop, shot, server }) {
      const { page } = workbench;
      const main = join(shop, 'terraform/main.tf');
      const text = readFileSync(main, 'utf8');
      const slow = 'provisioner "local-exec" {\n    command = "sleep 25"\n  }\n  triggers_replace';
      writeFileSync(main, text.replace('triggers_replace', slow));
      writeVersion(shop, 5);
      await workbench.openViews();
      await workbench.command('Immutable: Deploy');
      await approve(workbench);
      const run = await until(() => newestRun(shop, 'apply.intent'));
      const hosts = extensionHosts(server.pid);
      assert.ok(hosts.length > 0, 'no extension host was found');
      for (const pid of hosts) process.kill(pid, 'SIGKILL');
      await sleep(500);
      await page.goto('about:blank');
      await workbench.open(server.address);
      const opened = Date.now();
      // The status bar is there as soon as the extension has looked.
      const item = page.locator('.statusbar-item', { hasText: 'Deploy to local' });
      await item.waitFor(LIMIT);
      console.log(`The run is shown again ${Date.now() - opened} ms after the views are there`);
      const toast = workbench.toast('Deploy to local').first();
      await toast.waitFor(LIMIT);
      assert.match(await toast.innerText(), /\d+\/\d+ · /);
      await shot('release-reattached');
      await workbench.toast('is live').first().waitFor(RUN_LIMIT);
      assert.match(readFileSync(join(run, 'journal.jsonl'), 'utf8'), /"outcome":"live"/);
      writeFileSync(main, text);
      writeVersion(shop, 6);
    },
  },
  ...DOCUMENT_TESTS,
  {
    title: 'a folder without a pipeline gets a proposal that nobody has saved',
    folder: 'bare',
    async run({ workbench, shot, bare }) {
      const { page } = workbench;
      await workbench.openViews();
      await focusView(workbench, 'Releases');
      await page.locator('.sidebar .monaco-button', { hasText: 'Set Up Pipeline' }).first().waitFor(LIMIT);
      await shot('release-welcome');
      await page.locator('.sidebar .monaco-button', { hasText: 'Set Up Pipeline' }).first().click();
      await page.locator('.editor-instance .view-line', { hasText: 'environments:' }).first().waitFor(LIMIT);
      await shot('release-set-up');
      assert.ok(!existsSync(join(bare, 'immutable.yaml')));
    },
  },
];

/** @returns the counts */
export async function runReleaseBrowserTests({ editor, executable }) {
  const pictures = join(root, 'test-results', 'vscode');
  mkdirSync(pictures, { recursive: true });
  const directory = mkdtempSync(join(tmpdir(), 'immutable-release-browser-'));
  const tests = [];
  try {
    const { shop, workspace } = makeShop(directory);
    const state = join(directory, 'state');
    mkdirSync(state);
    const vsix = join(directory, 'extension.vsix');
    packageExtension(vsix);
    installExtension(editor, state, vsix);
    const environment = { XDG_STATE_HOME: join(directory, 'xdg'), CHECKPOINT_DISABLE: '1' };
    const server = await startServer({ editor, directory: state, settings: SETTINGS, environment });
    const browser = await launchBrowser(executable);
    try {
      for (const test of TESTS.filter(isWanted)) {
        const bare = join(workspace, 'bare');
        const scene = { shop, bare, server, folder: test.folder === 'bare' ? bare : shop };
        tests.push(await runTest({ browser, test, scene, pictures, number: tests.length + 1 }));
      }
    } finally {
      await browser.close();
      await server.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const failures = tests.filter(({ state }) => state === 'failed').map(({ title, error }) => `${title}\n${error}`);
  return { passed: tests.length - failures.length, failed: failures.length, skipped: 0, failures, tests };
}

async function runTest({ browser, test, scene, pictures, number }) {
  const { title } = test;
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, colorScheme: 'dark' });
  const workbench = new Workbench(await context.newPage());
  const shot = async (picture) => {
    for (const colorScheme of [...SCHEMES].reverse()) {
      await workbench.page.emulateMedia({ colorScheme });
      await sleep(REPAINT_MS);
      await workbench.page.screenshot({ path: join(pictures, `${picture}-${colorScheme}.png`) });
    }
  };
  try {
    const address = workbenchAddress(scene.server, scene.folder);
    await workbench.open(address);
    const { shop, bare } = scene;
    await test.run({ workbench, shot, shop, bare, server: { pid: scene.server.pid, address } });
    return { title, state: 'passed' };
  } catch (error) {
    await shot(`failed-release-${number}`).catch(() => undefined);
    return { title, state: 'failed', error: error.stack ?? String(error) };
  } finally {
    await context.close();
  }
}

/** Reads the plan, says yes twice: in the notification, and in the modal that names everything. */
async function approve(workbench, shot, picture) {
  const { page } = workbench;
  const question = workbench.toast('its plan waits for you').first();
  await question.waitFor(RUN_LIMIT);
  await page.locator('.editor-instance .view-line', { hasText: 'Plan for local' }).first().waitFor(LIMIT);
  if (shot) await shot(picture);
  await question.locator('.monaco-button', { hasText: 'Approve…' }).click();
  const modal = page.locator('.monaco-dialog-box', { hasText: 'Environment: local' });
  await modal.waitFor(LIMIT);
  if (shot) await shot(`${picture}-modal`);
  await modal.locator('.monaco-button', { hasText: 'Apply This Plan' }).click();
}

async function focusView(workbench, name) {
  await workbench.command(`Immutable Infra: Focus on ${name} View`);
}

function writeVersion(shop, version, health = 'ok') {
  writeFileSync(join(shop, 'packer/files/shop.conf'), `version = ${version}\nhealth = ${health}\n`);
  execFileSync('git', ['commit', '--quiet', '--all', `--message=Version ${version}`], { cwd: shop });
}

function routedTo(shop) {
  const state = JSON.parse(readFileSync(join(shop, 'terraform/terraform.tfstate'), 'utf8'));
  return state.outputs.active_colour.value;
}

/** The folder of the newest run, once its journal says so. */
function newestRun(shop, text) {
  const runs = join(shop, '.git/immutable/runs');
  const newest = join(runs, readdirSync(runs).sort().at(-1) ?? '');
  const journal = join(newest, 'journal.jsonl');
  return existsSync(journal) && readFileSync(journal, 'utf8').includes(text) && newest;
}

/** Extension hosts below a process. */
function extensionHosts(parent) {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n');
  const processes = rows.map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row)).filter(Boolean);
  const below = (pid) =>
    processes
      .filter(([, , up]) => Number(up) === pid)
      .flatMap(([, own, , args]) => [{ pid: Number(own), args }, ...below(Number(own))]);
  return below(parent)
    .filter(({ args }) => args.includes('--type=extensionHost'))
    .map(({ pid }) => pid);
}

function isWanted({ title }) {
  const only = process.env.VSCODE_TEST_ONLY;
  return only === undefined || title.includes(only);
}

async function until(look, limit = 60_000) {
  const end = Date.now() + limit;
  for (;;) {
    const value = look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain: ${look}`);
    await sleep(100);
  }
}
