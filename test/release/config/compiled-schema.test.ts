import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPipeline } from '../../../release/src/config/shape';

const ROOT = join(import.meta.dirname, '..', '..', '..');

type Check = typeof isPipeline;

describe('the schema that bundles hold', () => {
  let directory: string;
  let compiled: Check;
  let inputs: readonly string[];
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'immutable-schema-'));
    const plugin = pathToFileURL(join(ROOT, 'scripts/compiled-schema.mjs')).href;
    const { compiledSchema } = (await import(plugin)) as { readonly compiledSchema: Plugin };
    const outfile = join(directory, 'shape.mjs');
    const { metafile } = await build({
      entryPoints: [join(ROOT, 'release/src/config/shape.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      metafile: true,
      plugins: [compiledSchema],
    });
    inputs = Object.keys(metafile.inputs);
    compiled = ((await import(pathToFileURL(outfile).href)) as { readonly isPipeline: Check }).isPipeline;
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('needs no compiler', () => {
    expect(inputs.filter((path) => /ajv\/dist\/(?!runtime\/)/.test(path))).toEqual([]);
  });

  it.each([
    { app: 'shop', images: { web: { container: { repository: '127.0.0.1:5000/web' } } } },
    { app: 'Shop' },
    { app: 'shop', environments: { local: { target: { containers: { run: [] } }, soak: 'soon' } } },
    { app: 'shop', images: { web: { container: {}, packer: {} } }, unknown: 1 },
    [],
  ])('says the same as the schema itself: %j', (data) => {
    expect(compiled(data)).toBe(isPipeline(data));
    expect(compiled.errors ?? []).toEqual(isPipeline.errors ?? []);
  });
});
