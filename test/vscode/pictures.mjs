// `npm run pictures`: takes the pictures of the documentation from the suite in the browser.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages } from '../../scripts/system-packages.mjs';
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
    shrink(join(root, 'test-results/vscode', `${name}-dark.png`), join(target, `${name}.png`));
}

/** The pictures are in the package, so they are kept small: a palette does for a screenshot. */
function shrink(from, to) {
  if (!ensurePackages(['pngquant'])) throw new Error('pngquant is needed to shrink the pictures. Install it first.');
  const { status, stderr } = spawnSync(
    'pngquant',
    ['--force', '--quality', '70-95', '--speed', '1', '--output', to, from],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`pngquant could not shrink ${from}: ${stderr}`);
}
