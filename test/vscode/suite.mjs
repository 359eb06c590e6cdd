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

/** Runs the suite in VS Code's server and a headless browser. */
export async function runHostSuite() {
  const editor = ensureEditor();
  const browser = ensureBrowser();
  const directory = mkdtempSync(join(tmpdir(), 'immutable-vscode-'));
  try {
    const report = join(directory, 'report.json');
    const state = join(directory, 'state');
    mkdirSync(state);
    const problem = await runInHost({
      editor,
      browser,
      directory: state,
      extension: root,
      suite: await bundleHostSuite(),
      workspace: makeWorkspace(directory).file,
      environment: { IMMUTABLE_TEST_REPORT: report },
      limit: LIMIT_MS,
    });
    return readReport(report, problem);
  } finally {
    if (process.env.VSCODE_TEST_KEEP === undefined) rmSync(directory, { recursive: true, force: true });
    else console.log(`kept ${directory}`);
  }
}
