// Bundles what is shipped. `dist/` is never committed.
import { chmodSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const { version, homepage = '' } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

await build({
  absWorkingDir: root,
  entryPoints: ['cli/src/main.ts'],
  outfile: 'dist/cli.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // jsonc-parser's `main` is UMD, which cannot be bundled.
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: false,
  banner: { js: '#!/usr/bin/env node' },
  define: { IMMUTABLE_INFRA_PACKAGE: JSON.stringify({ version, homepage }) },
  legalComments: 'linked',
  logLevel: 'warning',
});
chmodSync(join(root, 'dist/cli.js'), 0o755);
