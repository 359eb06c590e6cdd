import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { extensions } from 'vscode';
import type { ExtensionApi } from '../../../client/src/start';

const EXTENSION = 'immutable-infra.immutable-infra';

/** Entry point that VS Code calls in its extension host: notes how long the extension takes (`npm run bench client`). */
export async function run(): Promise<void> {
  const extension = extensions.getExtension<ExtensionApi>(EXTENSION);
  if (!extension) throw new Error(`${EXTENSION} is not there`);
  const { activationMs } = await extension.activate();
  const bundle = join(extension.extensionPath, 'dist/client.node.js');
  const load = createRequire(bundle);
  // The host has read it already: once more from the beginning. Nothing of it acts before it is activated.
  Reflect.deleteProperty(load.cache, bundle);
  const begun = performance.now();
  load(bundle);
  const loadMs = performance.now() - begun;
  writeFileSync(process.env['IMMUTABLE_BENCH_REPORT'] ?? '', JSON.stringify({ activationMs, loadMs }));
}
