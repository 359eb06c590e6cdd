import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own that a test can fill. */
export class SmallDisk {
  private constructor(readonly path: string) {}

  /** @returns why none can be made here, when none can */
  static make(size: string): SmallDisk | string {
    const path = mkdtempSync(join(tmpdir(), 'immutable-disk-'));
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], {
      encoding: 'utf8',
    });
    if (status === 0) return new SmallDisk(path);
    rmSync(path, { recursive: true });
    return `a small file system cannot be mounted: ${(stderr ?? '').trim() || 'there is no mount'}`;
  }

  /** Takes all the room that is left. What lies in a half-full block of a file has room still, as on a real disk. */
  fill(): void {
    const descriptor = openSync(this.ballast, 'a');
    try {
      for (const block of [Buffer.alloc(64 * 1024), Buffer.alloc(4096)]) {
        while (isWritten(descriptor, block));
      }
    } finally {
      closeSync(descriptor);
    }
  }

  /** Gives the room back. */
  empty(): void {
    rmSync(this.ballast, { force: true });
  }

  dispose(): void {
    spawnSync('umount', ['--lazy', this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }

  private get ballast(): string {
    return join(this.path, 'ballast');
  }
}

function isWritten(descriptor: number, block: Buffer): boolean {
  try {
    return writeSync(descriptor, block) > 0;
  } catch {
    return false;
  }
}
