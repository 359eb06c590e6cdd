// `npm run pictures [-- delivery [SCENE]]`: takes the pictures of the documentation: those of the suites in the browser, and one
// of what each command of delivery shows; `delivery` takes only the latter.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runBrowserSuite } from './browser/index.mjs';
import { runReleaseBrowserTests } from './browser/release.mjs';
import { ensureBrowser, ensureEditor } from './host.mjs';
import { takeDeliveryPictures } from './pictures/delivery.mjs';
import { shrink } from './pictures/shrink.mjs';
import { root } from './suite.mjs';

const PICTURES = ['quick-fix', 'diff', 'release-plan', 'release-unhealthy'];

const [part, scene] = process.argv.slice(2);
await takeDeliveryPictures(scene);
if (part !== 'delivery') await takeSuitePictures();

async function takeSuitePictures() {
  const release = await runReleaseBrowserTests({ editor: ensureEditor(), executable: ensureBrowser() });
  const failures = [...(await runBrowserSuite()).failures, ...release.failures];
  for (const failure of failures) console.error(failure);
  if (failures.length > 0) {
    process.exitCode = 1;
    return;
  }
  const target = join(root, 'docs/images');
  mkdirSync(target, { recursive: true });
  for (const name of PICTURES)
    shrink(join(root, 'test-results/vscode', `${name}-dark.png`), join(target, `${name}.png`));
}
