import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectFiles } from '../../server/src/model/project';
import { BoundedCache } from '../../server/src/workspace/bounded-cache';
import { readTextFile, type ReadResult } from './read-text';

/** Code units of text kept in memory. */
const TEXT_BUDGET = 8 * 1024 * 1024;

/** Names of directory entries kept in memory. */
const NAME_BUDGET = 50_000;

/** The workspace on disk, as the linter reads it. Texts are kept in a bounded cache: a run sees each file once. */
export class DiskFiles implements ProjectFiles {
  private readonly texts = new BoundedCache<string, ReadResult>(TEXT_BUDGET, (read) => (read.text?.length ?? 0) + 100);
  private readonly names = new BoundedCache<string, readonly string[]>(NAME_BUDGET, (names) => names.length + 1);

  constructor(
    private readonly root: string,
    private readonly maxBytes: number,
  ) {}

  read(path: string): string | undefined {
    return this.readResult(path).text;
  }

  /** With the note that says why a file could not be read. */
  readResult(path: string, peek = false): ReadResult {
    const known = this.texts.get(path);
    if (known) return known;
    const result = leavesRoot(path)
      ? { note: 'Not read: it lies outside of the workspace.' }
      : readTextFile(join(this.root, path), this.maxBytes, peek);
    this.texts.set(path, result);
    return result;
  }

  list(directory: string): readonly string[] | undefined {
    const known = this.names.get(directory);
    if (known) return known;
    if (leavesRoot(directory)) return undefined;
    try {
      const names = readdirSync(join(this.root, directory)).sort();
      this.names.set(directory, names);
      return names;
    } catch {
      return undefined;
    }
  }
}

/** Whether the directory exists. */
export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function leavesRoot(path: string): boolean {
  return path.startsWith('/') || path.split('/').includes('..') || path.includes('\0');
}
