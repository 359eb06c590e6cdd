import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LineIndex } from '../../../server/src/core/text';
import type { LintRule } from '../../../server/src/model/facts';
import { defaultConfig, type ConfigProblem } from '../../../server/src/workspace/config-file';
import { compileCustomRule, type PolicyTest } from '../../../server/src/workspace/custom-rules';
import { Linter } from '../../../server/src/workspace/linter';
import type { Arguments, Command } from '../command-line';
import { EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { reasonOf } from '../notes';
import { counted } from '../report';
import { printable, styleFor, wantsColor } from '../terminal';

export const testPolicies: Command = {
  name: 'test',
  summary: 'Run the tests that stand beside custom rules.',
  usage: '[policies/ | FILE…]',
  options: {
    color: { type: 'string', choices: ['auto', 'always', 'never'], help: 'Colours (default: auto).' },
  },
  notes: ['Exit codes: 0 all passed, 1 a test failed, 2 a policy file cannot be read or is broken.'],
  run: runPolicyTests,
};

interface Policy {
  readonly path: string;
  readonly rules: readonly LintRule[];
  readonly tests: readonly PolicyTest[];
  readonly problems: readonly ConfigProblem[];
}

function runPolicyTests(args: Arguments, io: Io): Promise<ExitCode> {
  const style = styleFor(wantsColor(args.text('color'), io.stdout.isTty, io.env));
  const given = args.positionals.length > 0 ? args.positionals : ['policies'];
  const policies = given.flatMap((path) => policyFiles(io.cwd, path)).map((path) => compile(io.cwd, path));
  if (policies.length === 0) throw new UsageError(`No policy files (.yaml) in ${given.join(', ')}.`);
  const lines: string[] = [];
  let passed = 0;
  let failed = 0;
  let broken = 0;
  for (const policy of policies) {
    lines.push(style.bold(policy.path));
    for (const { line, message, severity } of policy.problems) {
      if (severity === 'error') broken++;
      lines.push(
        `  ${severity === 'error' ? style.red('error') : style.yellow('warning')} line ${line + 1}: ${printable(message)}`,
      );
    }
    if (policy.tests.length === 0) lines.push(`  ${style.dim('no tests')}`);
    for (const test of policy.tests) {
      const complaints = check(test, policy.rules);
      if (complaints.length === 0) passed++;
      else failed++;
      lines.push(`  ${complaints.length === 0 ? style.green('passed') : style.red('failed')} ${printable(test.name)}`);
      for (const complaint of complaints) lines.push(`    ${printable(complaint)}`);
    }
  }
  lines.push('', `${counted(passed + failed, 'test')}: ${passed} passed, ${failed} failed.`);
  io.stdout.write(`${lines.join('\n')}\n`);
  return Promise.resolve(broken > 0 ? EXIT.usage : failed > 0 ? EXIT.findings : EXIT.ok);
}

/** @throws UsageError when the path is not there */
function policyFiles(cwd: string, path: string): string[] {
  try {
    if (!statSync(resolve(cwd, path)).isDirectory()) return [path];
    return readdirSync(resolve(cwd, path))
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(path, name));
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${reasonOf(error)}.`);
  }
}

function compile(cwd: string, path: string): Policy {
  try {
    return { path, ...compileCustomRule(readFileSync(resolve(cwd, path), 'utf8'), path) };
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${reasonOf(error)}.`);
  }
}

/** What is wrong with a test: nothing when it passes. */
function check(test: PolicyTest, rules: readonly LintRule[]): string[] {
  const config = { ...defaultConfig(rules.map((rule) => rule.meta)), customRules: rules };
  const linter = new Linter(
    {
      read: (path) => (path === test.file ? test.text : undefined),
      list: () => undefined,
    },
    { rules: [], configFor: () => config, now: new Date() },
  );
  const result = linter.lint(test.file, test.text);
  if (!result) return [`${test.file} is none of the kinds of file that are linted.`];
  const index = new LineIndex(test.text);
  const found = new Map<number, string>();
  for (const finding of result.findings) {
    if (finding.suppressed || finding.path !== test.file || !test.rules.includes(finding.rule)) continue;
    found.set(index.lineAt(finding.range.start) + 1, `${finding.rule}: ${finding.message}`);
  }
  return [
    ...result.errors.map(
      ({ rule, error }) => `${rule} threw: ${error instanceof Error ? error.message : String(error)}`,
    ),
    ...test.findings.filter((line) => !found.has(line)).map((line) => `Nothing found on line ${line}.`),
    ...[...found]
      .filter(([line]) => !test.findings.includes(line))
      .map(([line, what]) => `Not expected on line ${line}: ${what}`),
  ];
}
