// Bundles what is shipped. `dist/` is never committed.
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compiledSchema } from './scripts/compiled-schema.mjs';

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
  plugins: [compiledSchema],
  legalComments: 'linked',
  logLevel: 'warning',
});
chmodSync(join(root, 'dist/cli.js'), 0o755);

// The release engine, and the program between it and a tool. Tests build a copy with crash points.
for (const [entry, name] of [
  ['release/src/engine.ts', 'engine'],
  ['release/src/process/step-runner.ts', 'step-runner'],
]) {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: `dist/${name}.js`,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: false,
    define: { IMMUTABLE_CRASH_POINTS: 'false' },
    plugins: [compiledSchema],
    legalComments: 'linked',
    logLevel: 'warning',
  });
}

/** What both language servers share. */
const server = {
  absWorkingDir: root,
  bundle: true,
  target: 'es2022',
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: false,
  legalComments: 'linked',
  logLevel: 'warning',
};

await build({
  ...server,
  entryPoints: ['server/src/lsp/main.node.ts'],
  outfile: 'dist/server.node.js',
  platform: 'node',
  format: 'cjs',
  define: { IMMUTABLE_INFRA_PACKAGE: JSON.stringify({ version, homepage }) },
});

// A worker of the browser cannot read the package, so the pages of the rules come with it.
const pages = {};
for (const entry of readdirSync(join(root, 'docs/rules'), { recursive: true })) {
  const name = String(entry).replaceAll('\\', '/');
  if (/^[a-z-]+\/[a-z0-9-]+\.md$/.test(name))
    pages[name.slice(0, -3)] = readFileSync(join(root, 'docs/rules', name), 'utf8');
}
await build({
  ...server,
  entryPoints: ['server/src/lsp/main.web.ts'],
  outfile: 'dist/server.web.js',
  platform: 'browser',
  format: 'iife',
  define: {
    IMMUTABLE_INFRA_PACKAGE: JSON.stringify({ version, homepage }),
    IMMUTABLE_INFRA_PAGES: JSON.stringify(pages),
  },
});

/** The extension's client. `vscode` is there when it runs. */
const client = {
  absWorkingDir: root,
  bundle: true,
  format: 'cjs',
  external: ['vscode'],
  minify: true,
  sourcemap: false,
  legalComments: 'linked',
  logLevel: 'warning',
};

/** What delivers lies in a bundle of its own, read on first use: most windows never deliver. */
const apart = {
  name: 'release-apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/release\/start$/ }, () => ({ path: './release.node.js', external: true })),
};
await build({
  ...client,
  entryPoints: ['client/src/main.node.ts'],
  outfile: 'dist/client.node.js',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  plugins: [apart],
});
await build({
  ...client,
  entryPoints: ['client/src/release/start.ts'],
  outfile: 'dist/release.node.js',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  plugins: [compiledSchema],
});
await build({
  ...client,
  entryPoints: ['client/src/main.web.ts'],
  outfile: 'dist/client.web.js',
  platform: 'browser',
  target: 'es2022',
  mainFields: ['browser', 'module', 'main'],
  define: { global: 'globalThis' },
});
