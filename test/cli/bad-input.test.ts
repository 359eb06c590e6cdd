import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NO_CHOICE } from '../../cli/src/configuration';
import { discover } from '../../cli/src/discover';
import { runLint } from '../../cli/src/lint-run';
import { findRoot } from '../../cli/src/workspace-root';
import { CLI, LATEST, MODULE, MUTABLE_DOCKERFILE, places, Workspace } from '../support/cli';

const ONLY = ['--only', LATEST];
const GOOD = `good/Dockerfile:1:6 ${LATEST}`;

/** A workspace with one good file beside the bad ones: it must be linted whatever happens. */
function beside(files: Readonly<Record<string, string | Buffer>>): Workspace {
  return new Workspace({ 'good/Dockerfile': MUTABLE_DOCKERFILE, ...files });
}

describe('a file that is not as it should be', () => {
  it('is linted as far as it goes when it is half typed', async () => {
    const { json, code } = await beside({
      'a.tf': 'resource "aws_instance" "a" {\n  ami = "${var.',
      Dockerfile: 'FROM node:latest\nRUN <<EOF\nFROM',
      'k.yaml': 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: "nginx:latest\n',
      'p.pkr.hcl': 'source "x" {',
      'w.json': '{"builders": [{"type": "',
    }).lint(ONLY);
    expect(code).toBe(1);
    expect(json.errors).toEqual([]);
    expect(places(json.findings)).toEqual(expect.arrayContaining([`Dockerfile:1:6 ${LATEST}`, GOOD]));
  });

  it('is named when it is binary', async () => {
    const { json, code, stderr } = await beside({ 'b.tf': Buffer.from([0x7f, 0x45, 0, 1, 2]) }).lint(ONLY);
    expect(json.notes).toEqual([{ path: 'b.tf', message: 'Not linted: it is binary.' }]);
    expect(stderr).toContain('note b.tf: Not linted: it is binary.');
    expect({ code, places: places(json.findings) }).toEqual({ code: 1, places: [GOOD] });
  });

  it('is named when it is UTF-16', async () => {
    const text = Buffer.from('\uFEFFFROM node:latest\n', 'utf16le');
    expect((await beside({ Dockerfile: text }).lint(ONLY)).json.notes[0]?.message).toContain('UTF-16');
  });

  it('is named and left out when it is too large, and read when that is allowed', async () => {
    const workspace = beside({ Dockerfile: MUTABLE_DOCKERFILE });
    workspace.write('big/Dockerfile', `${MUTABLE_DOCKERFILE}${'# padding\n'.repeat(300_000)}`);
    const { json } = await workspace.lint(ONLY);
    expect(json.notes).toEqual([
      { path: 'big/Dockerfile', message: expect.stringContaining('2.9 MB, more than the 2.0 MB') as string },
    ]);
    expect(places(json.findings)).toEqual([`Dockerfile:1:6 ${LATEST}`, GOOD]);
    const all = await workspace.lint([...ONLY, '--max-file-size', '5MB']);
    expect(places(all.json.findings)).toContain(`big/Dockerfile:1:6 ${LATEST}`);
  });

  it('costs nothing when it has 20 MB', async () => {
    const workspace = beside({ 'huge.yaml': 'apiVersion: v1\nkind: Pod\n' });
    truncateSync(workspace.file('huge.yaml'), 20 * 1024 * 1024);
    const { json } = await workspace.lint(ONLY);
    expect(json.notes[0]?.message).toContain('20.0 MB');
    expect(places(json.findings)).toEqual([GOOD]);
  });

  it.each([
    ['CRLF', '# a\r\nFROM node:latest\r\n', '2:6'],
    ['a lone CR', '# a\rFROM x\n', undefined],
    ['a byte order mark', '\uFEFFFROM node:latest\n', '1:7'],
    ['no line feed at its end', 'FROM node:latest', '1:6'],
  ])('is linted with %s', async (_, text, place) => {
    const { json } = await new Workspace({ Dockerfile: text }).lint(ONLY);
    expect(places(json.findings)).toEqual(place === undefined ? [] : [`Dockerfile:${place} ${LATEST}`]);
    expect(json.notes).toEqual([]);
  });

  it('is linted as Latin-1 with a note when it is not UTF-8', async () => {
    const text = Buffer.from('# caf\u00e9\nFROM node:latest\n', 'latin1');
    const { json, stderr } = await new Workspace({ Dockerfile: text }).lint(ONLY);
    expect(places(json.findings)).toEqual([`Dockerfile:2:6 ${LATEST}`]);
    expect(stderr).toContain('Dockerfile: Not valid UTF-8: linted as Latin-1');
  });

  it.each([
    ['kubernetes.yaml', `apiVersion: v1\nkind: Pod\nspec: ${'['.repeat(20_000)}`],
    ['flow.yaml', `apiVersion: v1\nkind: Pod\nspec: ${'{a: '.repeat(20_000)}`],
    ['packer.json', `{"builders": [{"type": "x", "a": ${'['.repeat(20_000)}`],
    ['deep.tf', `locals {\n a = ${'['.repeat(20_000)}`],
    ['blocks.tf', 'a {\n'.repeat(20_000)],
    ['heredocs.tf', 'locals {\n a = <<EOF\n'.repeat(10_000)],
    ['Dockerfile', 'FROM a\nRUN <<EOF\n'.repeat(10_000)],
    ['shell.sh', '$( '.repeat(20_000)],
  ])('does not stop the others when %s is nested deeply', async (name, text) => {
    const { json, code } = await beside({ [`deep/${name}`]: text }).lint(ONLY);
    expect({ code, errors: json.errors }).toEqual({ code: 1, errors: [] });
    expect(places(json.findings)).toContain(GOOD);
  });

  it('does not stop the others when its aliases explode', async () => {
    const levels = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`);
    const bomb = `apiVersion: v1\nkind: ConfigMap\na0: &a0 [x]\n${levels.join('\n')}\n`;
    const { json } = await beside({ 'bomb.yaml': bomb }).lint(ONLY);
    expect(json.errors).toEqual([]);
    expect(places(json.findings)).toEqual([GOOD]);
  });

  it('is named when it may not be read', async () => {
    const workspace = beside({ 'secret.tf': '', 'closed/Dockerfile': MUTABLE_DOCKERFILE });
    chmodSync(workspace.path, 0o755);
    chmodSync(workspace.file('secret.tf'), 0);
    chmodSync(workspace.file('closed'), 0);
    // Root may read everything, so another user runs it.
    const uid = process.getuid?.() === 0 ? 65534 : undefined;
    try {
      const { json } = await workspace.lint(ONLY, { uid });
      expect(json.notes).toEqual([
        { path: 'closed', message: 'Not searched: permission denied.' },
        { path: 'secret.tf', message: 'Not linted: permission denied.' },
      ]);
      expect(places(json.findings)).toEqual([GOOD]);
    } finally {
      chmodSync(workspace.file('closed'), 0o755);
    }
  });

  it('is named when it goes away while the others are read', async () => {
    const workspace = beside({ 'gone/Dockerfile': MUTABLE_DOCKERFILE });
    const root = findRoot(workspace.path, ['.']);
    const { candidates } = discover(root, ['.']);
    rmSync(workspace.file('gone'), { recursive: true });
    const session = { root: root.directory, cwd: workspace.path, choice: NO_CHOICE, maxBytes: 1e6, now: 0 };
    const run = await runLint(candidates, { session, script: CLI });
    expect(run.notes).toEqual([
      { path: 'gone/Dockerfile', message: 'Not linted: no such file or directory.', level: 'note' },
    ]);
    expect(run.linted).toEqual(['good/Dockerfile']);
  });
});

describe('links and other things that are no files', () => {
  it('does not follow links to directories, so no loop is possible', async () => {
    const workspace = beside({});
    symlinkSync('..', workspace.file('good/up'));
    symlinkSync('/', workspace.file('good/everything'));
    symlinkSync('loop', workspace.file('loop'));
    symlinkSync('circle.tf', workspace.file('circle.tf'));
    const { json, code } = await workspace.lint(ONLY);
    expect({ code, places: places(json.findings) }).toEqual({ code: 1, places: [GOOD] });
    expect(json.notes).toEqual(
      expect.arrayContaining([{ path: 'circle.tf', message: 'Not linted: symbolic links lead in a circle.' }]),
    );
  });

  it('names a link to nothing', async () => {
    const workspace = beside({});
    symlinkSync('nothing', workspace.file('a.tf'));
    const { json } = await workspace.lint(ONLY);
    expect(json.notes).toEqual([{ path: 'a.tf', message: 'Not linted: no such file or directory.' }]);
  });

  it('lints a file once when a link names it again', async () => {
    const workspace = beside({});
    symlinkSync('good/Dockerfile', workspace.file('Dockerfile'));
    expect(places((await workspace.lint(ONLY)).json.findings)).toEqual([GOOD]);
  });

  it('lints a link under its own name when only that tells what it is', async () => {
    const workspace = new Workspace({ 'base.in.rb': MUTABLE_DOCKERFILE });
    symlinkSync('base.in.rb', workspace.file('Dockerfile'));
    expect(places((await workspace.lint(ONLY)).json.findings)).toEqual([`Dockerfile:1:6 ${LATEST}`]);
  });

  it('does not wait for a named pipe', async () => {
    const workspace = beside({});
    execFileSync('mkfifo', [workspace.file('Dockerfile')]);
    const { json, code } = await workspace.lint([...ONLY, 'Dockerfile', 'good']);
    expect(json.notes).toEqual([{ path: 'Dockerfile', message: 'Not linted: it is no regular file.' }]);
    expect({ code, places: places(json.findings) }).toEqual({ code: 2, places: [GOOD] });
  });

  it('takes any name', async () => {
    const names = ['a\nb', 'quote\'"', '-rf', '$(touch x)', '日本', '%2e%2e', 'a&b<c>'];
    const workspace = new Workspace(
      Object.fromEntries(names.map((name) => [`${name}/Dockerfile`, MUTABLE_DOCKERFILE])),
    );
    const { json } = await workspace.lint(ONLY);
    expect(json.findings.map((finding) => finding.path).sort()).toEqual(
      names.map((name) => `${name}/Dockerfile`).sort(),
    );
  });
});

describe('a configuration that is not as it should be', () => {
  it('is named with its line; what can be read of it applies', async () => {
    const { json, code, stderr } = await beside({
      'immutable.yaml': 'lint:\n  rulez: {}\n  rules:\n    no/such: error\n    mutable-reference/image-latest: info\n',
    }).lint([]);
    expect(json.problems.map(({ path, line, severity }) => [path, line, severity])).toEqual([
      ['immutable.yaml', 2, 'warning'],
      ['immutable.yaml', 4, 'warning'],
    ]);
    expect(stderr).toContain('immutable.yaml:2: `lint` has no key `rulez`. Did you mean `rules`?');
    expect(json.findings.find((finding) => finding.rule === LATEST)?.severity).toBe('info');
    expect(code).not.toBe(2);
  });

  it('makes the exit code 2 when a value is wrong, and lints all the same', async () => {
    const { json, code } = await beside({
      'immutable.yaml': 'lint:\n  rules:\n    mutable-reference/image-latest: bad\n',
    }).lint(ONLY);
    expect(code).toBe(2);
    expect(json.problems).toMatchObject([{ line: 3, severity: 'error' }]);
    expect(places(json.findings)).toEqual([GOOD]);
  });

  it.each([
    ['no YAML', 'lint: [\n'],
    ['no map', '- lint\n'],
    ['empty', ''],
    ['binary', '\0\0'],
  ])('lints all the same when it is %s', async (_, text) => {
    const { json } = await beside({ 'immutable.yaml': text }).lint(ONLY);
    expect(places(json.findings)).toEqual([GOOD]);
  });

  it('names a broken custom rule; the other rules run', async () => {
    const { json, code, stderr } = await beside({
      ...MODULE,
      'immutable.yaml': 'lint:\n  customRules: [policies, gone.yaml]\n',
      'policies/broken.yaml':
        'rules:\n  - id: custom/bad\n    message: M\n    match: { blocks: x }\n  - id: custom/good\n    message: No user\n    match: { instruction: FROM }\n',
    }).lint([]);
    expect(code).toBe(2);
    expect(json.problems.map(({ path, line }) => `${path}:${line}`)).toEqual(
      expect.arrayContaining(['immutable.yaml:2', 'policies/broken.yaml:4']),
    );
    expect(stderr).toContain('gone.yaml');
    const rules = new Set(json.findings.map((finding) => finding.rule));
    expect(rules).toContain('custom/good');
    expect(rules).toContain(LATEST);
  });
});
