// `npm test`: types, lint rules, format, generated files, every test, then the suites in a real VS Code. All steps run
// even when one fails. Words behind `--` go to Vitest, and VS Code is left out then: `npm test -- test/cli`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages, TEST_PACKAGES } from './system-packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const results = join(root, 'test-results', 'vitest.json');
const editorResults = join(root, 'test-results', 'vscode.json');
const bin = (name, script) => [process.execPath, [join(root, 'node_modules', name, script)]];
const filters = process.argv.slice(2);

const steps = [
  ['types', ...bin('typescript', 'bin/tsc'), ['-b']],
  ['eslint', ...bin('eslint', 'bin/eslint.js'), ['.', '--cache', '--cache-location', '.tsbuild/eslint']],
  ['prettier', ...bin('prettier', 'bin/prettier.cjs'), ['--check', '--log-level', 'warn', '.']],
  ['generated files', process.execPath, ['scripts/gen-rules.mjs', '--check'], []],
  ['texts to translate', process.execPath, ['scripts/gen-l10n.mjs', '--check'], []],
  [
    'tests',
    ...bin('vitest', 'vitest.mjs'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`, ...filters],
  ],
  ...(filters.length > 0 ? [] : [['VS Code', process.execPath, ['test/vscode/run.mjs'], []]]),
];

// Once, before several tests ask for them at the same time. A test whose tools are missing says so.
if (filters.length === 0) ensurePackages(TEST_PACKAGES);
mkdirSync(dirname(results), { recursive: true });
for (const file of [results, editorResults]) rmSync(file, { force: true });
const failed = [];
for (const [name, program, script, args] of steps) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(program, [...script, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}

const vitest = readCounts(results, (report) => ({
  passed: report.numPassedTests,
  failed: report.numFailedTests,
  skipped: report.numPendingTests + report.numTodoTests,
}));
const editor = readCounts(editorResults, (report) => report);
console.log('');
if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}`);
// A step that fails without a failing test still is a failure.
const counted = { tests: vitest.failed, 'VS Code': editor.failed };
const failures = vitest.failed + editor.failed + failed.filter((name) => (counted[name] ?? 0) === 0).length;
console.log(`${vitest.passed + editor.passed} passed, ${failures} failed, ${vitest.skipped + editor.skipped} skipped`);
process.exitCode = failed.length > 0 ? 1 : 0;

function readCounts(file, counts) {
  try {
    return counts(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
