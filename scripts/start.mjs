// `npm start [-- paths]`: lints the example infrastructure, or the given paths, and says what to do next.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cli = join(root, 'dist', 'cli.js');
const paths = process.argv.slice(2);
const isDemo = paths.length === 0;
// npm changes to the package's directory; paths are meant from where the user stands.
const cwd = isDemo ? root : (process.env.INIT_CWD ?? process.cwd());

const report = run(['--format', 'json', '--fail-on', 'never']);
if (report.status !== 0 && report.stdout === '') {
  process.stderr.write(report.stderr);
  process.exit(report.status ?? 1);
}
const { summary, findings } = JSON.parse(report.stdout);
const shown = run(['--color', process.stdout.isTTY ? 'always' : 'auto', '--fail-on', 'never']);
process.stdout.write(shown.stdout);
process.stderr.write(shown.stderr);

const offered = { safe: 0, suggestion: 0, online: 0 };
for (const finding of findings) {
  const [fix] = finding.fixes;
  if (fix) offered[fix.level]++;
}
const where = isDemo ? 'examples' : paths.join(' ');
const lines = [
  '',
  `Fixes on offer: ${offered.safe} safe, ${offered.suggestion} suggestions, ${offered.online} that look up a digest in a registry.`,
  '',
  'Next:',
  ...(offered.safe > 0 ? [`  node dist/cli.js fix --dry-run ${where}    what the safe fixes would change`] : []),
  ...(findings.length > 0 ? [`  node dist/cli.js explain ${findings[0].rule}    why, bad, good, when not to`] : []),
  '  node dist/cli.js rules    every rule',
  '  npm start -- <paths>    lint your own infrastructure',
];
console.log(lines.join('\n'));
if (isDemo && summary.findings === 0) {
  console.error('The examples are mutable on purpose, yet nothing was found: that is a bug.');
  process.exitCode = 1;
} else process.exitCode = shown.status ?? 1;

function run(options) {
  const args = [cli, 'lint', ...options, '--', ...(isDemo ? ['examples'] : paths)];
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 1024 ** 3 });
}
