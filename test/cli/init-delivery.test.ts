import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requirePipeline } from '../../release/src/config/read';
import { ROOT, Workspace } from '../support/cli';

describe('init --delivery', () => {
  it('prints a pipeline and writes nothing, writes it when asked, and the linter and status take it', async () => {
    const made = new Workspace({
      Dockerfile: 'FROM scratch\nEXPOSE 80\n',
      '.gitignore': 'build/\n',
      'build/Dockerfile': 'FROM a\n',
    });
    const dry = await made.run(['init', '--delivery', '--dry-run']);
    expect(dry.code).toBe(0);
    expect([...requirePipeline(dry.stdout, 'immutable.yaml').images.keys()]).toHaveLength(1);
    expect(dry.stderr).toContain('Found: image ');
    expect(() => made.read('immutable.yaml')).toThrow('ENOENT');

    const done = await made.run(['init', '--delivery']);
    expect([done.code, done.stdout]).toEqual([
      0,
      expect.stringContaining('Wrote immutable.yaml. Next: immutable-infra doctor'),
    ]);
    expect(made.read('immutable.yaml')).toBe(dry.stdout);
    expect(await made.run(['status'], { env: { XDG_STATE_HOME: made.file('state') } })).toMatchObject({
      code: 0,
      stdout: 'local\n  nothing was deployed yet\n',
    });
    expect((await made.lint()).json.problems).toEqual([]);
  });

  it('leaves a file alone that is there, and prints the keys to add', async () => {
    const made = new Workspace({ Dockerfile: 'FROM scratch\n', 'immutable.yaml': 'lint: { extends: strict }\n' });
    const { code, stderr } = await made.run(['init', '--delivery']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('immutable-infra init --delivery --dry-run')]);
    const { stdout } = await made.run(['init', '--delivery', '--dry-run']);
    expect(stdout).not.toContain('lint:\n');
    expect(requirePipeline(`${stdout}${made.read('immutable.yaml')}`, 'x').environments.size).toBe(1);
  });

  it('tells after the plain init, and only then, that a pipeline can be had; --dry-run prints it', async () => {
    const made = new Workspace({ Dockerfile: 'FROM scratch\n' });
    expect((await made.run(['init', '--dry-run'])).stdout).toContain('\nlint:\n');
    expect((await made.run(['init'])).stdout).toContain('immutable-infra init --delivery --dry-run');
    expect((await new Workspace({ 'README.md': '' }).run(['init'])).stdout).toBe(
      'Wrote immutable.yaml. Next: immutable-infra lint\n',
    );
  });

  it('gives JSON of the examples', async () => {
    const made = new Workspace();
    cpSync(join(ROOT, 'examples/immutable'), made.path, { recursive: true });
    const { stdout } = await made.run(['init', '--json']);
    const json = JSON.parse(stdout) as {
      version: number;
      isFound: boolean;
      found: string[];
      open: string[];
      text: string;
    };
    expect(json).toMatchObject({ version: 1, isFound: true });
    expect(json.found).toContain('environment production: Terraform in terraform');
    expect(requirePipeline(json.text, 'x').images.size).toBe(5);
  });
});
