// The suite inside the extension host, with the workspace that it works on.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBrowser, ensureEditor } from './host.mjs';
import { bundleSuite } from './lib/bundle.mjs';
import { runInHost } from './lib/in-host.mjs';
import { readReport } from './report.mjs';

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '../..');
const LIMIT_MS = 300_000;

/** Copies the fixtures: tests write, and a folder named `test` would make everything development. */
export function makeWorkspace(directory, settings = {}) {
  const workspace = join(directory, 'workspace');
  cpSync(join(here, 'fixtures'), workspace, { recursive: true });
  const file = join(workspace, 'all.code-workspace');
  writeFileSync(file, JSON.stringify({ folders: [{ path: 'shop' }, { path: 'legacy' }], settings }));
  return { workspace, file };
}

/** Bundles the suite to where it finds Mocha. */
export function bundleHostSuite() {
  return bundleSuite(root, 'test/vscode/suite/index.ts', join(root, '.tsbuild/vscode/suite.cjs'));
}

/** A folder of no disk: a stand-in for a repository on a server provides it. */
function makeVirtualWorkspace(directory) {
  const file = join(directory, 'virtual.code-workspace');
  writeFileSync(file, JSON.stringify({ folders: [{ uri: 'stubfs:/shop', name: 'shop' }] }));
  return file;
}

/**
 * The windows that the suite runs in, by the name of its tests in `suite/index.ts`. Each has an editor of its own, so
 * that none depends on what another left behind.
 *
 * @type {Readonly<Record<string, { stubs?: readonly string[], workspace?: (directory: string) => string }>>}
 */
const WINDOWS = {
  workspace: { workspace: (directory) => makeWorkspace(directory).file },
  neighbours: {
    stubs: ['yaml', 'terraform', 'docker'],
    workspace: (directory) => makeWorkspace(directory).file,
  },
  virtual: { stubs: ['virtual-files'], workspace: makeVirtualWorkspace },
  empty: {},
};

/** Runs the suite in VS Code's server and a headless browser. `VSCODE_TEST_WINDOW` names the only window to open. */
export async function runHostSuite() {
  const editor = ensureEditor();
  const browser = ensureBrowser();
  const suite = await bundleHostSuite();
  const only = process.env.VSCODE_TEST_WINDOW;
  const totals = { passed: 0, failed: 0, skipped: 0, failures: [], tests: [] };
  for (const name of Object.keys(WINDOWS)) {
    if (only !== undefined && only !== name) continue;
    const { passed, failed, skipped, failures, tests } = await runWindow({ editor, browser, suite, name });
    totals.passed += passed;
    totals.failed += failed;
    totals.skipped += skipped;
    totals.failures.push(...failures.map((failure) => `${name}: ${failure}`));
    totals.tests.push(...tests);
  }
  return totals;
}

async function runWindow({ editor, browser, suite, name }) {
  const { stubs = [], workspace } = WINDOWS[name];
  const directory = mkdtempSync(join(tmpdir(), 'immutable-vscode-'));
  try {
    const report = join(directory, 'report.json');
    const state = join(directory, 'state');
    // A new editor takes what lies in its folder of extensions for installed.
    for (const stub of stubs) cpSync(join(here, 'stubs', stub), join(state, 'extensions', stub), { recursive: true });
    mkdirSync(state, { recursive: true });
    const problem = await runInHost({
      editor,
      browser,
      directory: state,
      extension: root,
      suite,
      workspace: workspace?.(directory),
      environment: { IMMUTABLE_TEST_REPORT: report, IMMUTABLE_TEST_WINDOW: name },
      limit: LIMIT_MS,
    });
    return readReport(report, problem);
  } finally {
    if (process.env.VSCODE_TEST_KEEP === undefined) rmSync(directory, { recursive: true, force: true });
    else console.log(`kept ${directory}`);
  }
}
