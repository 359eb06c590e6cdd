import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { reasonOf } from './notes';
import { beginsLikeScript } from './lintable-names';

export type ReadResult =
  | {
      readonly text: string;
      /** The bytes are not UTF-8: each became one character, so places are right, but the text must not be written back. */
      readonly isLatin1: boolean;
      readonly note?: string | undefined;
    }
  /** Not read. Without a note it is simply no file that we lint. */
  | { readonly text?: undefined; readonly note?: string | undefined };

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Most files fit: one piece of memory serves them all. */
const SCRATCH = Buffer.allocUnsafe(256 * 1024);

/** How far Git looks for a NUL. */
const BINARY_HEAD = 8000;

/**
 * Reads a file as text, keeping a byte order mark. Never throws: what is wrong is said in `note`.
 *
 * @param peek give up silently unless the file begins like a script
 */
export function readTextFile(file: string, maxBytes: number, peek = false): ReadResult {
  let descriptor: number;
  try {
    // Without O_NONBLOCK a named pipe would wait for a writer for ever.
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    return { note: `Not linted: ${reasonOf(error)}.` };
  }
  try {
    return readDescriptor(descriptor, maxBytes, peek);
  } catch (error) {
    return { note: `Not linted: ${reasonOf(error)}.` };
  } finally {
    closeSync(descriptor);
  }
}

function readDescriptor(descriptor: number, maxBytes: number, peek: boolean): ReadResult {
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) return { note: 'Not linted: it is no regular file.' };
  if (peek) {
    const head = Buffer.alloc(5);
    if (readSync(descriptor, head, 0, head.length, 0) < 2 || !beginsLikeScript(head)) return {};
  }
  if (stat.size > maxBytes) {
    return {
      note: `Not linted: it has ${formatBytes(stat.size)}, more than the ${formatBytes(maxBytes)} that are read. Use --max-file-size to read it.`,
    };
  }
  // A file that grows while it is read is read as far as it reached.
  const bytes = stat.size <= SCRATCH.length ? SCRATCH.subarray(0, stat.size) : Buffer.allocUnsafe(stat.size);
  let length = 0;
  while (length < bytes.length) {
    const count = readSync(descriptor, bytes, length, bytes.length - length, length);
    if (count === 0) break;
    length += count;
  }
  return decode(bytes.subarray(0, length));
}

/** Bytes as text: UTF-8, or Latin-1 with a note; binary data is refused. */
export function decode(bytes: Buffer): ReadResult {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return { note: 'Not linted: it is UTF-16. Save it as UTF-8.' };
  if (bytes.subarray(0, BINARY_HEAD).includes(0)) return { note: 'Not linted: it is binary.' };
  try {
    return { text: UTF8.decode(bytes), isLatin1: false };
  } catch {
    return {
      text: bytes.toString('latin1'),
      isLatin1: true,
      note: 'Not valid UTF-8: linted as Latin-1, never fixed. Save it as UTF-8.',
    };
  }
}

export function formatBytes(count: number): string {
  if (count >= 1024 * 1024) return `${(count / (1024 * 1024)).toFixed(1)} MB`;
  return count >= 1024 ? `${(count / 1024).toFixed(1)} kB` : `${count} bytes`;
}

/**
 * A size such as `500k`, `2MB` or `1048576`.
 *
 * @returns undefined when it is none
 */
export function parseBytes(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*(k|m|g)?i?b?$/i.exec(text.trim());
  if (!found) return undefined;
  const unit = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(found[2] ?? '').toLowerCase()] ?? 1;
  return Math.floor(Number(found[1]) * unit);
}
