import { describe, expect, it } from 'vitest';
import { Workspace } from '../support/cli';

const RULE = `rules:
  - id: custom/no-root
    message: Choose another user.
    match: { instruction: USER }
    where: [{ path: argument, equals: root }]
`;

function policy(findings: string, text = 'FROM a\\nUSER root\\n'): string {
  return `${RULE}tests:\n  - name: finds root\n    file: Dockerfile\n    text: "${text}"\n    findings: ${findings}\n`;
}

describe('test policies/', () => {
  it('passes when the rules find what the tests say', async () => {
    const workspace = new Workspace({ 'policies/user.yaml': policy('[2]'), 'policies/README.md': 'x' });
    const { code, stdout } = await workspace.run(['test', 'policies/']);
    expect(stdout).toContain('  passed finds root\n');
    expect(stdout).toContain('1 test: 1 passed, 0 failed.');
    expect(code).toBe(0);
    expect(await workspace.run(['test'])).toEqual({ code, stdout, stderr: '' });
  });

  it.each([
    ['[1]', 'Nothing found on line 1.'],
    ['[]', 'Not expected on line 2: custom/no-root: Choose another user.'],
  ])('fails when findings are expected at %s', async (lines, message) => {
    const { code, stdout } = await new Workspace({ 'p.yaml': policy(lines) }).run(['test', 'p.yaml']);
    expect(code).toBe(1);
    expect(stdout).toContain('failed finds root');
    expect(stdout).toContain(message);
  });

  it('is 2 for a broken rule, and the other tests run', async () => {
    const workspace = new Workspace({ 'policies/a.yaml': 'rules:\n  - id: x\n', 'policies/b.yaml': policy('[2]') });
    const { code, stdout } = await workspace.run(['test', 'policies']);
    expect(code).toBe(2);
    expect(stdout).toContain('error line 2');
    expect(stdout).toContain('1 passed');
  });

  it('is 2 when there is nothing to test', async () => {
    const workspace = new Workspace({ 'empty/x.md': '' });
    expect((await workspace.run(['test', 'gone'])).stderr).toContain('Cannot read gone: no such file or directory.');
    expect((await workspace.run(['test', 'empty'])).stderr).toContain('No policy files');
    expect((await workspace.run(['test', 'empty'])).code).toBe(2);
  });
});
