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
    for (const log of this.logs) log.add(text);
  }
}

/** A log with a bound: its beginning is written at once, of the rest the last part is kept and written at the end. */
export class OutputLog {
  private readonly descriptor: number;
  private written = 0;
  private tail: Buffer[] = [];
  private tailBytes = 0;
  private dropped = 0;
  /** A tool is not stopped because nobody can keep what it says. */
  private isFull = false;

  constructor(path: string) {
    this.descriptor = openSync(path, 'w', PRIVATE_FILE);
  }

  add(text: string): void {
    const bytes = Buffer.from(text);
    if (this.written + bytes.length <= HEAD_BYTES && this.tail.length === 0) {
      this.put(bytes);
      this.written += bytes.length;
      return;
    }
    this.tail.push(bytes);
    this.tailBytes += bytes.length;
    while (this.tailBytes - (this.tail[0]?.length ?? 0) > TAIL_BYTES) {
      const first = this.tail.shift();
      this.tailBytes -= first?.length ?? 0;
      this.dropped += first?.length ?? 0;
    }
  }

  finish(): void {
    if (this.dropped > 0) this.put(Buffer.from(`\n… ${this.dropped} bytes left out …\n`));
    for (const part of this.tail) this.put(part);
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
