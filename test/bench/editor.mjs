// `npm run bench editor`: what a person waits for: from the key to the squiggle in the page, and until it is gone again. The
// packed extension in a real VS Code and a headless browser.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageExtension } from '../../scripts/package.mjs';
import { Workbench } from '../vscode/browser/workbench.mjs';
import { ensureBrowser, ensureEditor, MissingPrerequisite } from '../vscode/host.mjs';
import { launchBrowser, workbenchAddress } from '../vscode/lib/browser.mjs';
import { QUIET_SETTINGS } from '../vscode/lib/quiet-settings.mjs';
import { installExtension, startServer } from '../vscode/lib/server.mjs';
import { quantile, withLoad } from './numbers.mjs';

/** Each round types one character and takes it away. */
const ROUNDS = 60;
const WARM = 5;
/** Between two keys, so that each is measured alone. */
const PAUSE_MS = 120;
const LIMIT = { polling: 'raf', timeout: 30_000 };

/** `FROM node:lates`, and one more letter makes it a finding. */
const FILES = [
  ['50 lines', 'small/Dockerfile', 50],
  ['2,000 lines', 'large/Dockerfile', 2_000],
];

function dockerfile(lines) {
  return `FROM node:lates\nUSER node\n${'RUN echo "a line as long as such lines are" && true\n'.repeat(lines - 3)}CMD ["node"]\n`;
}

/** Runs in the page: notes when a key is pressed, and when the squiggle that it asks for has come or gone. */
function watch() {
  const noted = { come: [], gone: [] };
  globalThis.benchNotes = noted;
  let pressed = 0;
  let wanted;
  const isThere = () => globalThis.document.querySelector('.editor-instance .squiggly-error') !== null;
  const pressedKey = ({ key }) => {
    if (key !== 't' && key !== 'Backspace') return;
    pressed = performance.now();
    wanted = key === 't' ? 'come' : 'gone';
  };
  globalThis.addEventListener('keydown', pressedKey, true);
  const look = () => {
    if (wanted === undefined || isThere() !== (wanted === 'come')) return;
    noted[wanted].push(performance.now() - pressed);
    wanted = undefined;
  };
  const changes = { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] };
  new globalThis.MutationObserver(look).observe(globalThis.document.querySelector('.editor-instance'), changes);
}

async function typing(page) {
  await page.evaluate(watch);
  for (let round = 1; round <= WARM + ROUNDS; round++) {
    await page.keyboard.press('t');
    await page.waitForFunction((count) => globalThis.benchNotes.come.length === count, round, LIMIT);
    await page.waitForTimeout(PAUSE_MS);
    await page.keyboard.press('Backspace');
    await page.waitForFunction((count) => globalThis.benchNotes.gone.length === count, round, LIMIT);
    await page.waitForTimeout(PAUSE_MS);
  }
  return page.evaluate(() => globalThis.benchNotes);
}

function row(file, what, values) {
  const counted = values.slice(WARM);
  return {
    file,
    squiggle: what,
    first: values[0].toFixed(0),
    p50: quantile(counted, 0.5).toFixed(0),
    p95: quantile(counted, 0.95).toFixed(0),
    max: Math.max(...counted).toFixed(0),
    keystrokes: counted.length,
  };
}

async function measure() {
  const editor = ensureEditor();
  const executable = ensureBrowser();
  const directory = mkdtempSync(join(tmpdir(), 'immutable-bench-editor-'));
  let server;
  let browser;
  try {
    const folder = join(directory, 'shop');
    for (const [, path, lines] of FILES) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), dockerfile(lines));
    }
    const vsix = join(directory, 'extension.vsix');
    packageExtension(vsix);
    installExtension(editor, directory, vsix);
    // Nothing is written to the disk meanwhile: the measure is of typing alone.
    server = await startServer({ editor, directory, settings: { ...QUIET_SETTINGS, 'files.autoSave': 'off' } });
    browser = await launchBrowser(executable);
    const rows = [];
    for (const [name, path] of FILES) {
      const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
      const workbench = new Workbench(await context.newPage());
      await workbench.open(workbenchAddress(server, folder));
      await workbench.openFile(path);
      await workbench.goTo(1, 'FROM node:lates'.length + 1);
      await workbench.page.waitForTimeout(2_000);
      const { come, gone } = await typing(workbench.page);
      rows.push(row(name, 'comes', come), row(name, 'goes', gone));
      await context.close();
    }
    return rows;
  } finally {
    await browser?.close();
    await server?.stop();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

try {
  console.log(withLoad('From the key to the squiggle in the page. Times in milliseconds.'));
  console.table(await measure());
} catch (error) {
  if (!(error instanceof MissingPrerequisite)) throw error;
  console.log(`Not measured: ${error.message}.`);
}
