import { isAscii } from 'node:buffer';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';

/** Files of the state root are for their owner only. */
export const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;

/**
 * Writes all bytes. `writeSync` may write fewer than asked without throwing, on a full disk for one: an append that
 * looked like a success then lost its record (release-engine.md, finding 12).
 *
 * @throws what the file system says; ENOSPC when it accepts no more bytes
 */
export function writeFully(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    const count = writeSync(descriptor, bytes, written, bytes.length - written);
    if (count === 0) throw Object.assign(new Error('the disk takes no more bytes'), { code: 'ENOSPC' });
    written += count;
  }
}

/** Makes a directory and its parents, readable by the owner only, and flushes the entry of each new one. */
export function makeDirectory(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: PRIVATE_DIRECTORY });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) flushDirectory(dirname(made));
}

/** Flushes the entries of a directory, so that a created or renamed file is there after a power cut. */
export function flushDirectory(path: string): void {
  // Windows cannot open a directory as a file; NTFS keeps its entries in a journal.
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a file as a whole or not at all: into a new file beside it, flushed, renamed over it, directory flushed.
 *
 * @throws what the file system says; nothing is left behind then
 */
export function writeDurably(path: string, content: string | Uint8Array): void {
  const temporary = temporaryBeside(path);
  try {
    createDurably(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
  flushDirectory(dirname(path));
}

/**
 * Writes a new file, flushed. The directory is not: callers link or rename the file next.
 *
 * @throws EEXIST when it is there already; what the disk says, and then no half of a file is left
 */
export function createDurably(path: string, content: string | Uint8Array): void {
  const descriptor = openSync(path, 'wx', PRIVATE_FILE);
  try {
    writeFully(descriptor, typeof content === 'string' ? Buffer.from(content) : content);
    fsyncSync(descriptor);
  } catch (error) {
    removeIfThere(path);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Gives a file a second name. @returns false when that name is taken */
export function linkIfFree(existing: string, name: string): boolean {
  try {
    linkSync(existing, name);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** @returns false when there was none */
export function removeIfThere(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** @returns false when there is no file to rename */
export function renameIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** The text of a file; undefined when there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    // A ledger of megabytes is ASCII nearly always, and is a text several times sooner when nobody decodes it.
    return isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${randomBytes(8).toString('hex')}.tmp`);
}

/** True for an error of the file system or of a process with this code. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
