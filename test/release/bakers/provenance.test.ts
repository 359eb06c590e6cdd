import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BakedImage } from '../../../release/src/bakers/baker';
import { publicAddress } from '../../../release/src/bakers/source-address';
import { requirePipeline } from '../../../release/src/config/read';
import { keepStatement, provenanceOf } from '../../../release/src/run/provenance';
import { createRun, PIPELINE } from '../support/fake-world';
import { StateRoot } from '../../../release/src/state-root';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const COMMIT = 'c'.repeat(40);

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'immutable-provenance-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

const IMAGE: BakedImage = {
  name: 'web',
  kind: 'container',
  ref: `127.0.0.1:5000/web@sha256:${A}`,
  id: `sha256:${A}`,
  tag: 'rel-r1',
  digests: [`sha256:${A}`],
  files: [],
  inputs: 'sha256:inputs',
  provenance: {
    builder: 'podman',
    version: '4.3.1',
    base: [`debian:12@sha256:${B}`, 'node:22'],
    source: 'https://github.com/a/b',
  },
};

describe('provenance', () => {
  const config = requirePipeline(PIPELINE, 'immutable.yaml').images.get('web');
  if (!config) throw new Error('no image');

  it('is an in-toto statement that says of which image, from what, by whom', () => {
    const root = new StateRoot(folder());
    const git = { commit: COMMIT, branch: 'main', dirty: true, pushed: false };
    const spec = createRun(root, '/w', 'run1', { git });
    const statement = provenanceOf(IMAGE, config, spec);
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: '127.0.0.1:5000/web', digest: { sha256: A } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          externalParameters: { image: 'web' },
          internalParameters: { inputs: 'sha256:inputs' },
          resolvedDependencies: [
            { uri: 'git+https://github.com/a/b', digest: { gitCommit: COMMIT }, annotations: { dirty: true } },
            { uri: `docker://debian:12@sha256:${B}`, digest: { sha256: B } },
            { uri: 'docker://node:22' },
          ],
        },
        runDetails: { builder: { version: { podman: '4.3.1' } }, metadata: { invocationId: 'run1' } },
      },
    });
    const hash = keepStatement(statement ?? {}, root);
    expect(keepStatement(statement ?? {}, root)).toBe(hash);
    const text = readFileSync(root.object(hash.slice('sha256:'.length)));
    expect(`sha256:${createHash('sha256').update(text).digest('hex')}`).toBe(hash);
    expect(JSON.parse(text.toString())).toEqual(statement);
  });

  it('says nothing of an image that has no digest', () => {
    const root = new StateRoot(folder());
    expect(provenanceOf({ ...IMAGE, kind: 'ami', id: 'ami-1' }, config, createRun(root, '/w', 'run1'))).toBeUndefined();
  });
});

describe('the address of the source', () => {
  it.each([
    ['https://github.com/a/b.git', 'https://github.com/a/b'],
    ['https://ana:secret@git.example:8443/a/b', 'https://git.example:8443/a/b'],
    ['https://git.example/a?token=secret#x', 'https://git.example/a'],
    ['git@github.com:a/b.git', 'https://github.com/a/b'],
    ['ssh://git@git.example:2222/a/b.git', 'https://git.example/a/b'],
    ['/srv/git/a.git', undefined],
    ['../a', undefined],
    ['file:///srv/a', undefined],
    ['', undefined],
  ])('%s', (url, address) => expect(publicAddress(url)).toBe(address));
});
