import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { flushDirectory, makeDirectory, PRIVATE_FILE, writeFully } from './files';

/** A file of lines that only grows. A line is on the disk when `append` returns, or the file is as it was before. */
export class AppendLog {
  private constructor(
    readonly path: string,
    private readonly descriptor: number,
  ) {}

  /**
   * Opens the file, and creates it with its directory when needed.
   *
   * @throws what the file system says
   */
  static open(path: string): AppendLog {
    const isNew = !existsSync(path);
    if (isNew) makeDirectory(dirname(path));
    const log = new AppendLog(path, openSync(path, 'a+', PRIVATE_FILE));
    if (isNew) flushDirectory(dirname(path));
    return log;
  }

  /**
   * Adds one line, flushes it and reads it back.
   *
   * @param line without its line feed, and with none inside
   * @throws what the file system says (ENOSPC on a full disk), after taking back what was half written
   */
  append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    const before = this.size();
    try {
      writeFully(this.descriptor, bytes);
      fsyncSync(this.descriptor);
      this.expect(bytes, before);
    } catch (error) {
      this.cutTo(before);
      throw error;
    }
  }

  /** Bytes in the file. */
  size(): number {
    return fstatSync(this.descriptor).size;
  }

  /** Takes back everything behind an offset, flushed. */
  cutTo(size: number): void {
    ftruncateSync(this.descriptor, size);
    fsyncSync(this.descriptor);
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private expect(bytes: Buffer, at: number): void {
    const found = Buffer.alloc(bytes.length);
    const count = readSync(this.descriptor, found, 0, bytes.length, at);
    if (count === bytes.length && found.equals(bytes)) return;
    throw new Error(`${this.path}: the line that was just written is not there; another program changes the file`);
  }
}
