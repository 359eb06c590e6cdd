/**
 * `npm run bench`: how long parsing and linting take on generated files, and what the CLI does on a large tree.
 * Prints tables. Nothing here is asserted: a timing is a fact about a machine, not a property of the code.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { detectKind } from '../../server/src/lang/detect';
import { SourceFile } from '../../server/src/model/source-file';
import { ALL_RULES } from '../../server/src/rules/index.gen';
import { defaultConfig } from '../../server/src/workspace/config-file';
import { Linter } from '../../server/src/workspace/linter';
import { mixedTree, SAMPLES, type Sample } from './generate';

const root = process.argv[2] ?? process.cwd();
const now = new Date('2026-11-21T00:00:00Z');

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function measure(
  warm: number,
  rounds: number,
  run: (round: number) => void,
): { first: number; p50: number; p95: number } {
  const clock = (round: number): number => {
    const start = performance.now();
    run(round);
    return performance.now() - start;
  };
  const first = clock(0);
  for (let i = 1; i <= warm; i++) clock(i);
  const times = Array.from({ length: rounds }, (_, i) => clock(warm + 1 + i));
  return { first, p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
}

/** One character typed somewhere in the middle: a new text each round, as an editor sends it. */
function typed(text: string, round: number): string {
  const lines = text.split('\n');
  const at = Math.floor(lines.length / 2) + (round % 7);
  // Each round's text is new, so no cache of whole documents can answer.
  lines[at] = `${lines[at] ?? ''} #${round}`;
  return lines.join('\n');
}

function ms(value: number): string {
  return value.toFixed(2);
}

function row(sample: Sample, lines: number): Record<string, string | number> {
  const text = sample.make(lines);
  const kind = detectKind(sample.path, text);
  if (kind === undefined) throw new Error(`${sample.path} is of no kind`);
  const texts = Array.from({ length: 80 }, (_, round) => typed(text, round));
  const rounds = lines >= 10_000 ? 20 : 40;
  const parse = measure(30, rounds, (round) => {
    const source = new SourceFile(sample.path, texts[round % texts.length] ?? text, kind, 'production');
    if (!(source.hcl ?? source.dockerfile ?? source.data)) throw new Error(`${sample.path} is not parsed`);
  });
  const linter = new Linter(
    { read: () => undefined, list: () => undefined },
    { rules: ALL_RULES, configFor: () => defaultConfig(), now },
  );
  let findings = 0;
  const lint = measure(30, rounds, (round) => {
    findings = linter.lint(sample.path, texts[round % texts.length] ?? text)?.findings.length ?? 0;
  });
  return {
    language: sample.language,
    lines,
    'parse p50': ms(parse.p50),
    'parse p95': ms(parse.p95),
    'lint first': ms(lint.first),
    'lint p50': ms(lint.p50),
    'lint p95': ms(lint.p95),
    findings,
  };
}

/** A new process lints one file: what the first keystroke after opening costs. */
function firstLint(sample: Sample, directory: string): Record<string, string | number> {
  const path = join(directory, sample.path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, sample.make(2000));
  const start = performance.now();
  spawnSync(
    process.execPath,
    [join(root, 'dist/cli.js'), 'lint', '--fail-on', 'never', '--format', 'json', sample.path],
    {
      cwd: directory,
      stdio: 'ignore',
    },
  );
  return { language: sample.language, 'fresh process, 2,000 lines': ms(performance.now() - start) };
}

function tree(directory: string, count: number): Record<string, string | number> {
  const base = join(directory, `tree-${count}`);
  for (const file of mixedTree(count)) {
    const path = join(base, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.text);
  }
  const start = performance.now();
  const result = spawnSync(
    '/usr/bin/time',
    [
      '-f',
      '%M',
      process.execPath,
      join(root, 'dist/cli.js'),
      'lint',
      '--fail-on',
      'never',
      '--format',
      'json',
      '--output',
      join(directory, 'out.json'),
      '.',
    ],
    { cwd: base, encoding: 'utf8' },
  );
  const seconds = (performance.now() - start) / 1000;
  const memory = Number(/(\d+)\s*$/.exec(result.stderr)?.[1] ?? NaN) / 1024;
  return {
    files: count,
    seconds: seconds.toFixed(2),
    'files/s': Math.round(count / seconds),
    'peak RSS MB': Math.round(memory),
  };
}

const directory = mkdtempSync(join(tmpdir(), 'immutable-bench-'));
try {
  console.log(
    `Node ${process.version}, ${ALL_RULES.length} rules. Times in milliseconds after 30 warm-up rounds; each round lints a new text.`,
  );
  console.table(SAMPLES.flatMap((sample) => [200, 2_000, 10_000].map((lines) => row(sample, lines))));
  console.log('First lint of a fresh process (start of Node included):');
  console.table(SAMPLES.map((sample) => firstLint(sample, directory)));
  console.log('The CLI, cold, on a mixed tree:');
  console.table([1_000, 5_000, 10_000].map((count) => tree(directory, count)));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
