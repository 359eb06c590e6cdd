import { describe, expect, it } from 'vitest';
import { LATEST, MODULE, MUTABLE_DOCKERFILE, places, TEMPLATE_VERSION, Workspace } from '../support/cli';

const NAMED = (name: string): string[] => [
  '--only',
  `${LATEST},${TEMPLATE_VERSION}`,
  '--stdin',
  '--stdin-filename',
  name,
];

describe('--stdin', () => {
  it('lints what it is given under a name that need not exist', async () => {
    const { json, code } = await new Workspace().lint(NAMED('app/Dockerfile'), { stdin: MUTABLE_DOCKERFILE });
    expect({ code, places: places(json.findings) }).toEqual({ code: 1, places: [`app/Dockerfile:1:6 ${LATEST}`] });
  });

  it('takes the text over that on disk, and the files beside it from there', async () => {
    const workspace = new Workspace({ ...MODULE, 'infra/group.tf': '# saved before\n' });
    const { json } = await workspace.lint(NAMED('infra/group.tf'), { stdin: MODULE['infra/group.tf'] });
    expect(places(json.findings)).toEqual([`infra/group.tf:7:15 ${TEMPLATE_VERSION}`]);
    expect(json.findings[0]?.fixes[0]?.level).toBe('safe');
  });

  it('honours the configuration of the name', async () => {
    const workspace = new Workspace({ 'app/immutable.yaml': `lint:\n  rules:\n    ${LATEST}: info\n` });
    const { stdout } = await workspace.run(
      ['lint', '--format', 'json', '--stdin', '--stdin-filename', 'app/Dockerfile'],
      {
        stdin: MUTABLE_DOCKERFILE,
      },
    );
    expect(stdout).toContain('"severity": "info"');
  });

  it.each([
    ['nothing', '', 0],
    ['binary data', Buffer.from([0, 1, 2]), 2],
    ['more than is read', 'x'.repeat(3_000_000), 2],
  ])('copes with %s', async (_, stdin, code) => {
    expect((await new Workspace().lint(NAMED('Dockerfile'), { stdin })).code).toBe(code);
  });

  it('says so when the name is of no kind that is linted', async () => {
    const { json, code } = await new Workspace().lint(NAMED('a.py'), { stdin: 'x = 1\n' });
    expect(code).toBe(0);
    expect(json.notes[0]?.message).toContain('none of the kinds');
  });
});
