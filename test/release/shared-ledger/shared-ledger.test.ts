import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogDamagedError } from '../../../release/src/durable/chained-log';
import { newHolder } from '../../../release/src/lock/holder';
import { UnreachableError } from '../../../release/src/shared-ledger/git';
import { SharedLedgerDamagedError } from '../../../release/src/shared-ledger/shared-ledger';
import { farHolder, git, HELD, note, Team, type Clone } from './clones';
import { Ledger } from '../../../release/src/ledger/ledger';
import { chain, GENESIS } from '../../../release/src/durable/chain';

let team: Team;
let ana: Clone;
let ben: Clone;
beforeEach(() => {
  team = new Team();
  ana = team.clone('ana');
  ben = team.clone('ben');
});
afterEach(() => team.dispose());

describe('a ledger that a team shares', () => {
  it('is a file a record below one ref; neither index nor work tree nor branches change', () => {
    writeFileSync(join(ana.workspace, 'staged'), 'x');
    git(ana.workspace, 'add', 'staged');
    const before = readFileSync(join(ana.workspace, '.git/index'));
    expect(ana.run('r1', 'a', 'b')).toBe(true);
    expect(team.files()).toEqual([
      expect.stringMatching(/^production\/00000001-[0-9a-f]{12}\.json$/),
      expect.stringMatching(/^production\/00000002-[0-9a-f]{12}\.json$/),
    ]);
    expect(readFileSync(join(ana.workspace, '.git/index'))).toEqual(before);
    expect(git(ana.workspace, 'status', '--porcelain')).toBe('A  staged\n');
    expect(git(team.remote, 'for-each-ref', '--format=%(refname)')).toBe('refs/immutable/ledger\n');
    const log = git(team.remote, 'log', '--format=%an %s', 'refs/immutable/ledger').trim().split('\n');
    expect(log).toEqual([
      'Immutable Infra production: end of run r1',
      'Immutable Infra production: records of run r1',
      'Immutable Infra production: records of run r1',
      'Immutable Infra production: run r1',
    ]);
  });

  it('shows a fresh clone what others did', () => {
    ana.run('r1', 'a', 'b');
    expect(ben.share().read()).toMatchObject({ queued: 0, problem: undefined, claim: undefined });
    expect(
      ben
        .share()
        .read()
        .view.records()
        .map(({ id }) => id),
    ).toEqual(['a', 'b']);
    // Reading changes no file of the clone.
    expect(existsSync(ben.path)).toBe(false);
    expect(ben.share().synchronize(HELD)).toEqual({ received: 2, rebased: 0, restored: 0, delivered: 0 });
    expect(ben.ids()).toEqual(['a', 'b']);
    expect(readFileSync(ben.path)).toEqual(readFileSync(ana.path));
  });

  it('takes turns: each run stands behind the one of the other clone', () => {
    for (const [index, clone] of [ana, ben, ana, ben].entries()) clone.run(`r${index}`, `id${index}`);
    ana.share().synchronize(HELD);
    expect(ana.ids()).toEqual(['id0', 'id1', 'id2', 'id3']);
    expect(readFileSync(ben.path)).toEqual(readFileSync(ana.path));
  });

  it('keeps environments apart, and each of them whole', () => {
    ana.run('r1', 'a');
    const staging = ben.share('staging');
    staging.claim(HELD, newHolder('r2', new Date()));
    expect(ana.run('r3', 'b')).toBe(true);
    staging.leave();
    expect(team.files()).toHaveLength(2);
    expect(team.files('staging')).toEqual(['']);
  });

  it('runs no hook and no monitor of the repository', () => {
    const canary = join(team.directory, 'canary');
    for (const hook of ['pre-push', 'reference-transaction', 'post-checkout']) {
      const file = join(ana.workspace, '.git/hooks', hook);
      writeFileSync(file, `#!/bin/sh\ntouch ${canary}\nexit 1\n`);
      chmodSync(file, 0o755);
    }
    git(ana.workspace, 'config', 'core.fsmonitor', `touch ${canary};`);
    git(ana.workspace, 'config', 'core.hooksPath', join(ana.workspace, '.git/hooks'));
    expect(ana.run('r1', 'a')).toBe(true);
    expect(existsSync(canary)).toBe(false);
    // A transport that is a command is refused as well.
    git(ana.workspace, 'remote', 'set-url', 'origin', `ext::touch ${canary}`);
    git(ana.workspace, 'config', 'protocol.ext.allow', 'always');
    expect(() => ana.run('r2', 'b')).toThrow(UnreachableError);
    expect(existsSync(canary)).toBe(false);
  });
});

