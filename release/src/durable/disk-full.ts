import { closeSync, existsSync, fsyncSync, openSync, statfsSync, statSync } from 'node:fs';
import { createDurably, PRIVATE_FILE, removeIfThere, writeFully } from './files';

/** The codes of a file system, a quota and a limit of the process that take no more bytes. */
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** True for an error of the file system that more room would cure. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && FULL.has((error as NodeJS.ErrnoException).code ?? '');
}

/** Nothing more may be begun: what came of it could not be written down. */
export class DiskFullError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DiskFullError';
  }
}

/** Bytes that this user may still write below a directory. */
export function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

const RESERVE_BYTES = 1024 * 1024;

/**
 * Room that is kept for what must be written when the disk is full: how a side effect ended (release-engine.md §3.8).
 */
export class DiskReserve {
  constructor(
    readonly path: string,
    private readonly size = RESERVE_BYTES,
  ) {}

  /**
   * Takes the room. A reserve that a killed process left is used on.
   *
   * @throws DiskFullError
   */
  hold(): void {
    if (statSync(this.path, { throwIfNoEntry: false })?.size === this.size) return;
    this.release();
    try {
      // Written, not merely made long: a hole in a file takes no room.
      createDurably(this.path, Buffer.alloc(this.size));
    } catch (error) {
      this.release();
      if (!isDiskFull(error)) throw error;
      throw new DiskFullError(`${this.path}: the disk is full`, { cause: error });
    }
  }

  get isHeld(): boolean {
    return existsSync(this.path);
  }

  /** Gives the room to whoever writes next. @returns false when there was none */
  release(): boolean {
    return removeIfThere(this.path);
  }

  /**
   * Writes what must be written. When the disk is full the reserve is given up, and it is written once more.
   *
   * @throws what the file system says when even that is not enough
   */
  spend<Result>(write: () => Result): Result {
    try {
      return write();
    } catch (error) {
      if (!isDiskFull(error) || !this.release()) throw error;
      return write();
    }
  }
}

/** The last resort for a text that finds no room where it belongs: another file system, then standard error. */
export function writeElsewhere(path: string, text: string): void {
  try {
    const descriptor = openSync(path, 'a', PRIVATE_FILE);
    try {
      writeFully(descriptor, Buffer.from(text));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // It may be the same file system.
  }
  process.stderr.write(text);
}
