import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fence } from '../../../release/src/durable/chained-log';
import { SYSTEM_CLOCKS } from '../../../release/src/durable/chained-log';
import { Ledger } from '../../../release/src/ledger/ledger';
import type { LedgerRecord } from '../../../release/src/ledger/record';
import { newHolder, type LockHolder } from '../../../release/src/lock/holder';
import { Git } from '../../../release/src/shared-ledger/git';
import { SharedLedger } from '../../../release/src/shared-ledger/shared-ledger';
import { TeamRef } from '../../../release/src/shared-ledger/team-ref';
import { findStateRoot, type StateRoot } from '../../../release/src/state-root';

export const HELD: Fence = { assertHeld: () => undefined };

export const GIT_ENVIRONMENT = {
  PATH: process.env['PATH'],
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

export function git(cwd: string, ...words: string[]): string {
  return execFileSync('git', words, { cwd, encoding: 'utf8', env: { ...GIT_ENVIRONMENT, HOME: cwd }, stdio: 'pipe' });
}

/** A bare repository on the disk, and clones of it. */
export class Team {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'immutable-team-')));
  readonly remote = join(this.directory, 'team.git');

  constructor() {
    git(this.directory, 'init', '--quiet', '--bare', '--initial-branch=main', this.remote);
  }

  clone(name: string): Clone {
    const workspace = join(this.directory, name);
    mkdirSync(workspace);
    git(workspace, 'init', '--quiet', '--initial-branch=main');
    git(workspace, 'remote', 'add', 'origin', this.remote);
    return new Clone(workspace);
  }

  /** The remote is gone, as after a network failed. */
  cut(): void {
    renameSync(this.remote, `${this.remote}.gone`);
  }

  mend(): void {
    renameSync(`${this.remote}.gone`, this.remote);
  }

  /** What the remote has of an environment: names of its files. */
  files(environment = 'production'): string[] {
    const ref = 'refs/immutable/ledger';
    const words = ['ls-tree', '-r', '--name-only', ref, '--', `${environment}/`];
    return git(this.remote, ...words)
      .trimEnd()
      .split('\n');
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** One machine of the team. */
export class Clone {
  readonly root: StateRoot;

  constructor(readonly workspace: string) {
    this.root = findStateRoot(workspace);
    this.root.prepare();
  }

  get path(): string {
    return this.root.ledger('production');
  }

  /** As a process opens it. */
  share(environment = 'production'): SharedLedger {
    const found = Git.find(this.workspace, process.env);
    if (typeof found === 'string') throw new Error(found);
    return new SharedLedger(new TeamRef(found, 'origin', environment, 20_000), this.root);
  }

  /** Adds records without any claim, as a run does when the remote does not answer. */
  write(...ids: readonly string[]): void {
    this.append(undefined, ...ids);
  }

  append(share: SharedLedger | undefined, ...ids: readonly string[]): void {
    const ledger = Ledger.open(this.path, this.root.torn, share ?? HELD, SYSTEM_CLOCKS, share);
    for (const id of ids) ledger.append(note(id));
    ledger.close();
  }

  /** A whole run: claim, records, end. @returns false when somebody else had the environment */
  run(run: string, ...ids: readonly string[]): boolean {
    const share = this.share();
    if (share.claim(HELD, newHolder(run, new Date())).kind === 'held') return false;
    this.append(share, ...ids);
    share.leave();
    return true;
  }

  ids(): unknown[] {
    return Ledger.read(this.path)
      .records()
      .map(({ id }) => id);
  }
}

export function note(id: string): LedgerRecord {
  return { type: 'note', run: 'r1', id };
}

/** A holder on a machine that nobody here can look into. */
export function farHolder(run: string): LockHolder {
  return { ...newHolder(run, new Date(0)), host: 'far', machine: 'far', boot: 'far', user: 'ben' };
}
