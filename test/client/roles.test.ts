import { describe, expect, it } from 'vitest';
import { rolesOf, type OpenState, type UriLike } from '../../client/src/documents/roles';

const file = (path: string): UriLike => uri('file', path, '');
const git = (path: string, ref: string): UriLike => uri('git', path, JSON.stringify({ path, ref }));

function uri(scheme: string, path: string, query: string): UriLike {
  return { scheme, path, query, toString: () => `${scheme}:${path}${query === '' ? '' : `?${query}`}` };
}

function roles(state: Partial<OpenState>): Record<string, string> {
  const found = rolesOf({
    documents: [],
    comparisons: [],
    singles: [],
    fileOf: (path) => `file:${path}`,
    isInFolder: ({ scheme }) => scheme === 'vscode-vfs',
    ...state,
  });
  return Object.fromEntries(
    found.map(({ uri: key, role, base }) => [key, base === undefined ? role : `${role} < ${base}`]),
  );
}

describe('roles of documents', () => {
  const work = file('/w/Dockerfile');

  it('takes files, untitled documents and those of a virtual folder for work', () => {
    const untitled = uri('untitled', 'Untitled-1', '');
    const virtual = uri('vscode-vfs', '/github/shop/Dockerfile', '');
    expect(Object.values(roles({ documents: [work, untitled, virtual] }))).toEqual(['work', 'work', 'work']);
  });

  it('takes those of a folder that cannot be written to for something to review, not to edit', () => {
    const archive = uri('archive', '/shop/Dockerfile', '');
    expect(Object.values(roles({ documents: [archive], singles: [archive], isInFolder: () => false }))).toEqual([
      'head',
    ]);
  });

  it('ignores the copy of the quick diff and what no file stands behind', () => {
    const copy = git('/w/Dockerfile.git', '~');
    const output = uri('output', 'log', '');
    expect(Object.values(roles({ documents: [copy, output] }))).toEqual(['ignored', 'ignored']);
  });

  it('takes the old side of a diff for the base of the other', () => {
    const old = git('/w/Dockerfile', 'HEAD');
    expect(roles({ documents: [work, old], comparisons: [{ original: old, modified: work }] })).toEqual({
      [work.toString()]: `work < ${old.toString()}`,
      [old.toString()]: 'base',
    });
  });

  it('keeps two files of the disk as work: nothing says which is older', () => {
    const other = file('/w/Other.Dockerfile');
    expect(
      Object.values(roles({ documents: [work, other], comparisons: [{ original: other, modified: work }] })),
    ).toEqual(['work', 'work']);
  });

  it('finds both sides of staged changes in an editor with many files', () => {
    const head = git('/w/Dockerfile', 'HEAD');
    const index = git('/w/Dockerfile', '');
    expect(roles({ documents: [head, index] })).toEqual({
      [head.toString()]: 'base',
      [index.toString()]: `head < ${head.toString()}`,
    });
  });

  it('shows an old version that is open alone, and does not compare the file with it', () => {
    const old = git('/w/Dockerfile', 'HEAD~3');
    expect(roles({ documents: [work, old], singles: [work, old] })).toEqual({
      [work.toString()]: 'work',
      [old.toString()]: 'head',
    });
  });

  it.each([
    ['JSON', '{"isBase":true}', '{"isBase":false}'],
    ['parameters', 'isBase=true', 'isBase=false'],
    ['a flag', 'base', ''],
  ])('reads the mark of a review provider from %s', (_, baseQuery, headQuery) => {
    const old = uri('review', '/w/Dockerfile', baseQuery);
    const head = uri('review', '/w/Dockerfile', headQuery);
    expect(roles({ documents: [old, head] })).toEqual({
      [old.toString()]: 'base',
      [head.toString()]: `head < ${old.toString()}`,
    });
  });
});
