// Writes l10n/bundle.l10n.json: every text that the client shows, for translators. `--check` only compares.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sources = join(root, 'client/src');
const target = join(root, 'l10n/bundle.l10n.json');

const texts = new Set();
for (const entry of readdirSync(sources, { recursive: true })) {
  if (String(entry).endsWith('.ts')) collect(join(sources, String(entry)));
}
const bundle = Object.fromEntries([...texts].sort().map((text) => [text, text]));
const written = `${JSON.stringify(bundle, null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync(target, written);
else if (readFileSync(target, 'utf8') !== written) {
  console.error('Stale: l10n/bundle.l10n.json. Run `npm run gen` and commit the result.');
  process.exitCode = 1;
}

/** The texts given to `l10n.t`; what is put together at run time could not be translated. */
function collect(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node) => {
    if (ts.isCallExpression(node) && node.expression.getText(source) === 'l10n.t') {
      const [text] = node.arguments;
      if (!text || !ts.isStringLiteralLike(text)) throw new Error(`${file}: l10n.t needs a text that is written out`);
      texts.add(text.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}
