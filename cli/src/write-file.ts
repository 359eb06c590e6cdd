import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file as a whole or not at all: into a new file beside it, flushed to the disk, then renamed over it. The
 * mode of an existing file is kept, and a symbolic link goes on to point at its file. A device or a pipe is written to.
 *
 * @throws what the file system says; nothing is left behind then
 */
export function writeAtomically(path: string, content: string): void {
  write(path, content, () => true);
}

/**
 * Writes a file unless it is no longer what was read.
 *
 * @returns false, with nothing changed, when somebody else changed it
 * @throws what the file system says
 */
export function replaceIfUnchanged(path: string, expected: Uint8Array, content: string): boolean {
  const isUnchanged = (): boolean => readFileSync(path).equals(expected);
  return isUnchanged() && write(path, content, isUnchanged);
}

/** @param mayReplace asked last, when the new text is on the disk */
function write(path: string, content: string, mayReplace: () => boolean): boolean {
  const target = existingTarget(path);
  const before = statSync(target, { throwIfNoEntry: false });
  if (before && !before.isFile()) {
    writeFileSync(target, content);
    return true;
  }
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);
  const descriptor = openSync(temporary, 'wx', before?.mode ?? 0o666);
  try {
    try {
      writeFileSync(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (before) {
      chmodSync(temporary, before.mode);
      if (process.getuid?.() === 0) chownSync(temporary, before.uid, before.gid);
    }
    if (!mayReplace()) {
      unlinkSync(temporary);
      return false;
    }
    renameSync(temporary, target);
    return true;
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
}

function existingTarget(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
