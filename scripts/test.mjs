// `npm test`: types, lint rules, format, generated files, then every test. All steps run even when one fails.
// Words behind `--` go to Vitest: `npm test -- test/cli`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const results = join(root, 'test-results', 'vitest.json');
const bin = (name, script) => [process.execPath, [join(root, 'node_modules', name, script)]];
const filters = process.argv.slice(2);

const steps = [
  ['types', ...bin('typescript', 'bin/tsc'), ['-b']],
  ['eslint', ...bin('eslint', 'bin/eslint.js'), ['.', '--cache', '--cache-location', '.tsbuild/eslint']],
  ['prettier', ...bin('prettier', 'bin/prettier.cjs'), ['--check', '--log-level', 'warn', '.']],
  ['generated files', process.execPath, ['scripts/gen-rules.mjs', '--check'], []],
  [
    'tests',
    ...bin('vitest', 'vitest.mjs'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`, ...filters],
  ],
];

mkdirSync(dirname(results), { recursive: true });
rmSync(results, { force: true });
const failed = [];
for (const [name, program, script, args] of steps) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(program, [...script, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}

const counts = readCounts();
console.log('');
if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}`);
// A step that fails without a failing test still is a failure.
const failures = counts.failed + failed.filter((name) => name !== 'tests' || counts.failed === 0).length;
console.log(`${counts.passed} passed, ${failures} failed, ${counts.skipped} skipped`);
process.exitCode = failed.length > 0 ? 1 : 0;

function readCounts() {
  try {
    const report = JSON.parse(readFileSync(results, 'utf8'));
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
