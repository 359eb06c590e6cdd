import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ledgerRef } from '../../release/src/shared-ledger/team-ref';
import { findStateRoot, folderInRepository } from '../../release/src/state-root';

let top: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'immutable-root-')));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

function folder(...names: string[]): string {
  const path = join(top, ...names);
  mkdirSync(path, { recursive: true });
  return path;
}

describe('the state of a pipeline', () => {
  it('lies in the git directory, for each pipeline of a repository apart', () => {
    folder('.git');
    expect(findStateRoot(top).path).toBe(join(top, '.git/immutable'));
    const [shop, blog] = [folder('services', 'shop'), folder('services', 'blog')].map((one) => findStateRoot(one));
    expect(shop?.path).toBe(join(top, '.git/immutable/folders/services%2Fshop'));
    expect(blog?.ledger('production')).not.toBe(shop?.ledger('production'));
    expect(blog?.lock('production')).not.toBe(shop?.lock('production'));
  });

  it('is the same in all work trees', () => {
    folder('main', '.git', 'worktrees', 'fix');
    folder('fix', 'services', 'shop');
    writeFileSync(join(top, 'main/.git/worktrees/fix/commondir'), '../..\n');
    writeFileSync(join(top, 'fix/.git'), `gitdir: ${join(top, 'main/.git/worktrees/fix')}\n`);
    expect(findStateRoot(join(top, 'fix/services/shop')).path).toBe(
      findStateRoot(folder('main', 'services', 'shop')).path,
    );
  });

  it('has names that files and refs may have, and no two the same', () => {
    folder('.git');
    const names = ['a.lock', 'a b~^:?*[', 'ä@{u}', 'a/b', 'a%2Fb', 'x'.repeat(200) + '/y', 'x'.repeat(200) + '/z'].map(
      (path) => folderInRepository(folder(...path.split('/'))),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      expect(name).toMatch(/^[\w%-]{1,200}$/);
      expect(ledgerRef(name)).toBe(`refs/immutable/folders/${name ?? ''}/ledger`);
    }
    expect(ledgerRef(folderInRepository(top))).toBe('refs/immutable/ledger');
  });
});
