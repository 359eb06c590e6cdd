import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shownRulePage } from '../../server/src/core/rule-page';
import { IMMUTABLE_DOCKERFILE, LATEST, MUTABLE_DOCKERFILE, ROOT, Workspace } from '../support/cli';

describe('the command line', () => {
  it('says its version, which is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await new Workspace().run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('lists its commands without arguments and with --help', async () => {
    const workspace = new Workspace();
    const bare = await workspace.run([]);
    expect(bare.code).toBe(0);
    for (const name of ['lint', 'fix', 'explain', 'rules', 'init', 'test'])
      expect(bare.stdout).toContain(`\n  ${name}`);
    expect(await workspace.run(['--help'])).toEqual(bare);
  });

  it.each(['lint', 'fix', 'explain', 'rules', 'init', 'test'])('has help for %s', async (name) => {
    const workspace = new Workspace();
    const help = await workspace.run([name, '--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain(`Usage: immutable-infra ${name}`);
    expect(await workspace.run(['help', name])).toEqual(help);
  });

  it('suggests the command that was meant', async () => {
    const { code, stdout, stderr } = await new Workspace().run(['lnt']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('no command `lnt`. Did you mean `lint`?');
  });

  it('suggests the option that was meant', async () => {
    const { code, stderr } = await new Workspace().run(['lint', '--formt', 'json']);
    expect(code).toBe(2);
    expect(stderr).toContain('Unknown option `--formt`. Did you mean `--format`?');
  });

  it.each([
    [['lint', '--format', 'jsn'], '`--format` cannot be `jsn`'],
    [['lint', '--format'], '`--format` needs a value'],
    [['lint', '--quiet=yes'], '`--quiet` takes no value'],
    [['lint', '--jobs', 'many'], '`--jobs` cannot be `many`'],
    [['lint', '--max-file-size', 'big'], '`--max-file-size` cannot be `big`'],
    [['lint', '--stdin'], '--stdin needs --stdin-filename'],
    [['lint', '--stdin-filename', 'x.tf'], '--stdin-filename needs --stdin'],
    [['lint', '--all'], '--all needs --diff-base'],
    [['lint', '--only', 'mutable-reference/image-lates'], 'Did you mean `mutable-reference/image-latest`?'],
    [['lint', '--severity-override', LATEST], 'write rule=severity'],
    [['lint', '--config', 'missing.yaml'], 'Cannot read the configuration'],
    [['lint', '--baseline', 'missing.json'], 'Cannot read the baseline missing.json'],
    [['explain'], 'Name one rule'],
    [['rules', 'x'], '`rules` takes no names'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await new Workspace({ Dockerfile: MUTABLE_DOCKERFILE }).run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});

describe('exit codes', () => {
  const files = { Dockerfile: MUTABLE_DOCKERFILE };

  it('is 0 without findings and 1 with one', async () => {
    expect((await new Workspace({ Dockerfile: IMMUTABLE_DOCKERFILE }).run(['lint', '--only', LATEST])).code).toBe(0);
    expect((await new Workspace(files).run(['lint'])).code).toBe(1);
  });

  it.each([
    ['warning', 'warning', 1],
    ['info', 'warning', 0],
    ['info', 'info', 1],
    ['hint', 'info', 0],
    ['hint', 'hint', 1],
    ['warning', 'error', 0],
    ['error', 'never', 0],
  ])('a finding of severity %s with --fail-on %s gives %i', async (severity, failOn, code) => {
    const outcome = await new Workspace(files).run([
      'lint',
      '--only',
      LATEST,
      '--severity-override',
      `${LATEST}=${severity}`,
      '--fail-on',
      failOn,
    ]);
    expect(outcome.code).toBe(code);
  });

  it('fails on warnings unless told otherwise', async () => {
    const args = ['lint', '--only', LATEST, '--severity-override', `${LATEST}=warning`];
    expect((await new Workspace(files).run(args)).code).toBe(1);
  });

  it('is 2 for a path that is not there; the others are linted', async () => {
    const { code, stdout, stderr } = await new Workspace(files).run(['lint', 'Dockerfile', 'gone.tf']);
    expect(code).toBe(2);
    expect(stderr).toContain('gone.tf: Not linted: no such file or directory.');
    expect(stdout).toContain(LATEST);
  });
});

describe('explain', () => {
  it('prints the page that is shipped, and the facts', async () => {
    const { code, stdout } = await new Workspace().run(['explain', LATEST]);
    expect(code).toBe(0);
    const page = readFileSync(join(ROOT, 'docs', 'rules', `${LATEST}.md`), 'utf8').trimEnd();
    expect(page).toMatch(/^#\s*\^/m);
    expect(stdout.startsWith(shownRulePage(page))).toBe(true);
    expect(stdout).not.toContain('^^^');
    expect(stdout).toMatch(/^Severity: error/m);
  });

  it.each(['image-latest', 'DL3007', 'dl3007'])('finds the rule by %s', async (word) => {
    expect((await new Workspace().run(['explain', word])).stdout).toContain(`# ${LATEST}`);
  });

  it('suggests a rule', async () => {
    const { code, stderr } = await new Workspace().run(['explain', 'mutable-reference/image-latst']);
    expect(code).toBe(2);
    expect(stderr).toContain(`Did you mean \`${LATEST}\`?`);
  });

  it('reads no other file', async () => {
    expect((await new Workspace().run(['explain', '../../package'])).code).toBe(2);
  });
});

describe('rules', () => {
  it('gives all metadata as JSON', async () => {
    const { code, stdout } = await new Workspace().run(['rules', '--json']);
    const { rules } = JSON.parse(stdout) as { rules: { id: string; summary: string; severity: string }[] };
    expect(code).toBe(0);
    expect(rules.map((rule) => rule.id)).toEqual(expect.arrayContaining([LATEST, 'suppression/unused']));
    expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
    for (const rule of rules) expect(rule.summary).not.toBe('');
  });

  it('gives a table', async () => {
    const text = (await new Workspace().run(['rules'])).stdout;
    const markdown = (await new Workspace().run(['rules', '--markdown'])).stdout;
    expect(text).toMatch(new RegExp(`^${LATEST} +error`, 'm'));
    expect(markdown.split('\n')[1]).toBe('| --- | --- | --- | --- | --- |');
    expect(markdown).toContain(`| ${LATEST} |`);
  });
});

describe('init', () => {
  it('writes a configuration that has no problem', async () => {
    const workspace = new Workspace({ Dockerfile: MUTABLE_DOCKERFILE });
    expect((await workspace.run(['init'])).code).toBe(0);
    expect(workspace.read('immutable.yaml')).toContain('\nlint:\n');
    const { json, stderr } = await workspace.lint();
    expect({ problems: json.problems, stderr }).toEqual({ problems: [], stderr: '' });
  });

  it('has no problem either with every key uncommented', async () => {
    const workspace = new Workspace({ Dockerfile: MUTABLE_DOCKERFILE, 'policies/none.yaml': 'rules: []\n' });
    await workspace.run(['init']);
    const text = workspace.read('immutable.yaml').replace(/^ {2}# (?=(?: {2})*[\w"-]+[/*\w-]*:| {2}- )/gm, '  ');
    expect(text).toContain('\n  customRules: [policies]');
    workspace.write('immutable.yaml', text);
    expect((await workspace.lint()).json.problems).toEqual([]);
  });

  it.each(['immutable.yaml', 'immutable.yml', 'immutable.json'])('leaves %s alone', async (name) => {
    const workspace = new Workspace({ [name]: '{}' });
    const { code, stderr } = await workspace.run(['init']);
    expect(code).toBe(2);
    expect(stderr).toContain(`${name} is there already`);
    expect(workspace.read(name)).toBe('{}');
  });
});
