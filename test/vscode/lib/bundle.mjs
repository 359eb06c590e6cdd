// Bundles the suites: they are TypeScript, and import the sources that they test.
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * @param {string} root the repository
 * @param {string} entry path of the entry point, relative to the repository
 * @param {string} outfile absolute path
 */
export async function bundleSuite(root, entry, outfile) {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['vscode', 'mocha', 'playwright-core'],
    sourcemap: 'inline',
    // Sources that both kinds of tests use know where they lie; the bundle lies elsewhere.
    define: { 'import.meta.dirname': JSON.stringify(join(root, 'test', 'support')) },
    nodePaths: [join(root, 'node_modules')],
    logLevel: 'warning',
  });
  return outfile;
}
