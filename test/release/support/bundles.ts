import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Bundles a program of the project, as the release does, into a folder that `dispose` removes. */
export async function bundleProgram(entry: string): Promise<{ readonly path: string; readonly dispose: () => void }> {
  const directory = mkdtempSync(join(tmpdir(), 'immutable-bundle-'));
  const path = join(directory, 'program.cjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return { path, dispose: () => rmSync(directory, { recursive: true, force: true }) };
}
