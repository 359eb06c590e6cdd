// Builds the CLI and the benchmark, then runs it. Extra words are passed on.
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
  const outfile = join(directory, 'bench.cjs');
  await build({
    mainFields: ['module', 'main'],
    entryPoints: [join(root, 'test/bench/bench.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  const run = spawnSync(process.execPath, [outfile, root], { stdio: 'inherit' });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
