import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { replaceIfUnchanged, writeAtomically } from '../../cli/src/write-file';
import { MODULE, MUTABLE_DOCKERFILE, TEMPLATE_VERSION, Workspace } from '../support/cli';

const ONLY = ['--only', TEMPLATE_VERSION];
const FIXED = MODULE['infra/group.tf'].replace('"$Latest"', 'aws_launch_template.app.latest_version');

describe('fix', () => {
  it('makes safe fixes, and nothing is left to find', async () => {
    const workspace = new Workspace(MODULE);
    const { code, stdout, stderr } = await workspace.run(['fix', ...ONLY]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('Fixed 1 finding in 1 file.');
    expect(workspace.read('infra/group.tf')).toBe(FIXED);
    expect(workspace.read('infra/template.tf')).toBe(MODULE['infra/template.tf']);
    expect((await workspace.lint(ONLY)).json.findings).toEqual([]);
    expect((await workspace.run(['fix', ...ONLY])).stderr).toBe('Nothing to fix.\n');
  });

  it('shows with --dry-run what `git apply` takes, and writes nothing', async () => {
    const workspace = new Workspace(MODULE);
    const { code, stdout } = await workspace.run(['fix', '--dry-run', ...ONLY]);
    expect(code).toBe(1);
    expect(stdout).toContain('--- a/infra/group.tf\n+++ b/infra/group.tf\n@@ -4,6 +4,6 @@\n');
    expect(stdout).toContain('-    version = "$Latest"\n+    version = aws_launch_template.app.latest_version\n');
    expect(workspace.read('infra/group.tf')).toBe(MODULE['infra/group.tf']);
    execFileSync('git', ['apply', '-'], { cwd: workspace.path, input: stdout });
    expect(workspace.read('infra/group.tf')).toBe(FIXED);
    expect((await workspace.run(['fix', '--dry-run', ...ONLY])).code).toBe(0);
  });

  it('makes neither suggestions nor fixes that need the network', async () => {
    const workspace = new Workspace({ Dockerfile: MUTABLE_DOCKERFILE });
    await workspace.run(['fix']);
    expect(workspace.read('Dockerfile')).toBe(MUTABLE_DOCKERFILE);
  });

  it('leaves suppressed findings alone', async () => {
    const text = MODULE['infra/group.tf'].replace(
      '    version',
      `    # immutable: ignore[${TEMPLATE_VERSION}] why\n    version`,
    );
    const workspace = new Workspace({ ...MODULE, 'infra/group.tf': text });
    await workspace.run(['fix', ...ONLY]);
    expect(workspace.read('infra/group.tf')).toBe(text);
  });

  it.each([
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a mix of line ends', (text: string) => text.replace('\n', '\r\n')],
    ['no line feed at its end', (text: string) => text.trimEnd()],
    ['other letters', (text: string) => `# 日本 🐳\n${text}`],
  ])('keeps every other byte of a file with %s', async (_, change) => {
    const workspace = new Workspace({ ...MODULE, 'infra/group.tf': change(MODULE['infra/group.tf']) });
    await workspace.run(['fix', ...ONLY]);
    expect(workspace.read('infra/group.tf')).toBe(change(FIXED));
  });

  it('never writes a file that is not UTF-8', async () => {
    const bytes = Buffer.from(`# caf\u00e9\n${MODULE['infra/group.tf']}`, 'latin1');
    const workspace = new Workspace({ ...MODULE, 'infra/group.tf': bytes });
    const { stderr } = await workspace.run(['fix', ...ONLY]);
    expect(stderr).toContain('infra/group.tf: Not fixed: ');
    expect(workspace.read('infra/group.tf')).toBe(bytes.toString('utf8'));
  });

  it('keeps the mode of a file', async () => {
    const workspace = new Workspace(MODULE);
    chmodSync(workspace.file('infra/group.tf'), 0o640);
    await workspace.run(['fix', ...ONLY]);
    expect(statSync(workspace.file('infra/group.tf')).mode & 0o777).toBe(0o640);
    expect(readdirSync(workspace.file('infra'))).toEqual(['group.tf', 'template.tf']);
  });

  it('fixes only what is named', async () => {
    const other = Object.fromEntries(
      Object.entries(MODULE).map(([path, text]) => [path.replace('infra', 'other'), text]),
    );
    const workspace = new Workspace({ ...MODULE, ...other });
    await workspace.run(['fix', ...ONLY, 'other']);
    expect(workspace.read('infra/group.tf')).toBe(MODULE['infra/group.tf']);
    expect(workspace.read('other/group.tf')).toBe(FIXED);
  });

  it('fixes a literal that stands in another file, once', async () => {
    const use = (name: string): string =>
      MODULE['infra/group.tf'].replaceAll('"app"', `"${name}"`).replace('"$Latest"', 'var.template_version');
    const workspace = new Workspace({
      ...MODULE,
      'infra/group.tf': use('app'),
      'infra/second.tf': use('second'),
      'infra/variables.tf': 'variable "template_version" {\n  default = "$Latest"\n}\n',
    });
    const before = (await workspace.lint(ONLY)).json.findings;
    expect(before.length).toBeGreaterThan(0);
    const { code } = await workspace.run(['fix', ...ONLY]);
    expect(code).toBe(0);
    const after = (await workspace.lint(ONLY)).json.findings;
    expect(after.filter((finding) => finding.fixes.some((fix) => fix.level === 'safe'))).toEqual([]);
  });

  it('makes fixes of custom rules that are safe', async () => {
    const workspace = new Workspace({
      'a.tf': 'resource "x" "a" {\n  size = "small"\n}\n',
      'immutable.yaml': `lint:
  customRules:
    - id: custom/size
      message: Write large
      match: { block: resource }
      where: [{ path: size, equals: small }]
      fix: { level: safe, replace: size, with: '"large"' }
`,
    });
    await workspace.run(['fix', '--only', 'custom/size']);
    expect(workspace.read('a.tf')).toBe('resource "x" "a" {\n  size = "large"\n}\n');
  });
});

describe('writing a file', () => {
  it('does not touch a file that changed since it was read', () => {
    const workspace = new Workspace({ a: 'now' });
    expect(replaceIfUnchanged(workspace.file('a'), Buffer.from('then'), 'mine')).toBe(false);
    expect(workspace.read('a')).toBe('now');
    expect(replaceIfUnchanged(workspace.file('a'), Buffer.from('now'), 'mine')).toBe(true);
    expect(workspace.read('a')).toBe('mine');
    expect(readdirSync(workspace.path)).toEqual(['a']);
  });

  it('writes through a link', () => {
    const workspace = new Workspace({ 'real/a': 'old' });
    symlinkSync('real/a', workspace.file('link'));
    writeAtomically(workspace.file('link'), 'new');
    expect(lstatSync(workspace.file('link')).isSymbolicLink()).toBe(true);
    expect(workspace.read('real/a')).toBe('new');
  });

  it('leaves nothing behind when it fails', () => {
    const workspace = new Workspace();
    mkdirSync(workspace.file('directory/below'), { recursive: true });
    expect(() => {
      writeAtomically(workspace.file('directory'), 'x');
    }).toThrow();
    expect(readdirSync(workspace.path)).toEqual(['directory']);
  });
});
