// `npm run pictures`: takes the pictures of the documentation from the suite in the browser.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runBrowserSuite } from './browser/index.mjs';
import { runReleaseBrowserTests } from './browser/release.mjs';
import { ensureBrowser, ensureEditor } from './host.mjs';
import { root } from './suite.mjs';

const PICTURES = ['quick-fix', 'diff', 'release-plan', 'release-unhealthy'];

const release = await runReleaseBrowserTests({ editor: ensureEditor(), executable: ensureBrowser() });
const failures = [...(await runBrowserSuite()).failures, ...release.failures];
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exitCode = 1;
else {
  const target = join(root, 'docs/images');
  mkdirSync(target, { recursive: true });
  for (const name of PICTURES)
    copyFileSync(join(root, 'test-results/vscode', `${name}-dark.png`), join(target, `${name}.png`));
}
