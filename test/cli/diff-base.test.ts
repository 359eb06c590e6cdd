import { chmodSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseNameStatus } from '../../cli/src/git';
import { LATEST, MODULE, MUTABLE_DOCKERFILE, places, TEMPLATE_VERSION, Workspace } from '../support/cli';

const ONLY = ['--only', `${LATEST},${TEMPLATE_VERSION}`];

async function changes(workspace: Workspace, ref: string, ...args: string[]): Promise<Record<string, string[]>> {
  const { json } = await workspace.lint([...ONLY, '--diff-base', ref, ...args]);
  const found: Record<string, string[]> = {};
  for (const finding of [...json.findings, ...(json.fixed ?? [])])
    (found[finding.change ?? ''] ??= []).push(...places([finding]));
  return found;
}

describe('lint --diff-base', () => {
  it('tells new, touched and fixed from existing', async () => {
    const workspace = new Workspace({
      'same/Dockerfile': MUTABLE_DOCKERFILE,
      'moved/Dockerfile': MUTABLE_DOCKERFILE,
      'edited/Dockerfile': MUTABLE_DOCKERFILE,
      'mended/Dockerfile': MUTABLE_DOCKERFILE,
      'gone/Dockerfile': MUTABLE_DOCKERFILE,
    });
    workspace.commitAll();
    workspace.write('moved/Dockerfile', `# one line more\n${MUTABLE_DOCKERFILE}`);
    workspace.write('edited/Dockerfile', 'FROM  node:latest\n');
    workspace.write('mended/Dockerfile', 'FROM scratch\n');
    workspace.remove('gone/Dockerfile');
    workspace.write('fresh/Dockerfile', MUTABLE_DOCKERFILE);
    expect(await changes(workspace, 'HEAD')).toEqual({
      new: [`fresh/Dockerfile:1:6 ${LATEST}`],
      touched: [`edited/Dockerfile:1:7 ${LATEST}`],
      fixed: [`gone/Dockerfile:1:6 ${LATEST}`, `mended/Dockerfile:1:6 ${LATEST}`],
    });
    expect((await changes(workspace, 'HEAD', '--all'))['existing']).toEqual([
      `moved/Dockerfile:2:6 ${LATEST}`,
      `same/Dockerfile:1:6 ${LATEST}`,
    ]);
    const { stdout } = await workspace.run(['lint', ...ONLY, '--diff-base', 'HEAD']);
    expect(stdout).toContain('Against HEAD: new 1, touched 1, existing 2, fixed 2.');
  });

  it('is 0 when the change brings nothing', async () => {
    const workspace = new Workspace({ Dockerfile: MUTABLE_DOCKERFILE });
    workspace.commitAll();
    workspace.write('README.md', 'x');
    const { code, stdout } = await workspace.run(['lint', ...ONLY, '--diff-base', 'HEAD']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'Nothing new. 1 file linted.\nAgainst HEAD: new 0, touched 0, existing 1, fixed 0.\n',
    });
  });

  it('follows renames', async () => {
    const workspace = new Workspace({ 'old/Dockerfile': `${MUTABLE_DOCKERFILE}RUN one\nRUN two\nRUN three\n` });
    workspace.commitAll();
    workspace.git('mv', 'old', 'renamed');
    expect(await changes(workspace, 'HEAD', '--all')).toEqual({ existing: [`renamed/Dockerfile:1:6 ${LATEST}`] });
  });

  it('finds what the change of one file does to another', async () => {
    const workspace = new Workspace({
      'a/main.tf': (MODULE['infra/group.tf'] + MODULE['infra/template.tf']).replace('"$Latest"', 'var.template'),
      'a/variables.tf': 'variable "template" {\n  default = "3"\n}\n',
    });
    workspace.commitAll();
    workspace.write('a/variables.tf', 'variable "template" {\n  default = "$Latest"\n}\n');
    expect((await changes(workspace, 'HEAD'))['new']).toHaveLength(1);
  });

  it('compares with where the branches parted, as a pull request does', async () => {
    const workspace = new Workspace({ 'a/Dockerfile': MUTABLE_DOCKERFILE });
    workspace.commitAll();
    workspace.git('checkout', '--quiet', '-b', 'topic');
    workspace.write('b/Dockerfile', MUTABLE_DOCKERFILE);
    workspace.commitAll();
    workspace.git('checkout', '--quiet', 'main');
    workspace.write('a/Dockerfile', 'FROM scratch\n');
    workspace.commitAll();
    workspace.git('checkout', '--quiet', 'topic');
    expect(await changes(workspace, 'main')).toEqual({ new: [`b/Dockerfile:1:6 ${LATEST}`] });
  });

  it('works from a sub-directory and for given paths only', async () => {
    const workspace = new Workspace({ 'a/Dockerfile': 'FROM scratch\n', 'b/Dockerfile': MUTABLE_DOCKERFILE });
    workspace.commitAll();
    workspace.write('a/Dockerfile', MUTABLE_DOCKERFILE);
    workspace.write('b/Dockerfile', 'FROM scratch\n');
    const { json } = await workspace.lint([...ONLY, '--diff-base', 'HEAD', '.'], { cwd: 'a' });
    expect({ open: places(json.findings), fixed: json.fixed }).toEqual({
      open: [`Dockerfile:1:6 ${LATEST}`],
      fixed: [],
    });
  });

  it('gives the same with threads', async () => {
    const workspace = new Workspace(
      Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`${i}/Dockerfile`, MUTABLE_DOCKERFILE])),
    );
    workspace.commitAll();
    for (let i = 0; i < 80; i += 3) workspace.write(`${i}/Dockerfile`, 'FROM alpine\nFROM node:latest\n');
    expect(await changes(workspace, 'HEAD', '--jobs', '3')).toEqual(await changes(workspace, 'HEAD', '--jobs', '1'));
  });

  it('runs neither a program of the repository nor a shell', async () => {
    const workspace = new Workspace({
      Dockerfile: MUTABLE_DOCKERFILE,
      git: '#!/bin/sh\ntouch owned\n',
      'hook.sh': '#!/bin/sh\ntouch owned\n',
    });
    chmodSync(workspace.file('git'), 0o755);
    chmodSync(workspace.file('hook.sh'), 0o755);
    workspace.commitAll();
    workspace.git('config', 'core.fsmonitor', './hook.sh');
    workspace.git('config', 'diff.external', './hook.sh');
    workspace.write('Dockerfile', 'FROM alpine:latest\n');
    const path = `.:${process.env['PATH'] ?? ''}`;
    const { json } = await workspace.lint([...ONLY, '--diff-base', 'HEAD'], { env: { PATH: path } });
    expect(json.findings).toHaveLength(1);
    expect(() => workspace.read('owned')).toThrow('ENOENT');
  });

  it.each([
    ['no-such-branch', 'Git finds no commit `no-such-branch`'],
    ['--output=owned', 'needs a value'],
    ['$(touch owned)', 'Git finds no commit'],
  ])('refuses %s', async (ref, message) => {
    const workspace = new Workspace({ Dockerfile: MUTABLE_DOCKERFILE });
    workspace.commitAll();
    const { code, stderr } = await workspace.run(['lint', '--diff-base', ref]);
    expect(code).toBe(2);
    if (!ref.startsWith('--')) expect(stderr).toContain(message);
    expect(() => workspace.read('owned')).toThrow('ENOENT');
  });

  it('says when there is no repository or no Git', async () => {
    const workspace = new Workspace({ Dockerfile: MUTABLE_DOCKERFILE });
    expect((await workspace.run(['lint', '--diff-base', 'HEAD'])).code).toBe(2);
    const { code, stderr } = await workspace.run(['lint', '--diff-base', 'HEAD'], { env: { PATH: '/nonexistent' } });
    expect(code).toBe(2);
    expect(stderr).toContain('--diff-base needs Git');
  });
});

describe('the list of changed files', () => {
  it('is read with renames, copies and odd names', () => {
    expect(parseNameStatus('M\0a b\0A\0new\0D\0old\0R087\0from\0to\0C100\0source\0copy\0T\0link\0')).toEqual([
      { before: 'a b', after: 'a b' },
      { before: undefined, after: 'new' },
      { before: 'old', after: undefined },
      { before: 'from', after: 'to' },
      { before: undefined, after: 'copy' },
      { before: 'link', after: 'link' },
    ]);
    expect(parseNameStatus('')).toEqual([]);
  });
});
