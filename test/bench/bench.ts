/**
 * `npm run bench`: how long parsing and linting take on generated files, and what the CLI does on a large tree.
 * Prints tables. Nothing here is asserted: a timing is a fact about a machine, not a property of the code.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { detectKind } from '../../server/src/lang/detect';
import { SourceFile } from '../../server/src/model/source-file';
import { ALL_RULES } from '../../server/src/rules/index.gen';
import { defaultConfig } from '../../server/src/workspace/config-file';
import { Linter } from '../../server/src/workspace/linter';
import { mixedTree, SAMPLES, type Sample } from './generate';

const root = process.argv[2] ?? process.cwd();
const now = new Date('2026-11-21T00:00:00Z');
const config = defaultConfig();

/** Rounds that are not counted: by then the engine has compiled what is hot. */
const WARM_UP = 30;

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
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
  const rounds = lines >= 10_000 ? 60 : 100;
  const texts = Array.from({ length: WARM_UP + 1 + rounds }, (_, round) => typed(text, round));
  const parse = measure(WARM_UP, rounds, (round) => {
    const source = new SourceFile(sample.path, texts[round] ?? text, kind, 'production');
    if (!(source.hcl ?? source.dockerfile ?? source.data)) throw new Error(`${sample.path} is not parsed`);
  });
  const linter = new Linter(
    { read: () => undefined, list: () => undefined },
    { rules: ALL_RULES, configFor: () => config, now },
  );
  let findings = 0;
  const lint = measure(WARM_UP, rounds, (round) => {
    findings = linter.lint(sample.path, texts[round] ?? text)?.findings.length ?? 0;
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

/** Milliseconds for 1,000 lines, at n, 2n and 10n lines: the same for all where time grows as the text does. */
function growth(sample: Sample): Record<string, string | number> {
  const perThousand = (lines: number): string => {
    const text = sample.make(lines);
    const linter = new Linter(
      { read: () => undefined, list: () => undefined },
      { rules: ALL_RULES, configFor: () => config, now },
    );
    const { p50 } = measure(15, 15, (round) => void linter.lint(sample.path, typed(text, round)));
    return ms((p50 * 1000) / lines);
  };
  return {
    language: sample.language,
    '2,000 lines': perThousand(2_000),
    '4,000 lines': perThousand(4_000),
    '20,000 lines': perThousand(20_000),
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
  const meter = join(directory, 'meter.cjs');
  writeFileSync(meter, METER);
  const start = performance.now();
  const command = ['lint', '--fail-on', 'never', '--format', 'json', '--output', join(directory, 'out.json'), '.'];
  const result = spawnSync(process.execPath, ['--require', meter, join(root, 'dist/cli.js'), ...command], {
    cwd: base,
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  const usage = JSON.parse(result.stderr.split('\n').findLast((line) => line.startsWith('{')) ?? '{}') as Usage;
  return {
    files: count,
    seconds: seconds.toFixed(2),
    'files/s': Math.round(count / seconds),
    'CPU s': ((usage.userCPUTime + usage.systemCPUTime) / 1e6).toFixed(2),
    'CPU ms/file': ((usage.userCPUTime + usage.systemCPUTime) / 1e3 / count).toFixed(2),
    'peak RSS MB': Math.round(usage.maxRSS / 1024),
  };
}

interface Usage {
  readonly userCPUTime: number;
  readonly systemCPUTime: number;
  readonly maxRSS: number;
}

/** Says what the measured process used, of all its threads. */
const METER = `if (require('node:worker_threads').isMainThread)
  process.on('exit', () => require('node:fs').writeSync(2, '\\n' + JSON.stringify(process.resourceUsage()) + '\\n'));`;

const directory = mkdtempSync(join(tmpdir(), 'immutable-bench-'));
try {
  console.log(
    `Node ${process.version}, ${ALL_RULES.length} rules, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1) ?? '?'}. ` +
      `Times in milliseconds after ${WARM_UP} warm-up rounds; each round lints a new text.`,
  );
  console.table(SAMPLES.flatMap((sample) => [200, 2_000, 10_000].map((lines) => row(sample, lines))));
  console.log('Growth: milliseconds for 1,000 lines, all rules:');
  console.table(SAMPLES.map(growth));
  console.log('First lint of a fresh process (start of Node included):');
  console.table(SAMPLES.map((sample) => firstLint(sample, directory)));
  console.log('The CLI, cold, on a mixed tree (the mix: test/bench/generate.ts):');
  console.table([1_000, 2_000, 10_000].map((count) => tree(directory, count)));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
