// Compiles the schema of pipelines while bundling: to compile it takes half a second of a processor, and every start of
// the command line, the engine and the editor's delivery half would pay that.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);

/** For esbuild: puts the compiled function in the place of `release/src/config/shape.ts`. */
export const compiledSchema = {
  name: 'compiled-schema',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]release[\\/]src[\\/]config[\\/]shape\.ts$/ }, async ({ path }) => {
      const source = await sourceOf(path);
      const contents = `const compiled = { exports: {} };
(function (module, exports) {${source}
})(compiled, compiled.exports);
export const isPipeline = compiled.exports;
`;
      return { contents, loader: 'js', resolveDir: dirname(path) };
    }),
};

async function sourceOf(path) {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    external: ['ajv'],
    logLevel: 'warning',
  });
  const made = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0].text)(made, made.exports, require);
  return standalone.default(made.exports.ajv, made.exports.isPipeline);
}
