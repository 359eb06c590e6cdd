import { describe, expect, it } from 'vitest';
import { Workspace } from '../support/cli';

describe('immutable-infra doctor', () => {
  it('ends with 6 and says what to do when there is no pipeline; 0 with a pipeline that asks for nothing', async () => {
    const made = new Workspace();
    made.git('init', '--quiet');
    const { code, stdout } = await made.run(['doctor']);
    expect([code, stdout]).toEqual([6, expect.stringContaining('fail pipeline: there is no ')]);
    expect(stdout).toContain('\n       Have one proposed: immutable-infra init --delivery --dry-run\n');
    made.write('immutable.yaml', 'app: shop\n');
    const fine = await made.run(['doctor', '--json']);
    expect(fine.code).toBe(0);
    const json = JSON.parse(fine.stdout) as { version: number; lines: { what: string; verdict: string }[] };
    expect(json.lines.find(({ what }) => what === 'tool git')?.verdict).toBe('ok');
    expect(json.lines.find(({ what }) => what === 'git')?.verdict).toBe('warn');
  });
});
