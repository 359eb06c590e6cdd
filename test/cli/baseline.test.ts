import { describe, expect, it } from 'vitest';
import { LATEST, MUTABLE_DOCKERFILE, places, Workspace } from '../support/cli';

const ONLY = ['--only', LATEST];
const BASELINE = ['--baseline', '.immutable-baseline.json'];

describe('the baseline', () => {
  it('holds what was there, so that only what is new fails', async () => {
    const workspace = new Workspace({ 'a/Dockerfile': MUTABLE_DOCKERFILE });
    const written = await workspace.run(['lint', '--write-baseline', ...ONLY]);
    expect(written).toMatchObject({ code: 0, stdout: '' });
    expect(written.stderr).toContain('Wrote .immutable-baseline.json with 1 entry.');

    const same = await workspace.lint([...ONLY, ...BASELINE]);
    expect({ code: same.code, open: same.json.findings, known: places(same.json.baselined) }).toEqual({
      code: 0,
      open: [],
      known: [`a/Dockerfile:1:6 ${LATEST}`],
    });

    workspace.write('a/Dockerfile', `# moved\n\n${MUTABLE_DOCKERFILE}FROM alpine:latest\n`);
    const more = await workspace.lint([...ONLY, ...BASELINE]);
    expect({ code: more.code, open: places(more.json.findings) }).toEqual({
      code: 1,
      open: [`a/Dockerfile:4:6 ${LATEST}`],
    });
  });

  it('tells what is no longer found, and loses it with --prune-baseline', async () => {
    const workspace = new Workspace({ 'a/Dockerfile': MUTABLE_DOCKERFILE, 'b/Dockerfile': MUTABLE_DOCKERFILE });
    await workspace.run(['lint', '--write-baseline', ...ONLY]);
    const before = workspace.read('.immutable-baseline.json');
    workspace.write('a/Dockerfile', 'FROM scratch\n');
    const told = await workspace.run(['lint', ...ONLY, ...BASELINE]);
    expect(told.stdout).toContain('1 finding of the baseline no longer found');
    expect(workspace.read('.immutable-baseline.json')).toBe(before);
    expect((await workspace.run(['lint', '--prune-baseline', ...ONLY, ...BASELINE])).code).toBe(0);
    const pruned = workspace.read('.immutable-baseline.json');
    expect(pruned).not.toContain('a/Dockerfile');
    expect(pruned).toContain('b/Dockerfile');
  });

  it('keeps the entries of files that were not linted', async () => {
    const workspace = new Workspace({ 'a/Dockerfile': MUTABLE_DOCKERFILE, 'b/Dockerfile': MUTABLE_DOCKERFILE });
    await workspace.run(['lint', '--write-baseline', ...ONLY]);
    const before = workspace.read('.immutable-baseline.json');
    await workspace.run(['lint', '--write-baseline', ...ONLY, 'a']);
    expect(workspace.read('.immutable-baseline.json')).toBe(before);
    await workspace.run(['lint', '--prune-baseline', ...ONLY, ...BASELINE, 'a']);
    expect(workspace.read('.immutable-baseline.json')).toBe(before);
  });

  it.each(['{', '[]', '{"version": 7, "entries": []}'])('is refused when it is broken: %s', async (text) => {
    const workspace = new Workspace({ Dockerfile: MUTABLE_DOCKERFILE, '.immutable-baseline.json': text });
    const { code, stderr } = await workspace.run(['lint', ...ONLY, ...BASELINE]);
    expect(code).toBe(2);
    expect(stderr).toContain('The baseline .immutable-baseline.json is broken');
  });
});
