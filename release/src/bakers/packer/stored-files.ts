import { constants, copyFileSync, existsSync, openSync, fsyncSync, closeSync, chmodSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { flushDirectory, makeDirectory, removeIfThere, temporaryBeside } from '../../durable/files';
import type { StateRoot } from '../../state-root';
import { hashFile } from '../input-files';

/**
 * Keeps a file under its hash. The next build overwrites the file that this one made; what was released must stay.
 *
 * @param hash `sha256:…` that the file had when it was baked
 * @returns path of the kept file; undefined when the file has another content now
 */
export async function keepFile(path: string, hash: string, root: StateRoot): Promise<string | undefined> {
  const kept = objectPath(hash, root);
  if (existsSync(kept) && (await hashFile(kept)) === hash) return kept;
  makeDirectory(dirname(kept));
  const temporary = temporaryBeside(kept);
  try {
    // Shares the blocks where the file system can: images are large.
    copyFileSync(path, temporary, constants.COPYFILE_FICLONE);
    if ((await hashFile(temporary)) !== hash) return undefined;
    chmodSync(temporary, 0o400);
    flushFile(temporary);
    renameSync(temporary, kept);
    flushDirectory(dirname(kept));
    return kept;
  } finally {
    removeIfThere(temporary);
  }
}

/** Where a file of this hash is kept. */
export function objectPath(hash: string, root: StateRoot): string {
  return root.object(hash.replace(/^sha256:/, ''));
}

/** True when the file is kept and still has this hash. */
export async function isKept(hash: string, root: StateRoot): Promise<boolean> {
  const path = objectPath(hash, root);
  return existsSync(path) && (await hashFile(path)) === hash;
}

function flushFile(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
