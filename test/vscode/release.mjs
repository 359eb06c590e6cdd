// Delivery in a real VS Code, with real Packer and Terraform: commands inside the extension host, and in a workspace
// that nobody trusts. What a person sees is in `browser/release.mjs`.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runReleaseBrowserTests } from './browser/release.mjs';
import { holdTools } from './held-tools.mjs';
import { ensureBrowser, ensureEditor, MissingPrerequisite } from './host.mjs';
import { runInHost } from './lib/in-host.mjs';
import { ensureContainers, makeContainersShop } from './release-containers.mjs';
import { readReport } from './report.mjs';
import { bundleHostSuite, root } from './suite.mjs';

const LIMIT_MS = 900_000;
const TOOLS = ['packer', 'terraform', 'git', 'podman', 'docker-registry'];

const WINDOWS = {
  release: {},
  'release-containers': { makeWorkspace: makeContainersShop },
  'release-reattach': { prepare: startSlowRun },
  'release-untrusted': { trust: true },
};

/** @returns the counts. `VSCODE_TEST_WINDOW` names the only window to open; `release-browser` is the last one. */
export async function runReleaseSuite() {
  ensureContainers();
  const missing = TOOLS.filter((name) => !isThere(name));
  if (missing.length > 0) throw new MissingPrerequisite(`${missing.join(', ')} on PATH`);
  const editor = ensureEditor();
  const browser = ensureBrowser();
  const suite = await bundleHostSuite();
  const only = process.env.VSCODE_TEST_WINDOW;
  const totals = { passed: 0, failed: 0, skipped: 0, failures: [], tests: [] };
  const add = (name, { passed, failed, skipped, failures, tests }) => {
    totals.passed += passed;
    totals.failed += failed;
    totals.skipped += skipped;
    totals.failures.push(...failures.map((failure) => `${name}: ${failure}`));
    totals.tests.push(...tests);
  };
  for (const [name, options] of Object.entries(WINDOWS)) {
    if (only === undefined || only === name) add(name, await runWindow({ editor, browser, suite, name, options }));
  }
  const name = 'release-browser';
  if (only === undefined || only === name) add(name, await runReleaseBrowserTests({ editor, executable: browser }));
  return totals;
}

async function runWindow({ editor, browser, suite, name, options }) {
  const directory = mkdtempSync(join(tmpdir(), 'immutable-release-'));
  let made;
  try {
    const report = join(directory, 'report.json');
    const state = join(directory, 'state');
    mkdirSync(state);
    const { prepare, makeWorkspace = makeShop, ...rest } = options;
    made = await makeWorkspace(directory);
    await prepare?.(made.shop);
    const problem = await runInHost({
      ...rest,
      editor,
      browser,
      directory: state,
      extension: root,
      suite,
      workspace: made.file,
      environment: {
        ...made.environment,
        IMMUTABLE_TEST_REPORT: report,
        IMMUTABLE_TEST_WINDOW: name,
        IMMUTABLE_TEST_NOTES: join(root, 'test-results/vscode', `${name}-notes.txt`),
        XDG_STATE_HOME: join(directory, 'xdg'),
        CHECKPOINT_DISABLE: '1',
      },
      limit: LIMIT_MS,
    });
    if (existsSync(`${report}.measured`)) console.log(readFileSync(`${report}.measured`, 'utf8').trimEnd());
    return readReport(report, problem);
  } finally {
    await made?.dispose?.();
    if (process.env.VSCODE_TEST_KEEP === undefined) rmSync(directory, { recursive: true, force: true });
    else console.log(`kept ${directory}`);
  }
}

/** The example pipeline as a Git repository, and beside it a folder without one. */
export function makeShop(directory) {
  const workspace = join(directory, 'workspace');
  const shop = join(workspace, 'shop');
  cpSync(join(root, 'examples/pipelines/packer-terraform'), shop, { recursive: true });
  mkdirSync(join(workspace, 'bare'));
  writeFileSync(join(workspace, 'bare/Dockerfile'), 'FROM scratch\nUSER 1000\nCMD ["/app"]\n');
  const git = (...args) => execFileSync('git', args, { cwd: shop });
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Test');
  git('config', 'user.email', 'test@example.com');
  git('add', '--all');
  git('commit', '--quiet', '--message=The shop');
  const file = join(workspace, 'all.code-workspace');
  writeFileSync(file, JSON.stringify({ folders: [{ path: 'shop' }, { path: 'bare' }] }));
  return { workspace, shop, file, environment: holdTools(directory, ['terraform']) };
}

/** A deployment by the command line that is in the middle of its apply, with nobody watching. */
async function startSlowRun(shop) {
  const main = join(shop, 'terraform/main.tf');
  const slow = 'provisioner "local-exec" {\n    command = "sleep 40"\n  }\n  triggers_replace';
  writeFileSync(main, readFileSync(main, 'utf8').replace('triggers_replace', slow));
  execFileSync('git', ['commit', '--quiet', '--all', '--message=Slow'], { cwd: shop });
  const words = [join(root, 'dist/cli.js'), 'deploy', 'local', '--approve', 'all', '--detach', '--json'];
  const { run } = JSON.parse(execFileSync(process.execPath, words, { cwd: shop, encoding: 'utf8' }));
  const journal = join(shop, '.git/immutable/runs', run, 'journal.jsonl');
  for (let tries = 0; tries < 600; tries++) {
    if (existsSync(journal) && readFileSync(journal, 'utf8').includes('apply.intent')) return;
    await sleep(100);
  }
  throw new Error(`the run ${run} did not come to its apply`);
}

function isThere(name) {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
