import { describe, expect, it } from 'vitest';
import { readPipeline } from '../../../release/src/config/read';

function read(ledger: string): unknown {
  const { pipeline, problems } = readPipeline(`app: web\n${ledger}`, 'immutable.yaml');
  return pipeline?.ledger ?? problems.map(({ line, column, message }) => `${line + 1}:${column + 1} ${message}`);
}

describe('the key `ledger`', () => {
  it('keeps the history on this machine unless a team shares it', () => {
    expect(read('')).toEqual({ backend: 'local' });
    expect(read('ledger: { backend: local }\n')).toEqual({ backend: 'local' });
    expect(read('ledger: { backend: git }\n')).toEqual({ backend: 'git', remote: 'origin' });
    expect(read('ledger: { backend: git, remote: releases }\n')).toEqual({ backend: 'git', remote: 'releases' });
  });

  it.each([
    ['ledger: { backend: oci }\n', ['2:20 Write one of `local`, `git`.']],
    ['ledger: {}\n', ['2:9 `backend` is missing.']],
    [
      'ledger: { backend: git, remote: "--upload-pack=x" }\n',
      ['2:33 Write the name of a Git remote, such as `origin`.'],
    ],
    ['ledger: { backend: git, remote: "ext::sh -c x" }\n', ['2:33 Write the name of a Git remote, such as `origin`.']],
    [
      'ledger: { backend: local, remote: origin }\n',
      ['2:27 Only `backend: git` has a remote: write that, or remove this.'],
    ],
  ])('%s is refused where it is wrong', (text, problems) => {
    expect(read(text)).toEqual(problems);
  });
});
