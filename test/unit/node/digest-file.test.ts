import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DigestFile, digestFilePath } from '../../../server/src/node/digest-file';
import { sha256 } from '../../support/fake-registry';

const DIGEST = sha256('x');

function file(): string {
  const directory = mkdtempSync(join(tmpdir(), 'immutable-digests-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'cache', 'digests.json');
}

describe('DigestFile', () => {
  it('remembers, for the owner only, and leaves nothing else behind', async () => {
    const path = file();
    await new DigestFile(path).set('a:1', { digest: DIGEST, at: 1 });
    expect(await new DigestFile(path).get('a:1')).toEqual({ digest: DIGEST, at: 1 });
    expect(await new DigestFile(path).get('a:2')).toBeUndefined();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['digests.json']);
  });

  it('keeps what others wrote meanwhile', async () => {
    const path = file();
    const [one, two] = [new DigestFile(path), new DigestFile(path)];
    await one.get('a');
    await two.get('a');
    await one.set('a', { digest: DIGEST, at: 1 });
    await two.set('b', { digest: DIGEST, at: 2 });
    expect(await new DigestFile(path).get('a')).toEqual({ digest: DIGEST, at: 1 });
    expect(await new DigestFile(path).get('b')).toEqual({ digest: DIGEST, at: 2 });
  });

  it('writes all that come at once, and keeps the newest 2000', async () => {
    const path = file();
    const digests = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`old:${index}`, { digest: DIGEST, at: index }]),
    );
    const store = new DigestFile(path);
    await store.set('first', { digest: DIGEST, at: 5000 });
    writeFileSync(path, JSON.stringify({ version: 1, digests }));
    await Promise.all([1, 2, 3].map((at) => store.set(`new:${at}`, { digest: DIGEST, at: 9000 + at })));
    const kept = Object.keys((JSON.parse(readFileSync(path, 'utf8')) as { digests: object }).digests);
    expect(kept).toHaveLength(2000);
    expect(kept.slice(0, 3)).toEqual(['new:3', 'new:2', 'new:1']);
    expect(kept).not.toContain('old:0');
  });

  it.each([
    '',
    'nonsense',
    'null',
    '[]',
    '{"version":2,"digests":{"a":{"digest":"x","at":1}}}',
    '{"version":1,"digests":{"a":{"digest":5}}}',
  ])('knows nothing from a damaged file: %s', async (text) => {
    const path = file();
    const store = new DigestFile(path);
    await store.set('b', { digest: DIGEST, at: 1 });
    writeFileSync(path, text);
    expect(await new DigestFile(path).get('a')).toBeUndefined();
    await new DigestFile(path).set('c', { digest: DIGEST, at: 1 });
    expect(await new DigestFile(path).get('c')).toBeDefined();
  });

  it('does not mind a place that cannot be written', async () => {
    const store = new DigestFile('/dev/null/digests.json');
    await store.set('a', { digest: DIGEST, at: 1 });
    expect(await store.get('a')).toEqual({ digest: DIGEST, at: 1 });
  });

  it('lies in the cache directory of the user', () => {
    expect(digestFilePath({ XDG_CACHE_HOME: '/c' })).toBe('/c/immutable-infra/digests.json');
    expect(digestFilePath({ HOME: '/home/jo' })).toMatch(/^\/home\/jo\/.*immutable-infra\/digests\.json$/);
  });
});
