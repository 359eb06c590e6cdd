// Builds what is shipped and the benchmarks, then runs them: `npm run bench [part …]`. What each measures: docs/performance.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The parts in order. Those in JavaScript drive a real editor with what the tests have for that, and are not bundled. */
const PARTS = { bench: 'ts', lsp: 'ts', release: 'ts', client: 'mjs', editor: 'mjs' };

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const directory = mkdtempSync(join(tmpdir(), 'immutable-bench-build-'));
try {
  const built = spawnSync(process.execPath, [join(root, 'esbuild.mjs')], { stdio: 'inherit' });
  if (built.status !== 0) process.exit(built.status ?? 1);
  // Words name the parts to run; all without one.
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
  if (unknown.length > 0) {
    console.error(`There is no part ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}.`);
    process.exit(2);
  }
  for (const [part, ending] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(part)) continue;
    const source = join(root, `test/bench/${part}.${ending}`);
    const outfile = ending === 'mjs' ? source : await bundle(source, join(directory, `${part}.mjs`));
    const run = spawnSync(process.execPath, [outfile, root], { stdio: 'inherit' });
    if (run.status !== 0) process.exitCode = run.status ?? 1;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function bundle(source, outfile) {
  await build({
    mainFields: ['module', 'main'],
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Packages in CommonJS ask for Node's modules with it.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    outfile,
    logLevel: 'error',
  });
  return outfile;
}
