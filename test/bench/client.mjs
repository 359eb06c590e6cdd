// `npm run bench client`: how long the extension's own code takes until the editor goes on: reading the bundle, and
// `activate`. In the extension host of a real VS Code, a new one each time.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBrowser, ensureEditor, MissingPrerequisite } from '../vscode/host.mjs';
import { bundleSuite } from '../vscode/lib/bundle.mjs';
import { runInHost } from '../vscode/lib/in-host.mjs';
import { quantile, withLoad } from './numbers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const WINDOWS = 5;
const LIMIT_MS = 60_000;

async function activations() {
  const editor = ensureEditor();
  const browser = ensureBrowser();
  const directory = mkdtempSync(join(tmpdir(), 'immutable-bench-client-'));
  try {
    const suite = await bundleSuite(root, 'test/vscode/bench/client-suite.ts', join(directory, 'suite.cjs'));
    const found = [];
    for (let window = 0; window < WINDOWS; window++) {
      const state = join(directory, `state-${window}`);
      const report = join(directory, `report-${window}.json`);
      const environment = { IMMUTABLE_BENCH_REPORT: report };
      const problem = await runInHost({
        editor,
        browser,
        directory: state,
        extension: root,
        suite,
        environment,
        limit: LIMIT_MS,
      });
      // A window that does not come is a fault of the machine or of VS Code; it is told, and the others still count.
      if (problem !== undefined) console.log(`Window ${window + 1} is not counted: ${problem}.`);
      else found.push(JSON.parse(readFileSync(report, 'utf8')));
    }
    return found;
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

try {
  console.log(withLoad('The extension in the extension host of VS Code. Times in milliseconds.'));
  const found = await activations();
  const row = (what, values, goal) => ({
    what,
    goal,
    min: Math.min(...values).toFixed(1),
    p50: quantile(values, 0.5).toFixed(1),
    max: Math.max(...values).toFixed(1),
  });
  console.table([
    row(
      'reading the bundle',
      found.map(({ loadMs }) => loadMs),
      '',
    ),
    row(
      'own code at activation',
      found.map(({ activationMs }) => activationMs),
      '30',
    ),
  ]);
  const size = statSync(join(root, 'dist/client.node.js')).size;
  console.log(`${found.length} windows. dist/client.node.js has ${(size / 1024).toFixed(0)} kB.`);
} catch (error) {
  if (!(error instanceof MissingPrerequisite)) throw error;
  console.log(`Not measured: ${error.message}.`);
}