describe('F26: the claim', () => {
  it('is given to one; the other is told who has it', () => {
    const share = ana.share();
    const holder = newHolder('r1', new Date());
    expect(share.claim(HELD, holder)).toMatchObject({ kind: 'claimed', stolenFrom: undefined });
    expect(ben.share().claim(HELD, newHolder('r2', new Date()))).toEqual({
      kind: 'held',
      holder,
      needsTakeOver: false,
    });
    expect(ben.share().read().claim).toEqual(holder);
    share.leave();
    expect(ben.run('r2', 'b')).toBe(true);
  });

  it('of a program that died on this machine goes by itself, of another machine only by a person (F24, F25)', () => {
    const share = ana.share();
    share.claim(HELD, { ...newHolder('r1', new Date()), start: '1' });
    const second = newHolder('r2', new Date());
    expect(ben.share().claim(HELD, second)).toMatchObject({ stolenFrom: { run: 'r1' } });
    const far = farHolder('r3');
    ana.share().claim(HELD, far, second.token);
    expect(ben.share().claim(HELD, newHolder('r4', new Date()))).toMatchObject({ kind: 'held', needsTakeOver: true });
    expect(ben.share().claim(HELD, newHolder('r4', new Date()), far.token)).toMatchObject({
      stolenFrom: { run: 'r3' },
    });
  });

  it('F27: that was taken over stops the run before its next record, and what it wrote waits', () => {
    const share = ana.share();
    const holder = farHolder('r1');
    share.claim(HELD, holder);
    ana.append(share, 'before');
    const other = ben.share();
    other.claim(HELD, newHolder('r2', new Date()), holder.token);
    ben.append(other, 'theirs');
    // The claim was looked at a moment ago, so this record is written, and is not delivered.
    ana.append(share, 'late');
    expect(() => share.assertHeld()).toThrow(/no longer holds the lock \(held by .*run r2/);
    expect(() => ana.append(share, 'never')).toThrow(/no longer holds the lock/);
    share.leave();
    other.leave();
    expect(ana.share().synchronize(HELD)).toMatchObject({ received: 1, rebased: 1, delivered: 1 });
    expect(ana.ids()).toEqual(['before', 'theirs', 'late']);
  });

  it('of a stuck run stays until a person has looked', () => {
    const share = ana.share();
    share.claim(HELD, newHolder('r1', new Date()));
    share.leave('rollback failed');
    expect(ben.share().claim(HELD, newHolder('r2', new Date()))).toMatchObject({
      kind: 'held',
      needsTakeOver: true,
      holder: { hold: 'rollback failed' },
    });
  });
});

describe('F46: the remote cannot be reached', () => {
  it('at the start: nothing is claimed, and the reason names the remote', () => {
    team.cut();
    expect(() => ana.share().claim(HELD, newHolder('r1', new Date()))).toThrow(/`origin` cannot be reached: fatal: /);
    ana.write('kept');
    const reading = ana.share().read();
    expect(reading).toMatchObject({ queued: 1, problem: { kind: 'unreachable' } });
    expect(reading.view.length).toBe(1);
  });

  it('at the end: the record waits here, the claim too, and both are put right by the next one', () => {
    const share = ana.share();
    let told = '';
    share.onWaiting = (why) => (told = why);
    share.claim(HELD, newHolder('r1', new Date()));
    team.cut();
    ana.append(share, 'kept');
    expect(told).toContain('cannot be reached');
    expect(share.leave()).toContain('cannot be reached');
    expect(ana.share().read()).toMatchObject({ queued: 1 });
    team.mend();
    expect(ana.share().synchronize(HELD)).toMatchObject({ delivered: 1 });
    expect(ben.share().read()).toMatchObject({ queued: 0, claim: undefined });
    expect(ben.run('r2', 'b')).toBe(true);
    expect(ben.ids()).toEqual(['kept', 'b']);
  });

  it('while two clones write: both keep what they have, and the second goes behind the first', () => {
    ana.run('r0', 'start');
    ben.share().synchronize(HELD);
    team.cut();
    ana.write('a1', 'a2');
    ben.write('b1');
    team.mend();
    expect(ben.share().synchronize(HELD)).toMatchObject({ delivered: 1, rebased: 0 });
    expect(ana.share().synchronize(HELD)).toMatchObject({ received: 1, rebased: 2, delivered: 2 });
    ben.share().synchronize(HELD);
    expect(ben.ids()).toEqual(['start', 'b1', 'a1', 'a2']);
    expect(readFileSync(ben.path)).toEqual(readFileSync(ana.path));
    expect(Ledger.read(ana.path).damage).toBeUndefined();
  });

  it('does not deliver before somebody who acts', () => {
    ana.write('mine');
    const share = ben.share();
    share.claim(HELD, farHolder('r1'));
    expect(ana.share().synchronize(HELD)).toMatchObject({ delivered: 0 });
    expect(ana.share().read().queued).toBe(1);
    ben.append(share, 'theirs');
    share.leave();
    expect(ana.share().synchronize(HELD)).toMatchObject({ delivered: 1, rebased: 1 });
    expect(ana.ids()).toEqual(['theirs', 'mine']);
  });

  it('refuses what the remote refuses, with its reason', () => {
    const hook = join(team.remote, 'hooks/pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho no ledgers here >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    expect(() => ana.run('r1', 'a')).toThrow(/cannot be reached: .*pre-receive hook declined/);
  });
});

describe('F29, F30: damage in a team', () => {
  it('a clone that lost its end gets it back, and one that lost its file too', () => {
    ana.run('r1', 'a', 'b', 'c');
    const whole = readFileSync(ana.path);
    writeFileSync(ana.path, whole.subarray(0, whole.indexOf('\n') + 1));
    expect(Ledger.read(ana.path).damage).toMatchObject({ kind: 'short', seq: 2 });
    expect(ana.share().synchronize(HELD)).toMatchObject({ received: 2 });
    expect(readFileSync(ana.path)).toEqual(whole);
    rmSync(ana.path);
    expect(ana.share().read().view.length).toBe(3);
    ana.share().synchronize(HELD);
    expect(readFileSync(ana.path)).toEqual(whole);
  });

  it('a clone that lost what nobody else has is not mended in silence', () => {
    ana.run('r1', 'a', 'b');
    ana.write('only here');
    const whole = readFileSync(ana.path);
    writeFileSync(ana.path, whole.subarray(0, whole.indexOf('\n') + 1));
    expect(() => ana.share().synchronize(HELD)).toThrow(LogDamagedError);
  });

  it('a line that was changed here is named, and nothing is taken over from it', () => {
    ana.run('r1', 'a', 'b');
    writeFileSync(ana.path, readFileSync(ana.path, 'utf8').replace('"id":"b"', '"id":"B"'));
    expect(() => ana.share().synchronize(HELD)).toThrow(/record 2 is not as it was written/);
  });

  it('a file that was changed in the remote is named, and nothing is added', () => {
    ana.run('r1', 'a', 'b', 'c');
    ben.share().synchronize(HELD);
    forge((files) => files.map(([name, text]) => [name, text.replace('"id":"b"', '"id":"B"')]));
    for (const clone of [ana, ben]) {
      expect(() => clone.run('r2', 'd')).toThrow(SharedLedgerDamagedError);
      expect(() => clone.run('r2', 'd')).toThrow('record 2 of production at `origin` is not what it was');
      expect(clone.share().read().problem).toMatchObject({ kind: 'damaged', seq: 2 });
      expect(clone.ids()).toEqual(['a', 'b', 'c']);
    }
  });

  it('a history that was written anew in the remote, with hashes of its own, is seen by whoever knew the old one', () => {
    ana.run('r1', 'a', 'b');
    const { line } = chain(GENESIS, { ...note('forged'), v: 1, seq: 1, t: '', mono: '' });
    forge(() => [['production/00000001-000000000000.json', `${line}\n`]]);
    expect(() => ana.run('r2', 'c')).toThrow('record 1 of production at `origin` is not what it was');
  });

  it('a remote that lost everything gets it back from any clone', () => {
    ana.run('r1', 'a', 'b');
    ben.share().synchronize(HELD);
    git(team.remote, 'update-ref', '-d', 'refs/immutable/ledger');
    expect(ben.share().synchronize(HELD)).toMatchObject({ restored: 2, delivered: 2 });
    expect(ana.run('r2', 'c')).toBe(true);
    expect(ana.ids()).toEqual(['a', 'b', 'c']);
  });

  /** Somebody with access to the remote writes its files anew. */
  function forge(change: (files: [string, string][]) => [string, string][]): void {
    const ref = 'refs/immutable/ledger';
    const files = team.files().map((name): [string, string] => [name, git(team.remote, 'show', `${ref}:${name}`)]);
    const tree = join(team.directory, 'forged');
    git(team.directory, 'init', '--quiet', tree);
    for (const [name, text] of change(files)) {
      const path = join(tree, name.replace('/', '-'));
      writeFileSync(path, text);
      const id = git(tree, 'hash-object', '-w', path).trim();
      git(tree, 'update-index', '--add', '--cacheinfo', `100644,${id},${name}`);
    }
    const commit = git(tree, 'commit-tree', git(tree, 'write-tree').trim(), '-m', 'forged').trim();
    git(tree, 'push', '--quiet', '--force', team.remote, `${commit}:${ref}`);
  }
});
