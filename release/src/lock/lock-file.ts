import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { createDurably, linkIfFree, readIfThere, removeIfThere, renameIfThere, writeDurably } from '../durable/files';
import { livenessOfHolder, parseHolder, type LockHolder } from './holder';

/** A lock file that was moved aside, and whose it is. */
interface Displaced {
  readonly path: string;
  readonly holder: LockHolder | undefined;
}

/**
 * The file that says who holds an environment, and the moves on it that stay right when any process dies between any
 * two of them. A name is taken by `link`, which fails when it is taken. Nobody can compare and delete in one move, so a
 * file is first renamed aside, then read, and put back when it was not the one that was meant. While a live holder's
 * file lies aside its name looks free; whoever takes it then finds the displaced file and steps back.
 */
export class LockFile {
  constructor(readonly path: string) {}

  /** What the file holds: a holder, `damaged` when it cannot be read, undefined when nobody holds it. */
  read(): LockHolder | 'damaged' | undefined {
    const text = readIfThere(this.path);
    return text === undefined ? undefined : (parseHolder(text) ?? 'damaged');
  }

  /** Takes the name for a holder. False when somebody else has it, or had it while the file lay aside. */
  take(holder: LockHolder): boolean {
    const prepared = join(dirname(this.path), `.${holder.token}.new`);
    createDurably(prepared, JSON.stringify(holder));
    try {
      if (!linkIfFree(prepared, this.path)) return false;
    } finally {
      removeIfThere(prepared);
    }
    const displaced = this.displaced().find((other) => isValid(other.holder) && other.holder.token !== holder.token);
    if (!displaced) return true;
    this.remove(holder.token);
    this.putBack(displaced.path);
    return false;
  }

  /** Removes the file of one holder, wherever it lies; other holders' files stay. True when it was there. */
  remove(token: string): boolean {
    let removed = false;
    // Somebody may put the file back between our look at the name and our look aside.
    for (let isThere = true; isThere;) {
      isThere = this.removeFromName(token);
      for (const other of this.displaced()) {
        if (other.holder?.token === token) isThere = removeIfThere(other.path) || isThere;
      }
      removed ||= isThere;
    }
    return removed;
  }

  /** True when the name is the holder's. Puts its file back when it lies aside. */
  isHeldBy(token: string): boolean {
    for (let attempt = 0; attempt < 200; attempt++) {
      if (tokenIn(this.path) === token) return true;
      const aside = this.displaced().find((other) => other.holder?.token === token);
      if (aside) this.putBack(aside.path);
      else if (attempt >= 3) return false;
      pause(5);
    }
    return false;
  }

  /** Replaces the holder's own file, so that the lock outlives its process. */
  replace(holder: LockHolder): void {
    writeDurably(this.path, JSON.stringify(holder));
  }

  /** Moves a file that says nothing readable out of the way, kept for whoever wants to know what happened. */
  setDamagedAside(): void {
    if (this.read() === 'damaged') renameIfThere(this.path, `${this.path}.damaged.${randomUUID()}`);
  }

  /** Files that dead processes left behind. */
  sweep(): void {
    for (const { path, holder } of [...this.displaced(), ...this.prepared()]) {
      if (holder && !isValid(holder)) removeIfThere(path);
    }
  }

  private removeFromName(token: string): boolean {
    if (tokenIn(this.path) !== token) return false;
    const aside = `${this.path}.aside.${randomUUID()}`;
    if (!renameIfThere(this.path, aside)) return false;
    if (tokenIn(aside) === token) return removeIfThere(aside);
    this.putBack(aside);
    return false;
  }

  /** Gives a file its name again. When the name is taken, whoever took it sees the displaced file and steps back. */
  private putBack(aside: string): void {
    for (let attempt = 0; attempt < 200; attempt++) {
      try {
        if (linkIfFree(aside, this.path)) {
          removeIfThere(aside);
          return;
        }
      } catch (error) {
        // Somebody else has put it back, or its holder has released it.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
        throw error;
      }
      const [current, moved] = [tokenIn(this.path), tokenIn(aside)];
      // Put back by another process that died before it could remove the second name.
      if (current !== undefined && current === moved) {
        removeIfThere(aside);
        return;
      }
      pause(5);
    }
  }

  private displaced(): Displaced[] {
    const prefix = `${basename(this.path)}.aside.`;
    return this.filesNamed((name) => name.startsWith(prefix));
  }

  private prepared(): Displaced[] {
    return this.filesNamed((name) => name.endsWith('.new'));
  }

  private filesNamed(isMeant: (name: string) => boolean): Displaced[] {
    return readdirSync(dirname(this.path))
      .filter(isMeant)
      .flatMap((name) => {
        const path = join(dirname(this.path), name);
        const text = readIfThere(path);
        return text === undefined ? [] : [{ path, holder: parseHolder(text) }];
      });
  }
}

function tokenIn(path: string): string | undefined {
  const text = readIfThere(path);
  return text === undefined ? undefined : parseHolder(text)?.token;
}

/** True for a holder that may still act, or of whom nobody here can tell. */
function isValid(holder: LockHolder | undefined): holder is LockHolder {
  return holder !== undefined && livenessOfHolder(holder) !== 'dead';
}

/** Blocks the thread: these are milliseconds, seldom, and everything around is synchronous. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
