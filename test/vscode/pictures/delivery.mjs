// A picture of what each command of delivery shows: the packed extension, real Packer and Terraform, the light theme.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageExtension } from '../../../scripts/package.mjs';
import { ensureBrowser, ensureEditor } from '../host.mjs';
import { launchBrowser } from '../lib/browser.mjs';
import { QUIET_SETTINGS } from '../lib/quiet-settings.mjs';
import { installExtension, startServer } from '../lib/server.mjs';
import { root } from '../suite.mjs';
import { FOLDERS, leaveLock, terraform, writeVersion } from './shops.mjs';
import { Studio } from './studio.mjs';

const SETTINGS = { ...QUIET_SETTINGS, 'window.autoDetectColorScheme': true, 'notifications.position': 'bottom-right' };
/** How long an apply takes that a run is stopped in. */
const SLOW = 'provisioner "local-exec" {\n    command = "sleep 20"\n  }\n  triggers_replace';

/**
 * Takes them.
 *
 * @param {string | undefined} only the one scene to take, while the script is worked on; all of them otherwise
 */
export async function takeDeliveryPictures(only) {
  const folders = { screenshots: join(root, 'test-results/vscode'), pictures: join(root, 'docs/images/delivery') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const directory = mkdtempSync(join(tmpdir(), 'immutable-pictures-'));
  try {
    const environment = { ...process.env, XDG_STATE_HOME: join(directory, 'xdg'), CHECKPOINT_DISABLE: '1' };
    // What this machine has set up for Terraform is in nobody else's log.
    delete environment.TF_CLI_CONFIG_FILE;
    const editor = ensureEditor();
    const vsix = join(directory, 'extension.vsix');
    packageExtension(vsix);
    const state = join(directory, 'state');
    mkdirSync(state);
    installExtension(editor, state, vsix);
    const server = await startServer({ editor, directory: state, settings: SETTINGS, environment });
    const browser = await launchBrowser(ensureBrowser());
    try {
      for (const [scene, take] of Object.entries(SCENES)) {
        if (only !== undefined && only !== scene) continue;
        const folder = FOLDERS[scene](directory, environment);
        const studio = await Studio.open({ browser, server, folder, folders });
        try {
          await take(studio, folder, environment);
        } catch (error) {
          const path = join(folders.screenshots, `failed-picture-${scene}.png`);
          await studio.page.screenshot({ path }).catch(() => undefined);
          throw error;
        } finally {
          await studio.close();
        }
      }
    } finally {
      await browser.close();
      await server.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** By the folder that they show. */
const SCENES = {
  bare: takeSetUp,
  shop: takeShop,
  deployed: takeDeployed,
  chain: takePromotion,
  old: takeAdoption,
};

async function takeSetUp(studio) {
  await studio.command('Set Up Pipeline');
  await studio.line('environments:');
  await studio.toast('A proposal from');
  await studio.workbench.hideToasts();
  await studio.takeDocument('set-up-pipeline', { also: [studio.page.locator('.tab.active')] });
}

async function takeShop(studio, shop) {
  await studio.showViews();
  await takeBeginning(studio);
  await takeRelease(studio, shop);
  await takeWayBack(studio, shop);
}

async function takeDeployed(studio, shop, environment) {
  await studio.showViews();
  await takeLooks(studio);
  await takeDrift(studio, shop, environment);
  await takeStops(studio, shop);
}

async function takeBeginning(studio) {
  await studio.command('Doctor');
  await studio.line('Doctor');
  await studio.takeDocument('doctor');
  await studio.tidy();
  await studio.command('Migration Checklist');
  await studio.line('Migration checklist');
  await studio.takeDocument('migration-checklist');
  await studio.tidy();
  await studio.command('Bake Image');
  const toast = await studio.toast('baked');
  await studio.take('bake-image', [...studio.view('Runs'), toast]);
  await studio.tidy();
}

async function takeRelease(studio, shop) {
  await studio.command('Deploy');
  const question = await studio.toast('its plan waits for you');
  await studio.line('Plan for local');
  await studio.take('deploy', [...studio.view('Runs'), question]);
  await studio.workbench.hideToasts();
  const lens = await studio.lens('Approve and apply');
  await studio.takeDocument('show-plan', { lines: 21, also: [lens] });
  await studio.command('Approve Plan');
  const modal = await studio.modal('Environment: local');
  await studio.take('approve-plan', [modal]);
  await studio.press(modal, 'Apply This Plan');
  await studio.toast('is live');
  await studio.tidy();

  writeVersion(shop, 2);
  await studio.command('Deploy');
  await studio.toast('its plan waits for you');
  await studio.workbench.hideToasts();
  await studio.command('Discard Plan');
  await studio.line('Discarded by');
  await studio.takeDocument('discard-plan', { lines: 16 });
  await studio.tidy();
  await deployNow(studio);
}

async function deployNow(studio) {
  await studio.command('Deploy');
  await studio.press(await studio.toast('its plan waits for you'), 'Approve…');
  await studio.press(await studio.modal('Environment: local'), 'Apply This Plan');
  await studio.toast('is live');
  await studio.tidy();
}

async function takeWayBack(studio, shop) {
  await studio.command('Route Traffic');
  const modal = await studio.modal('Roll local back to');
  await studio.take('route-traffic', [modal]);
  await studio.page.keyboard.press('Escape');

  await studio.command('Roll Back');
  const choices = await studio.choices('the last healthy one');
  await studio.take('roll-back', [studio.page.locator('.quick-input-widget')]);
  await choices.first().click();
  await studio.press(await studio.modal('Roll local back to'), 'Roll Back Now');
  await studio.toast('local is back on vm');
  await studio.tidy();

  writeVersion(shop, 3);
  await deployNow(studio);
  await studio.command('Retire Old');
  await studio.toast('its plan waits for you');
  await studio.workbench.hideToasts();
  await studio.line('Takes away');
  await studio.takeDocument('retire-old', { lines: 19, also: [await studio.lens('Approve and apply')] });
  await studio.command('Discard Plan');
  await studio.line('Discarded by');
  await studio.tidy();
}

async function takeLooks(studio) {
  await studio.command('Refresh Releases');
  await studio.take('refresh-releases', studio.view('Releases'));

  const documents = [
    ['Check Health', 'check-health', 'Health of local'],
    ['Show What Is Running', 'show-what-is-running', 'What runs in local'],
    ['Verify Ledger', 'verify-ledger', 'Nobody changed the history'],
  ];
  for (const [title, name, text] of documents) {
    await studio.command(title);
    await studio.line(text);
    await studio.takeDocument(name);
    await studio.tidy();
  }

  await studio.command('Compare Releases');
  for (const title of [/the first/, /Compare .+ with/]) {
    await studio.page.locator('.quick-input-titlebar', { hasText: title }).waitFor();
    await (await studio.choices('deploy')).first().click();
  }
  await studio.line('Releases of local');
  await studio.takeDocument('compare-releases', { also: [await studio.lens('Diff of immutable.yaml')] });
  await studio.tidy();

  await studio.command('Debug Instance');
  await (await studio.choices('has the traffic')).first().click();
  await studio.type('What do you look for?', 'the shop answers slowly');
  await studio.line('Look into');
  await studio.takeDocument('debug-instance');
  await studio.tidy();

  await studio.command('Open Run Log');
  await (await studio.choices(/./)).first().click();
  await studio.line('■ live');
  await studio.takeDocument('open-run-log', { end: true, lines: 20 });
  await studio.tidy();
}

/** A run that is stopped, one whose engine is killed, and a lock that nobody can tell about. */
async function takeStops(studio, shop) {
  const main = join(shop, 'terraform/main.tf');
  const text = readFileSync(main, 'utf8');
  writeFileSync(main, text.replace('triggers_replace', SLOW));
  writeVersion(shop, 4);
  await studio.command('Deploy');
  await studio.press(await studio.toast('its plan waits for you'), 'Approve…');
  await studio.press(await studio.modal('Environment: local'), 'Apply This Plan');
  await untilNewestRun(shop, 'apply.intent');
  await studio.command('Cancel Run');
  const stop = await studio.modal('Stop: Deploy to local?');
  await studio.take('cancel-run', [stop]);
  await studio.press(stop, 'Stop the Run');
  // The old servers of the colour were gone already: it says so.
  await studio.toast(/was cancelled|was applied in part/);
  writeFileSync(main, text);
  writeVersion(shop, 5);
  await studio.tidy();

  await studio.command('Deploy');
  await studio.toast('its plan waits for you');
  const { pid } = JSON.parse(readFileSync(join(newestRun(shop), 'engine.json'), 'utf8'));
  process.kill(pid, 'SIGKILL');
  await studio.toast('was interrupted');
  await studio.command('Resume Interrupted Run');
  const resume = await studio.modal('Go on with: Deploy to local?');
  await studio.take('resume-interrupted-run', [resume]);
  await studio.press(resume, 'Resume');
  await studio.toast('its plan waits for you');
  await studio.command('Discard Plan');
  await studio.line('Discarded by');
  await studio.tidy();

  leaveLock(shop, 'local');
  await studio.command('Take Over Lock');
  const modal = await studio.modal('Take over the lock of local?');
  await studio.take('take-over-lock', [modal]);
  await studio.press(modal, 'Take Over');
  await studio.type('Type local to go on', 'local');
  await studio.type('Why?', 'His laptop is gone');
  await studio.toast('The lock of local is ended');
  await studio.tidy();
}

/** Somebody changes what runs, without the release engine. Afterwards it is as it was. */
async function takeDrift(studio, shop, environment) {
  const path = join(shop, 'terraform/terraform.tfstate');
  const state = readFileSync(path);
  terraform(shop, environment, 'state', 'rm', 'terraform_data.servers["blue"]');
  await studio.command('Detect Drift');
  await studio.line('What runs in local');
  await studio.takeDocument('detect-drift');
  await studio.tidy();
  writeFileSync(path, state);
}

async function takePromotion(studio) {
  await studio.showViews();
  await studio.command('Promote');
  const question = await studio.toast('its plan waits for you');
  await studio.take('promote', [...studio.view('Releases'), ...studio.view('Runs'), question]);
  await studio.workbench.hideToasts();
  await studio.command('Discard Plan');
  await studio.line('Discarded by');
}

async function takeAdoption(studio) {
  await studio.showViews();
  await studio.command('Adopt Existing Deployment');
  await studio.press(await studio.modal('Write down what runs in local'), 'Look and Plan');
  await studio.toast('its plan waits for you');
  await studio.line('Adopt what runs in local');
  await studio.workbench.hideToasts();
  await studio.takeDocument('adopt-existing-deployment', { also: [await studio.lens('Approve and apply')] });
  await studio.command('Discard Plan');
  await studio.line('Discarded by');
}

function newestRun(shop) {
  const runs = join(shop, '.git/immutable/runs');
  return join(runs, readdirSync(runs).sort().at(-1));
}

/** Waits until the journal of the newest run says something. */
async function untilNewestRun(shop, text) {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    try {
      if (readFileSync(join(newestRun(shop), 'journal.jsonl'), 'utf8').includes(text)) return;
    } catch {
      // Not written yet.
    }
    await sleep(100);
  }
  throw new Error(`the newest run of ${shop} never came to ${text}`);
}
