import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notesOf } from '../../../release/src/api/notes-of';
import { UnknownNameError } from '../../../release/src/api/start-run';
import { Ledger } from '../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../release/src/ledger/releases';
import { deployedCommit } from '../../../release/src/notes/deployed-commit';
import { keepNotes, readNotes, type StoredNotes } from '../../../release/src/notes/stored-notes';
import { findStateRoot, type StateRoot } from '../../../release/src/state-root';
import { containerImage, record, release, workspaceOf } from '../drift/support';
import { createRun, FakeWorld, PIPELINE } from '../support/fake-world';

let work: string;
let root: StateRoot;

beforeEach(() => {
  work = realpathSync(mkdtempSync(join(tmpdir(), 'immutable-notes-')));
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Ana');
  git('config', 'user.email', 'ana@example');
  root = findStateRoot(work);
  root.prepare();
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

function git(...words: string[]): string {
  return execFileSync('git', words, { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function commit(subject: string, ...paths: string[]): string {
  for (const path of paths) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    appendFileSync(join(work, path), 'x');
  }
  git('add', '.');
  git('commit', '--quiet', '--allow-empty', '-m', subject);
  return git('rev-parse', 'HEAD');
}

const image = containerImage('web', `sha256:${'a'.repeat(64)}`, '127.0.0.1:5000/web');

function deployed(id: string, of: string, more: Record<string, string> = {}): void {
  record(
    root,
    'local',
    release(id, [image], { git: { commit: of }, supersedes: history().live()?.id ?? null, ...more }),
  );
}

function history(): ReleaseHistory {
  return new ReleaseHistory(Ledger.read(root.ledger('local')));
}

const lines = async (id?: string, isBack = false): Promise<readonly string[]> =>
  (await notesOf(workspaceOf(work, root, PIPELINE), 'local', id, isBack)).lines;

describe('release notes', () => {
  it('list the commits that come, by what they touch; migrations first', async () => {
    const first = commit('Begin', 'README.md');
    expect(await lines()).toEqual([`The first release: ${first.slice(0, 9)} Begin`]);
    deployed('r1', first);
    expect(await lines()).toEqual([`The commit stays the same: ${first.slice(0, 9)} Begin`]);
    const second = commit('Cart', 'src/cart.ts', 'Dockerfile', 'infra/main.tf', 'migrations/1.sql', 'immutable.yaml');
    const third = commit('Typo', 'src/cart.ts');
    expect(await lines()).toEqual([
      `2 commits come with it, ${first.slice(0, 9)} to ${third.slice(0, 9)}:`,
      `  + ${third.slice(0, 9)} Typo (Ana)`,
      `  + ${second.slice(0, 9)} Cart (Ana)`,
      '  ! migrations of data: migrations/1.sql',
      '  image: Dockerfile',
      '  infrastructure: infra/main.tf',
      '  configuration: immutable.yaml',
      '  application: src/cart.ts',
    ]);
    deployed('r2', third);
    expect((await lines('r2'))[0]).toBe(`2 commits come with it, ${first.slice(0, 9)} to ${third.slice(0, 9)}:`);
    expect((await lines('r1', true)).slice(0, 2)).toEqual([
      `2 commits disappear, ${third.slice(0, 9)} back to ${first.slice(0, 9)}:`,
      `  - ${third.slice(0, 9)} Typo (Ana)`,
    ]);
  });

  it('after a rollback what is live is the commit of what was brought back', async () => {
    const [first, second] = [commit('One', 'a'), commit('Two', 'b')];
    deployed('r1', first);
    deployed('r2', second);
    deployed('r3', second, { kind: 'rollback', rollbackOf: 'r1' });
    expect(deployedCommit(history().live(), history())).toBe(first);
    expect((await lines())[0]).toBe(`1 commit comes with it, ${first.slice(0, 9)} to ${second.slice(0, 9)}:`);
  });

  it('say so when the commits are unknown or were forced away', async () => {
    const first = commit('One', 'a');
    deployed('r1', 'f'.repeat(40));
    expect((await lines())[0]).toContain(`What lies between fffffffff and ${first.slice(0, 9)} cannot be told`);
    git('checkout', '--quiet', '--orphan', 'other');
    const other = commit('Other', 'b');
    deployed('r2', first);
    expect((await lines())[0]).toContain(`between ${first.slice(0, 9)} and ${other.slice(0, 9)} cannot be told`);
    await expect(lines('r9')).rejects.toThrow(UnknownNameError);
  });

  it('F37, F38: hold no escapes of terminals and no secrets, whoever wrote the message', async () => {
    deployed('r1', commit('One', 'a'));
    git('config', 'user.name', 'Eve\u001b[31m\u202e');
    process.env['NOTES_TOKEN'] = 'hunter2hunter2';
    commit('Evil \u001b]8;;http://evil\u0007link\u001b]8;;\u0007 hunter2hunter2\u0085', 'b\u001b[1mc');
    try {
      const text = (await lines()).join('\n');
      expect(text).toContain('Evil link «secret:NOTES_TOKEN»');
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    } finally {
      delete process.env['NOTES_TOKEN'];
    }
  });

  it('run nothing that the repository brings', async () => {
    deployed('r1', commit('One', 'a'));
    commit('Two', 'b');
    const canary = join(work, 'ran');
    writeFileSync(join(work, 'evil.sh'), `#!/bin/sh\ntouch ${canary}\n`);
    chmodSync(join(work, 'evil.sh'), 0o755);
    for (const key of ['core.fsmonitor', 'core.pager', 'diff.external', 'gpg.program', 'log.showSignature'])
      git('config', key, key === 'log.showSignature' ? 'true' : join(work, 'evil.sh'));
    expect((await lines()).length).toBeGreaterThan(1);
    expect(existsSync(canary)).toBe(false);
  });

  it('are kept by their hash, and not believed when somebody changed the file', () => {
    const notes: StoredNotes = { v: 1, kind: 'same', from: 'a', to: 'a', subject: 's', commits: [], paths: [] };
    const hash = keepNotes(notes, root);
    expect(readNotes(hash, root)).toEqual(notes);
    expect(keepNotes(notes, root)).toBe(hash);
    writeFileSync(root.object(hash.slice(7)), '{}');
    expect(readNotes(hash, root)).toBeUndefined();
    expect(readNotes('../../etc/passwd', root)).toBeUndefined();
  });
});

describe('a run', () => {
  it('tells the notes before it asks for approval, and the ledger keeps their hash; a rollback tells the reverse', async () => {
    const world = new FakeWorld(root, work);
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    world.healthyPort = (server.address() as AddressInfo).port;
    const events = world.told;
    const told = (): string[] =>
      events.flatMap((event) => (event.type === 'notes' ? [`${event.kind} ${event.commits}`] : []));
    const run = async (id: string, kind: 'deploy' | 'rollback', of: string): Promise<void> => {
      const spec = createRun(root, work, id, { kind, git: { commit: of, branch: 'main', dirty: false, pushed: null } });
      await world.run(spec);
    };
    const first = commit('One', 'a');
    await run('R1', 'deploy', first);
    const second = commit('Two', 'b');
    world.source = 'v2';
    await run('R2', 'deploy', second);
    await run('R3', 'rollback', second);
    expect(told()).toEqual(['first 0', 'ahead 1', 'back 1']);
    const order = events.flatMap(({ type }) => (type === 'notes' || type === 'approval' ? [type] : []));
    expect(order.slice(0, 4)).toEqual(['notes', 'approval', 'notes', 'approval']);
    await new Promise((resolve) => server.close(resolve));
    const [r1, r2, r3] = history().releases();
    expect(readNotes(r1?.notes, root)).toMatchObject({ kind: 'first', subject: 'One' });
    expect(readNotes(r2?.notes, root)).toMatchObject({ kind: 'ahead', from: first, to: second, paths: ['b'] });
    expect(readNotes(r3?.notes, root)).toMatchObject({ kind: 'back', from: second, to: first });
  });
});
