import { closeSync, fsyncSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { isDiskFull } from '../durable/disk-full';
import { PRIVATE_FILE, writeFully } from '../durable/files';
import type { RedactedStream, Redactor } from '../secrets/redactor';

/** Bytes read at once. */
const CHUNK = 256 * 1024;

/** Bytes of a log: the first and the last of a longer output are kept. */
const HEAD_BYTES = 40 * 1024 * 1024;
const TAIL_BYTES = 10 * 1024 * 1024;

/** Copies what a tool prints from a raw file to logs, masked. */
export class OutputCopy {
  private at = 0;
  private readonly decoder = new StringDecoder('utf8');
  private readonly stream: RedactedStream;
  private readonly bytes = Buffer.allocUnsafe(CHUNK);

  /** @param descriptor of the raw file, open for reading */
  constructor(
    readonly descriptor: number,
    redactor: Redactor,
    private readonly logs: readonly OutputLog[],
  ) {
    this.stream = redactor.stream();
  }

  /** Copies what is new. */
  advance(): void {
    for (;;) {
      const count = readSync(this.descriptor, this.bytes, 0, CHUNK, this.at);
      if (count === 0) return;
      this.at += count;
      this.write(this.stream.push(this.decoder.write(this.bytes.subarray(0, count))));
    }
  }

  /** Copies the rest; nothing more is printed. The logs stay open. */
  finish(): void {
    this.advance();
    this.write(this.stream.push(this.decoder.end()) + this.stream.end());
    closeSync(this.descriptor);
  }

  private write(text: string): void {
    if (text === '') return;
    const bytes = Buffer.from(text);
    for (const log of this.logs) log.add(bytes);
  }
}

/** The last bytes of a text of any length, in a buffer that is made once: what passes through it leaves no garbage. */
class Tail {
  private ring: Buffer | undefined;
  /** Bytes that were added so far. */
  total = 0;

  add(bytes: Buffer): void {
    this.ring ??= Buffer.allocUnsafe(TAIL_BYTES);
    const kept = bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES));
    const at = (this.total + bytes.length - kept.length) % TAIL_BYTES;
    const untilEnd = kept.copy(this.ring, at);
    kept.copy(this.ring, 0, untilEnd);
    this.total += bytes.length;
  }

  /** Bytes that are no longer there. */
  get dropped(): number {
    return Math.max(0, this.total - TAIL_BYTES);
  }

  /** What is there, in order. */
  parts(): readonly Buffer[] {
    if (!this.ring) return [];
    if (this.total <= TAIL_BYTES) return [this.ring.subarray(0, this.total)];
    const at = this.total % TAIL_BYTES;
    return [this.ring.subarray(at), this.ring.subarray(0, at)];
  }
}

/** A log with a bound: its beginning is written at once, of the rest the last part is kept and written at the end. */
export class OutputLog {
  private readonly descriptor: number;
  private written = 0;
  private readonly tail = new Tail();
  /** A tool is not stopped because nobody can keep what it says. */
  private isFull = false;

  constructor(path: string) {
    this.descriptor = openSync(path, 'w', PRIVATE_FILE);
  }

  /** @param bytes whole characters; nothing of them is kept */
  add(bytes: Buffer): void {
    if (this.written + bytes.length <= HEAD_BYTES && this.tail.total === 0) {
      this.put(bytes);
      this.written += bytes.length;
    } else this.tail.add(bytes);
  }

  finish(): void {
    const { dropped } = this.tail;
    if (dropped > 0) this.put(Buffer.from(`\n… ${dropped} bytes left out …\n`));
    const [first, ...rest] = this.tail.parts();
    if (first) this.put(dropped > 0 ? fromCharacter(first) : first);
    for (const part of rest) this.put(part);
    this.whereRoom(() => fsyncSync(this.descriptor));
    closeSync(this.descriptor);
  }

  private put(bytes: Buffer): void {
    if (!this.isFull) this.whereRoom(() => writeFully(this.descriptor, bytes));
  }

  private whereRoom(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.isFull = true;
    }
  }
}

/** Without the rest of a character whose beginning is gone (UTF-8: bytes `10xxxxxx`). */
function fromCharacter(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 4 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.subarray(start);
}
