// Builds what is shipped and the benchmarks, then runs them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const directory = mkdtempSync(join(tmpdir(), 'immutable-bench-build-'));
try {
  const built = spawnSync(process.execPath, [join(root, 'esbuild.mjs')], { stdio: 'inherit' });
  if (built.status !== 0) process.exit(built.status ?? 1);
  // Words name the parts to run; all without one.
  const wanted = process.argv.slice(2);
  for (const part of ['bench', 'lsp'].filter((name) => wanted.length === 0 || wanted.includes(name))) {
    const outfile = join(directory, `${part}.mjs`);
    await build({
      mainFields: ['module', 'main'],
      entryPoints: [join(root, `test/bench/${part}.ts`)],
      bundle: true,
      platform: 'node',
      format: 'esm',
      // Packages in CommonJS ask for Node's modules with it.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      outfile,
      logLevel: 'error',
    });
    const run = spawnSync(process.execPath, [outfile, root], { stdio: 'inherit' });
    if (run.status !== 0) process.exitCode = run.status ?? 1;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
