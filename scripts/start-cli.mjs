// The terminal-only run of `npm start -- --cli`: lints the example infrastructure, or paths, and says what to do next.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * @param {string} root the repository
 * @param {readonly string[]} paths what to lint; none for the examples
 * @param {string} from where the user stands
 * @returns {number} the exit code
 */
export function startInTerminal(root, paths, from) {
  const isDemo = paths.length === 0;
  const cwd = isDemo ? root : from;
  const run = (options) => {
    const args = [join(root, 'dist', 'cli.js'), 'lint', ...options, '--', ...(isDemo ? ['examples'] : paths)];
    return spawnSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 1024 ** 3 });
  };
  const report = run(['--format', 'json', '--fail-on', 'never']);
  if (report.status !== 0 && report.stdout === '') {
    process.stderr.write(report.stderr);
    return report.status ?? 1;
  }
  const { summary, findings } = JSON.parse(report.stdout);
  const shown = run(['--color', process.stdout.isTTY ? 'always' : 'auto', '--fail-on', 'never']);
  process.stdout.write(shown.stdout);
  process.stderr.write(shown.stderr);
  console.log(nextSteps(findings, isDemo ? 'examples' : paths.join(' ')).join('\n'));
  if (isDemo && summary.findings === 0) {
    console.error('The examples are mutable on purpose, yet nothing was found: that is a bug.');
    return 1;
  }
  return shown.status ?? 1;
}

function nextSteps(findings, where) {
  const offered = { safe: 0, suggestion: 0, online: 0 };
  for (const finding of findings) {
    const [fix] = finding.fixes;
    if (fix) offered[fix.level]++;
  }
  return [
    '',
    `Fixes on offer: ${offered.safe} safe, ${offered.suggestion} suggestions, ${offered.online} that look up a digest in a registry.`,
    '',
    'Next:',
    ...(offered.safe > 0 ? [`  node dist/cli.js fix --dry-run ${where}    what the safe fixes would change`] : []),
    ...(findings.length > 0 ? [`  node dist/cli.js explain ${findings[0].rule}    why, bad, good, when not to`] : []),
    '  node dist/cli.js rules    every rule',
    '  npm start -- --cli <paths>    lint your own infrastructure',
    '  npm start -- <folder>    open it in an editor',
  ];
}
