import { describe, expect, it } from 'vitest';
import { ActionResolver, HttpFailure, isActionReference, pinned } from '../../../../server/src/workspace/digests';
import { FakeClock, FakeTransport, MemoryStore, sha256 } from '../../../support/fake-registry';

const commit = (letter: string): string => letter.repeat(40);

/** One pkt-line: four hexadecimal digits of length, then the text. */
function line(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;
}

const REFS = [
  line('# service=git-upload-pack\n'),
  '0000',
  line(`${commit('a')} HEAD\0multi_ack symref=HEAD:refs/heads/main agent=git/github\n`),
  line(`${commit('a')} refs/heads/main\n`),
  line(`${commit('b')} refs/heads/both\n`),
  line(`${commit('c')} refs/heads/releases/v2\n`),
  line(`${commit('c')} refs/tags/both\n`),
  line(`${commit('d')} refs/tags/v4\n`),
  line(`${commit('e')} refs/tags/v4^{}\n`),
  line(`${commit('f')} refs/tags/v4.2.2\n`),
  line(`${commit('0')} refs/tags/größe\n`),
  '0000',
].join('');

function resolver(body = REFS, status = 200): { one: ActionResolver; transport: FakeTransport; clock: FakeClock } {
  const transport = new FakeTransport(() => ({ status, body }));
  const clock = new FakeClock();
  return { one: new ActionResolver({ transport, clock, store: new MemoryStore() }), transport, clock };
}

describe('ActionResolver', () => {
  it.each([
    ['actions/checkout@v4.2.2', commit('f')],
    ['actions/checkout@v4', commit('e')],
    ['actions/checkout/sub/path@main', commit('a')],
    ['actions/checkout@releases/v2', commit('c')],
  ])('%s is %s', async (reference, digest) => {
    const { one, transport } = resolver();
    expect(await one.resolve(reference)).toEqual({ digest });
    expect(transport.log).toEqual(['GET https://github.com/actions/checkout.git/info/refs?service=git-upload-pack']);
  });

  it('does not guess', async () => {
    const { one } = resolver();
    expect(await one.resolve('a/b@both')).toEqual({
      problem: '`a/b@both` is a tag and a branch with different commits. Pin the one that you mean by hand.',
    });
    expect(await one.resolve('a/b@v9')).toEqual({
      problem: '`a/b@v9` is not there: its repository has neither a tag nor a branch of that name. Check it.',
    });
  });

  it('asks once for a repository, and again after ten minutes', async () => {
    const { one, transport, clock } = resolver();
    await Promise.all([one.resolve('a/b@v4'), one.resolve('a/b@main'), one.resolve('a/b/c@v4')]);
    expect(transport.requests).toHaveLength(1);
    await one.resolve('a/b@v4');
    expect(transport.requests).toHaveLength(1);
    clock.time += 11 * 60_000;
    await one.resolve('a/b@v4');
    expect(transport.requests).toHaveLength(2);
  });

  it.each(['', '<html>', REFS.slice(0, -30), '0001', 'ffff', line(`${commit('e')} refs/tags/v4\n`), '0003abc'])(
    'takes nothing from what is no list of references: %j',
    async (body) => {
      expect(await resolver(body).one.resolve('a/b@v4')).toEqual({
        problem: 'github.com did not list the versions of `a/b`. Try again later.',
      });
    },
  );

  it.each([
    [404, 'does not exist or is private'],
    [401, 'does not exist or is private'],
    [429, 'too often'],
    [500, 'did not list'],
  ])('says what HTTP %d means', async (status, problem) => {
    expect(await resolver('', status).one.resolve('a/b@v4')).toEqual({
      problem: expect.stringContaining(problem) as string,
    });
  });

  it('follows a renamed repository, not to another host', async () => {
    const renamed = (location: string): ActionResolver =>
      new ActionResolver({
        transport: new FakeTransport(({ url }) =>
          url.includes('/a/b.git') ? { status: 301, headers: { location } } : { status: 200, body: REFS },
        ),
        clock: new FakeClock(),
        store: new MemoryStore(),
      });
    const path = '/c/d.git/info/refs?service=git-upload-pack';
    expect(await renamed(`https://github.com${path}`).resolve('a/b@v4')).toEqual({ digest: commit('e') });
    expect(await renamed(`https://evil.example${path}`).resolve('a/b@v4')).toHaveProperty('problem');
  });

  it('never throws', async () => {
    for (const error of [new HttpFailure('timeout', 'x'), new TypeError('x')]) {
      const transport = new FakeTransport(() => Promise.reject(error));
      const one = new ActionResolver({ transport, clock: new FakeClock(), store: new MemoryStore() });
      expect(await one.resolve('a/b@v4')).toHaveProperty('problem');
    }
    expect(await resolver().one.resolve('a/..@v4')).toHaveProperty('problem');
    expect(await resolver().one.resolve('nonsense')).toHaveProperty('problem');
    expect(await resolver().one.resolve('a/b@v4', AbortSignal.abort())).toHaveProperty('problem');
  });
});

describe('isActionReference', () => {
  it.each(['actions/checkout@v4', 'a/b/c@main', 'a/b@releases/v1'])('%s', (text) => {
    expect(isActionReference(text)).toBe(true);
  });

  it.each(['nginx', 'nginx:1.27', 'acme/web:1', `acme/web@${sha256('x')}`, 'ghcr.io/a/b:1', './local@v1', 'a@v1'])(
    'not %s',
    (text) => {
      expect(isActionReference(text)).toBe(false);
    },
  );
});

describe('pinned', () => {
  it('keeps the version of an action as a comment', () => {
    expect(pinned('a/b/c@v4', commit('e'))).toBe(`a/b/c@${commit('e')} # v4`);
  });
});
