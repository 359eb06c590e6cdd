import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listImages, pruneImages } from '../../../release/src/api/prune-images';
import type { BakedImage } from '../../../release/src/bakers/baker';
import { requirePipeline } from '../../../release/src/config/read';
import { Ledger } from '../../../release/src/ledger/ledger';
import type { LedgerRecord } from '../../../release/src/ledger/record';
import { StateRoot } from '../../../release/src/state-root';
import { createRun } from '../support/fake-world';

const PIPELINE = requirePipeline(
  'app: shop\nimages: { vm: { packer: { template: p, artifact: { kind: files } }, keep: 1 } }\n',
  'immutable.yaml',
);

let root: StateRoot;
beforeEach(() => {
  root = new StateRoot(mkdtempSync(join(tmpdir(), 'immutable-prune-')));
  mkdirSync(join(root.path, 'ledger'));
});
afterEach(() => rmSync(root.path, { recursive: true }));

function image(letter: string): BakedImage {
  const sha256 = `sha256:${letter.repeat(64)}`;
  const path = root.object(letter.repeat(64));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, letter);
  return {
    name: 'vm',
    kind: 'files',
    ref: path,
    id: sha256,
    tag: null,
    digests: [sha256],
    files: ['out/app.img'],
    inputs: '',
    provenance: { files: [{ path: 'out/app.img', sha256, size: 1 }] },
  };
}

function release(id: string, made: BakedImage, verdict = 'confirmed'): LedgerRecord {
  return { type: 'release', run: id, id, images: [made], health: { verdict, samples: 1 }, rolledBackFrom: null };
}

function write(environment: string, ...records: readonly LedgerRecord[]): void {
  const ledger = Ledger.open(root.ledger(environment), root.torn, { assertHeld: () => undefined });
  for (const record of records) ledger.append(record);
  ledger.close();
}

function kept(): Record<string, string | undefined> {
  return Object.fromEntries(listImages(root, PIPELINE).map(({ image: { id }, keptFor }) => [id.at(-1) ?? '', keptFor]));
}

describe('images that nothing needs', () => {
  it('are neither live in any environment, nor a way back of one', () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(image) as [BakedImage, BakedImage, BakedImage, BakedImage];
    write('staging', { type: 'image', run: 'x', image: d }, release('s1', a), release('s2', b), release('s3', c));
    write('production', release('p1', a));
    expect(kept()).toEqual({
      a: 'live in production',
      b: 'staging may go back to s2',
      c: 'live in staging',
      d: undefined,
    });
    expect(pruneImages(root, PIPELINE).map(({ image: { id } }) => id)).toEqual([d.id]);
    expect(existsSync(d.ref)).toBe(false);
    for (const { ref } of [a, b, c]) expect(existsSync(ref)).toBe(true);
    expect(pruneImages(root, PIPELINE)).toEqual([]);
  });

  it('an unhealthy release keeps nothing', () => {
    const [a, b] = [image('a'), image('b')];
    write('staging', release('s1', a, 'unhealthy'), release('s2', b));
    expect(kept()).toEqual({ a: undefined, b: 'live in staging' });
  });

  it('are not deleted while a run goes on, or waits to be resumed', () => {
    const [a, b] = [image('a'), image('b')];
    write('staging', { type: 'image', run: 'x', image: a }, release('s1', b));
    createRun(root, root.path, 'open');
    expect(() => pruneImages(root, PIPELINE)).toThrow('Run open is interrupted. Wait for it, or resume it');
    expect(existsSync(a.ref)).toBe(true);
  });

  it('are not told from a ledger that somebody changed', () => {
    write('staging', release('s1', image('a')), release('s2', image('b')));
    const file = root.ledger('staging');
    writeFileSync(file, '{"seq":1}\n');
    expect(() => listImages(root, PIPELINE)).toThrow('nothing can be pruned');
  });
});
