import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptDamage, damagedSeq, NotAcceptedError } from '../../../release/src/damage/accept-damage';
import { Ledger } from '../../../release/src/ledger/ledger';
import { StateRoot } from '../../../release/src/state-root';
import { farHolder, git, HELD, note, Team, type Clone } from '../shared-ledger/clones';

function write(root: StateRoot, ...ids: readonly string[]): void {
  const ledger = Ledger.open(root.ledger('production'), root.torn, HELD);
  for (const id of ids) ledger.append(note(id));
  ledger.close();
}

function change(root: StateRoot, edit: (lines: string[]) => string[]): void {
  const path = root.ledger('production');
  writeFileSync(path, `${edit(readFileSync(path, 'utf8').trimEnd().split('\n')).join('\n')}\n`);
}

/** Ids, with the anchor where it stands. */
function told(root: StateRoot): unknown[] {
  const view = Ledger.read(root.ledger('production'));
  expect(view.damage).toBeUndefined();
  return view.records().map((record) => (record.type === 'anchor' ? 'ANCHOR' : record['id']));
}

const EDITED = (lines: string[]): string[] => lines.map((line) => line.replace('"id":"b"', '"id":"B"'));

describe('F30: a damage that a person accepts', () => {
  let root: StateRoot;
  beforeEach(() => {
    root = new StateRoot(mkdtempSync(join(tmpdir(), 'immutable-damage-')));
  });
  afterEach(() => rmSync(root.path, { recursive: true, force: true }));

  it.each([
    ['an edited record', EDITED, 2, ['a', 'ANCHOR', 'c', 'd']],
    [
      'records in another order',
      ([a, b, c, d]: string[]) => [a, c, b, d] as string[],
      2,
      ['a', 'ANCHOR', 'b', 'c', 'd'],
    ],
    // What stood behind a record that is gone cannot be proven; what stands behind that can.
    ['a removed record', ([a, , c, d]: string[]) => [a, c, d] as string[], 2, ['a', 'ANCHOR', 'd']],
    ['a file that was cut', (lines: string[]) => lines.slice(0, 2), 3, ['a', 'b', 'ANCHOR']],
    ['a file that was emptied', () => ['rubbish'], 1, ['ANCHOR']],
  ])('%s: the sound ones stay, the file is kept aside', (_name, edit, seq, result) => {
    write(root, 'a', 'b', 'c', 'd');
    change(root, edit);
    const found = readFileSync(root.ledger('production'));
    expect(damagedSeq('production', root, undefined)).toBe(seq);
    const accepted = acceptDamage('production', { seq, reason: 'OPS-12', by: 'ana' }, root, undefined, HELD);
    expect(told(root)).toEqual(result);
    expect(readFileSync(accepted.kept ?? '')).toEqual(found);
    const anchor = Ledger.read(root.ledger('production'))
      .records()
      .find(({ type }) => type === 'anchor');
    expect(anchor).toMatchObject({ accepted: seq, reason: 'OPS-12', by: 'ana', carried: accepted.carried });
    expect(readdirSync(root.torn)).toEqual([anchor?.['kept']]);
    write(root, 'e');
    expect(told(root)).toEqual([...result, 'e']);
    expect(damagedSeq('production', root, undefined)).toBeUndefined();
  });

  it('is not accepted under another number, nor when there is none', () => {
    write(root, 'a', 'b', 'c');
    const accept = (seq: number): unknown =>
      acceptDamage('production', { seq, reason: 'r', by: 'ana' }, root, undefined, HELD);
    expect(() => accept(1)).toThrow(NotAcceptedError);
    change(root, EDITED);
    const before = readFileSync(root.ledger('production'));
    expect(() => accept(3)).toThrow('The first damaged record is 2, not 3');
    expect(readFileSync(root.ledger('production'))).toEqual(before);
  });

  it('F29: a line that was never finished is no damage', () => {
    write(root, 'a');
    writeFileSync(root.ledger('production'), `${readFileSync(root.ledger('production'), 'utf8')}{"half`);
    expect(damagedSeq('production', root, undefined)).toBeUndefined();
  });
});

describe('F30: a damage in a team', () => {
  let team: Team;
  let ana: Clone;
  let ben: Clone;
  beforeEach(() => {
    team = new Team();
    ana = team.clone('ana');
    ben = team.clone('ben');
    ana.run('r1', 'a', 'b', 'c');
    ben.share().synchronize(HELD);
  });
  afterEach(() => team.dispose());

  function accept(clone: Clone, seq: number): number {
    return acceptDamage('production', { seq, reason: 'OPS-12', by: 'ana' }, clone.root, clone.share(), HELD).carried;
  }

  it('of this clone only: the team has every record, and what waited here stays', () => {
    ana.write('waits');
    change(ana.root, EDITED);
    expect(accept(ana, 2)).toBe(1);
    expect(told(ana.root)).toEqual(['a', 'b', 'c', 'ANCHOR', 'waits']);
    ben.share().synchronize(HELD);
    expect(told(ben.root)).toEqual(['a', 'b', 'c', 'ANCHOR', 'waits']);
  });

  it('of the remote: a sound clone mends it, and everybody goes on', () => {
    forge('"id":"b"', '"id":"B"');
    expect(damagedSeq('production', ben.root, ben.share())).toBe(2);
    expect(accept(ben, 2)).toBe(0);
    for (const clone of [ana, ben, team.clone('eve')]) {
      clone.share().synchronize(HELD);
      expect(told(clone.root)).toEqual(['a', 'b', 'c', 'ANCHOR']);
    }
    expect(ana.run('r2', 'd')).toBe(true);
  });

  it('waits for the end of whoever acts', () => {
    change(ana.root, EDITED);
    const share = ben.share();
    ben.run('r2', 'd');
    share.claim(HELD, farHolder('r3'));
    expect(() => accept(ana, 2)).toThrow('Somebody acts on production now');
  });

  function forge(from: string, to: string): void {
    const ref = 'refs/immutable/ledger';
    const tree = join(team.directory, 'forged');
    git(team.directory, 'init', '--quiet', tree);
    git(tree, 'fetch', '--quiet', team.remote, `${ref}:${ref}`);
    git(tree, 'read-tree', ref);
    for (const name of team.files()) {
      writeFileSync(join(tree, 'blob'), git(tree, 'show', `${ref}:${name}`).replace(from, to));
      const id = git(tree, 'hash-object', '-w', 'blob').trim();
      git(tree, 'update-index', '--add', '--cacheinfo', `100644,${id},${name}`);
    }
    const commit = git(tree, 'commit-tree', git(tree, 'write-tree').trim(), '-p', ref, '-m', 'forged').trim();
    git(tree, 'push', '--quiet', team.remote, `${commit}:${ref}`);
  }
});
