// Writes everything that follows from the rules' own metadata: the registry, the table in the README, the index of the
// rule pages and the JSON Schema of immutable.yaml, whose keys of delivery the release engine defines. `--check` only compares and fails when something is stale.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const check = process.argv.includes('--check');
const rulesDirectory = join(root, 'server/src/rules');
const stale = [];

function ruleFiles() {
  return readdirSync(rulesDirectory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((family) =>
      readdirSync(join(rulesDirectory, family.name))
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `${family.name}/${name.slice(0, -3)}`),
    )
    .sort();
}

async function emit(path, text) {
  const target = join(root, path);
  const options = (await resolveConfig(target)) ?? {};
  const formatted = await format(text, { ...options, filepath: target });
  const current = existsSync(target) ? readFileSync(target, 'utf8') : undefined;
  if (current === formatted) return;
  if (check) stale.push(path);
  else {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, formatted);
    console.log(`wrote ${path}`);
  }
}

function identifier(id) {
  return id.replace(/[/-](.)/g, (_, letter) => letter.toUpperCase());
}

async function registry(ids) {
  const imports = ids.map((id) => `import ${identifier(id)} from './${id}';`).join('\n');
  await emit(
    'server/src/rules/index.gen.ts',
    `// Written by scripts/gen-rules.mjs from the files beside it. Do not edit.
import type { LintRule } from '../model/facts';
${imports}

/** Every rule of the catalogue, by id. */
export const ALL_RULES: readonly LintRule[] = [${ids.map(identifier).join(', ')}];
`,
  );
}

async function loadMetadata() {
  const directory = mkdtempSync(join(tmpdir(), 'immutable-rules-'));
  try {
    const outfile = join(directory, 'rules.cjs');
    await build({
      stdin: {
        contents: `export { ALL_RULES } from './server/src/rules/index.gen';
export { SUPPRESSION_RULES } from './server/src/core/suppression-rules';
export { buildConfigSchema } from './server/src/core/config-schema';`,
        resolveDir: root,
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile,
      // jsonc-parser's `main` is a UMD file that no bundler can follow.
      mainFields: ['module', 'main'],
      logLevel: 'error',
    });
    return (await import(pathToFileURL(outfile).href)).default;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function table(metas, prefix) {
  const rows = metas.map((meta) => {
    const fix = meta.fix ?? '–';
    return `| [${meta.id}](${prefix}${meta.id}.md) | ${meta.summary} | ${meta.severity} | ${fix} | ${meta.recommended ? 'yes' : 'strict'} |`;
  });
  return ['| Rule | What must be true | Severity | Fix | On |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

const ids = ruleFiles();
await registry(ids);
const { ALL_RULES, SUPPRESSION_RULES, buildConfigSchema } = await loadMetadata();
const metas = ALL_RULES.map((rule) => rule.meta);
for (const [index, meta] of metas.entries()) {
  if (meta.id !== ids[index]) throw new Error(`server/src/rules/${ids[index]}.ts declares the id ${meta.id}`);
}
const all = [...metas, ...SUPPRESSION_RULES];
await emit(
  'docs/rules/README.md',
  `# Rules

One page a rule. Written from the rules' own metadata by \`npm run gen\`.

${table(all, '')}
`,
);
const delivery = JSON.parse(readFileSync(join(root, 'release/src/config/pipeline.schema.json'), 'utf8'));
await emit('schemas/immutable.schema.json', JSON.stringify(buildConfigSchema(all, delivery), null, 2));
await emit(
  'server/src/lsp/delivery-schema.gen.ts',
  `// Written by scripts/gen-rules.mjs from release/src/config/pipeline.schema.json. Do not edit.
import type { JsonSchema } from '../core/config-schema';

/** The keys of \`immutable.yaml\` beside \`lint\`. */
export const DELIVERY_SCHEMA: JsonSchema = ${JSON.stringify(delivery)};
`,
);
if (existsSync(join(root, 'README.md'))) {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const marked = /<!-- rules -->[\s\S]*<!-- \/rules -->/;
  if (!marked.test(readme)) throw new Error('README.md has no <!-- rules --> … <!-- /rules --> markers');
  await emit(
    'README.md',
    readme.replace(marked, () => `<!-- rules -->\n\n${table(all, 'docs/rules/')}\n\n<!-- /rules -->`),
  );
}
if (stale.length > 0) {
  console.error(`Stale: ${stale.join(', ')}. Run \`npm run gen\` and commit the result.`);
  process.exit(1);
}
