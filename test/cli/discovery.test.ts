import { describe, expect, it } from 'vitest';
import { LATEST, MUTABLE_DOCKERFILE, Workspace } from '../support/cli';

const ONLY = ['--only', LATEST];

async function found(workspace: Workspace, ...args: string[]): Promise<string[]> {
  return (await workspace.lint([...ONLY, ...args])).json.findings.map((finding) => finding.path);
}

function dockerfiles(...directories: string[]): Record<string, string> {
  return Object.fromEntries(directories.map((directory) => [`${directory}/Dockerfile`, MUTABLE_DOCKERFILE]));
}

describe('which files are linted', () => {
  it('never enters the directories of tools', async () => {
    const tools = ['.git', '.terraform', 'node_modules', 'vendor', '.venv', 'a/node_modules'];
    const workspace = new Workspace(dockerfiles('app', ...tools));
    expect(await found(workspace)).toEqual(['app/Dockerfile']);
    expect(await found(workspace, 'vendor')).toEqual(['vendor/Dockerfile']);
  });

  it('reads a workflow whatever it is called, and container files with a word before', async () => {
    const workspace = new Workspace({
      '.github/workflows/mkdocs.yaml': 'on: push\njobs:\n  x:\n    runs-on: ubuntu-24.04\n    container: node:latest\n',
      'images/web-Containerfile': MUTABLE_DOCKERFILE,
      'images/notes-dockerfile': 'nothing of that kind\n',
    });
    expect(await found(workspace)).toEqual(['.github/workflows/mkdocs.yaml', 'images/web-Containerfile']);
  });

  it('enters other hidden directories', async () => {
    expect(await found(new Workspace(dockerfiles('.devcontainer', '.github/actions/x')))).toHaveLength(2);
  });

  it('honours .gitignore at every level, as Git does', async () => {
    const workspace = new Workspace({
      ...dockerfiles('out', 'a/out', 'a/keep', 'b/local', 'b/deep/local', 'c/x', 'c/y', 'd', 'logs', 'e/logs'),
      '.gitignore': '/out\nc/*\n!c/y\nlogs/\n',
      'b/.gitignore': 'local\n',
      'e/.gitignore': '!logs/\n',
      '.git/info/exclude': 'd/\n',
    });
    expect(await found(workspace)).toEqual([
      'a/keep/Dockerfile',
      'a/out/Dockerfile',
      'c/y/Dockerfile',
      'e/logs/Dockerfile',
    ]);
  });

  it('agrees with Git about a list of patterns', async () => {
    const workspace = new Workspace({
      ...dockerfiles('a', 'a/b', 'a/b/c', 'foo', 'x/foo', 'foo bar', 'build', 'src/build', 'tmp1', 'tmp22', '!odd'),
      ...dockerfiles('y/foo', 'y/Foo', 'z[1]/foo', 'z[1]/x/foo'),
      '.gitignore': '# comment\n**/b/c\nfoo/\n!x/foo/\n/build\ntmp?\n\\!odd\n',
      'src/.gitignore': '*\n!.gitignore\n',
      'y/.gitignore': '!foo/\n',
      'z[1]/.gitignore': '!/foo/\n',
    });
    workspace.git('init', '--quiet');
    const listed = workspace
      .git('ls-files', '--others', '--exclude-standard', '-z')
      .split('\0')
      .filter((path) => path.endsWith('Dockerfile'));
    expect(await found(workspace)).toEqual(listed.sort());
  });

  it('lints what is named even when Git ignores it', async () => {
    const workspace = new Workspace({ ...dockerfiles('out', 'app'), '.gitignore': 'out/\n' });
    expect(await found(workspace)).toEqual(['app/Dockerfile']);
    expect(await found(workspace, 'out/Dockerfile')).toEqual(['out/Dockerfile']);
    expect(await found(workspace, 'out')).toEqual(['out/Dockerfile']);
  });

  it('leaves out what the configuration ignores, and says so when it is named', async () => {
    const workspace = new Workspace({
      ...dockerfiles('old', 'app'),
      'immutable.yaml': 'lint:\n  ignore: ["old/**"]\n',
    });
    expect(await found(workspace)).toEqual(['app/Dockerfile']);
    const { json, code } = await workspace.lint([...ONLY, 'old/Dockerfile']);
    expect(json.notes).toEqual([{ path: 'old/Dockerfile', message: 'Not linted: the configuration ignores it.' }]);
    expect(code).toBe(0);
  });

  it('says so when a named file is of no kind that is linted', async () => {
    const { json, code } = await new Workspace({ 'a.py': 'x = 1\n' }).lint(['a.py']);
    expect(json.notes[0]?.message).toContain('none of the kinds of file');
    expect({ code, files: json.summary['files'] }).toEqual({ code: 0, files: 0 });
  });

  it('takes scripts and cloud-init files by their beginning', async () => {
    const workspace = new Workspace({
      deploy: '#!/bin/sh\ndocker run nginx:latest\n',
      'boot.cfg': '#cloud-config\npackages: [x]\n',
      README: '# FROM node:latest\n',
      Makefile: 'x:\n\tdocker run nginx:latest\n',
    });
    expect((await workspace.lint()).json.summary['files']).toBe(2);
  });

  it('counts a path once however often it is named', async () => {
    const workspace = new Workspace(dockerfiles('app'));
    expect(await found(workspace, '.', 'app', 'app/Dockerfile', './app/../app/Dockerfile')).toEqual(['app/Dockerfile']);
  });
});

describe('where the workspace begins', () => {
  it('says the same from a sub-directory, with paths from there', async () => {
    const workspace = new Workspace({
      ...dockerfiles('app/web', 'other'),
      'immutable.yaml': 'lint:\n  ignore: ["other/**"]\n  rules:\n    mutable-reference/image-latest: info\n',
    });
    const { json } = await workspace.lint(ONLY, { cwd: 'app' });
    expect(json.findings.map(({ path, severity }) => [path, severity])).toEqual([['web/Dockerfile', 'info']]);
    const up = await workspace.lint([...ONLY, '..'], { cwd: 'app' });
    expect(up.json.findings.map(({ path }) => path)).toEqual(['web/Dockerfile']);
  });

  it('lints a directory elsewhere', async () => {
    const here = new Workspace();
    const there = new Workspace(dockerfiles('app'));
    const { json } = await here.lint([...ONLY, there.path]);
    expect(json.findings).toHaveLength(1);
    expect(json.findings[0]?.path).toMatch(/^\.\.\/immutable-cli-\w+\/app\/Dockerfile$/);
  });
});
