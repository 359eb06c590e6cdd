import { readdirSync, readFileSync, statSync } from 'node:fs';
import { BoundedCache } from '../workspace/bounded-cache';
import type { LocalFiles } from './runtime';

/** Code units of text kept in memory. */
const TEXT_BUDGET = 4 * 1024 * 1024;

/** Names of directory entries kept in memory. */
const NAME_BUDGET = 50_000;

/** Larger files are taken as absent: nobody writes infrastructure by hand in those. */
export const MAX_BYTES = 1024 * 1024;

/** How long what was read is believed without a look at the disk, in ms. Watched changes are known at once. */
const FRESH_MS = 1000;

interface CachedText {
  readonly text: string | undefined;
  /** Time and size tell whether it is still the same file. */
  readonly stamp: string;
  checked: number;
}

interface CachedNames {
  readonly names: readonly string[] | undefined;
  readonly stamp: string;
  checked: number;
}

/** The local disk. What was read is kept, bounded, and checked again by its time and size. */
export class NodeFiles implements LocalFiles {
  private readonly texts = new BoundedCache<string, CachedText>(TEXT_BUDGET, ({ text }) => (text?.length ?? 0) + 100);
  private readonly names = new BoundedCache<string, CachedNames>(NAME_BUDGET, ({ names }) => (names?.length ?? 0) + 1);

  reads(scheme: string): boolean {
    return scheme === 'file';
  }

  read(path: string): string | undefined {
    const known = this.texts.get(path);
    const now = Date.now();
    if (known && now - known.checked < FRESH_MS) return known.text;
    const file = nativePath(path);
    const stamp = stampOf(file);
    if (known?.stamp === stamp) {
      known.checked = now;
      return known.text;
    }
    const text = stamp === '' ? undefined : readText(file);
    this.texts.set(path, { text, stamp, checked: now });
    return text;
  }

  list(path: string): readonly string[] | undefined {
    const known = this.names.get(path);
    const now = Date.now();
    if (known && now - known.checked < FRESH_MS) return known.names;
    const directory = nativePath(path);
    const stamp = stampOf(directory);
    if (known?.stamp === stamp) {
      known.checked = now;
      return known.names;
    }
    const names = listNames(directory);
    this.names.set(path, { names, stamp, checked: now });
    return names;
  }

  forget(path?: string): void {
    if (path === undefined) {
      this.texts.clear();
      this.names.clear();
      return;
    }
    this.texts.delete(path);
    this.names.delete(path);
    this.names.delete(path.slice(0, Math.max(1, path.lastIndexOf('/'))));
  }
}

/** `/c:/work/main.tf` of a URI is `c:/work/main.tf` on Windows. */
export function nativePath(path: string): string {
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
}

/** `''` when there is nothing. */
function stampOf(path: string): string {
  try {
    const stat = statSync(path);
    return `${stat.mtimeMs}:${stat.size}:${stat.ino}`;
  } catch {
    return '';
  }
}

function readText(file: string): string | undefined {
  try {
    const stat = statSync(file);
    if (!stat.isFile() || stat.size > MAX_BYTES) return undefined;
    const text = readFileSync(file, 'utf8');
    // Editors show no byte order mark, so places are counted without it.
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  } catch {
    return undefined;
  }
}

function listNames(directory: string): readonly string[] | undefined {
  try {
    return readdirSync(directory).sort();
  } catch {
    return undefined;
  }
}
