import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isMissing, resolveTool } from '../../../release/src/process/resolve-tool';
import { toolEnvironment } from '../../../release/src/process/tool-environment';

let root: string;
let workspace: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'immutable-tools-')));
  workspace = join(root, 'repo');
  for (const name of ['repo/bin', 'usr', 'real']) mkdirSync(join(root, name), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function program(path: string): string {
  writeFileSync(join(root, path), '#!/bin/sh\n');
  chmodSync(join(root, path), 0o755);
  return join(root, path);
}

function find(name: string, ...directories: string[]): string {
  const PATH = directories.map((directory) => (directory === '.' ? '.' : join(root, directory))).join(delimiter);
  const tool = resolveTool(name, workspace, { PATH });
  return isMissing(tool) ? tool.problem : tool.path;
}

describe('F39: which program is run', () => {
  it('is the first on PATH, by the file it really is', () => {
    symlinkSync(program('real/terraform-1.11'), join(root, 'usr/terraform'));
    expect(find('terraform', 'usr')).toBe(join(root, 'real/terraform-1.11'));
  });

  it('is never one of the workspace, and the one that was passed over is named', () => {
    program('repo/bin/terraform');
    expect(find('terraform', 'repo/bin')).toContain(`${join(root, 'repo/bin/terraform')} was passed over`);
    program('usr/terraform');
    expect(find('terraform', 'repo/bin', 'usr')).toBe(join(root, 'usr/terraform'));
  });

  it('is none of the repository above the workspace, nor one that lies in a folder with two dots before its name', () => {
    mkdirSync(join(root, 'repo/services/shop'), { recursive: true });
    mkdirSync(join(root, 'repo/..tools'));
    program('repo/..tools/packer');
    expect(find('packer', 'repo/..tools')).toContain('was passed over');
    program('repo/bin/terraform');
    workspace = join(root, 'repo/services/shop');
    expect(find('terraform', 'repo/bin')).toBe(join(root, 'repo/bin/terraform'));
    mkdirSync(join(root, 'repo/.git'));
    expect(find('terraform', 'repo/bin')).toContain('was passed over');
  });

  it('is not reached through a link out of the workspace, nor through a link into it', () => {
    symlinkSync(program('real/terraform'), join(workspace, 'bin/terraform'));
    expect(find('terraform', 'repo/bin')).toContain('was passed over');
    program('repo/terraform');
    symlinkSync(join(workspace, 'terraform'), join(root, 'usr/terraform'));
    expect(find('terraform', 'usr')).toContain('was passed over');
  });

  it('is not looked for in relative directories, nor by a relative path', () => {
    program('repo/terraform');
    expect(find('terraform', '.')).toContain('is not on PATH');
    expect(find('./terraform', 'repo')).toContain('is not on PATH');
  });

  it('is a file that can be executed', () => {
    writeFileSync(join(root, 'usr/packer'), '');
    mkdirSync(join(root, 'real/packer'));
    expect(find('packer', 'usr', 'real')).toContain('is not on PATH');
  });
});

describe('the environment of a tool', () => {
  it('holds nothing that steers it behind our back', () => {
    const own = {
      PATH: '/usr/bin',
      TF_CLI_ARGS_apply: '-auto-approve',
      TF_LOG: 'trace',
      TF_VAR_x: '1',
      PKR_VAR_y: '2',
    };
    const more = {
      NODE_OPTIONS: '-r x',
      GIT_DIR: '/x',
      LD_PRELOAD: 'x.so',
      AWS_PROFILE: 'p',
      KUBECONFIG: 'k',
      HOME: '/h',
    };
    expect(toolEnvironment({ ...own, ...more, UNDEFINED: undefined }, { HOME: '/other' })).toEqual({
      PATH: '/usr/bin',
      AWS_PROFILE: 'p',
      KUBECONFIG: 'k',
      HOME: '/other',
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      PACKER_NO_COLOR: '1',
      NO_COLOR: '1',
      LC_ALL: 'C.UTF-8',
    });
  });
});
