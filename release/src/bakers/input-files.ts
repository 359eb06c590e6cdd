import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import picomatch from 'picomatch';
import { canonicalJson, type JsonObject } from '../durable/canonical-json';

/** What git keeps of itself changes with every fetch. */
const GIT = '.git';

/** Folders that tools fill, and that no glob means unless it names them. */
export const TOOL_FOLDERS: ReadonlySet<string> = new Set(['node_modules', '.terraform', 'packer_cache']);

/** `sha256:…` of a file's bytes. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest('hex')}`;
}

/** `sha256:…` of data. */
export function hashOf(data: JsonObject): string {
  return `sha256:${createHash('sha256').update(canonicalJson(data)).digest('hex')}`;
}

/**
 * All files below a folder, or the file itself; none when it is not there. Symbolic links are not followed.
 *
 * @param path relative to the root, `''` for all of it
 * @param left folders that are not entered
 * @returns paths relative to the root, with `/`, sorted
 */
export async function filesAt(root: string, path: string, left: ReadonlySet<string> = new Set()): Promise<string[]> {
  const start = path.replace(/^\.?\/+/, '').replace(/\/+$/, '');
  const stat = await lstat(join(root, start)).catch(() => undefined);
  if (!stat) return [];
  if (!stat.isDirectory()) return [start];
  const found: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      if (entry.name === GIT || (entry.isDirectory() && left.has(entry.name))) continue;
      const at = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await visit(at);
      else if (entry.isFile() || entry.isSymbolicLink()) found.push(at);
    }
  };
  await visit(start);
  return found.sort();
}

/**
 * Files that the globs of `inputs` select. A glob that names a folder selects what is in it; `!` in front takes files
 * out again, and a later glob wins.
 *
 * @returns paths relative to the workspace, with `/`, sorted
 */
export async function filesMatching(workspace: string, globs: readonly string[]): Promise<string[]> {
  const tests = globs.map((glob) => {
    const isNegated = glob.startsWith('!');
    const pattern = (isNegated ? glob.slice(1) : glob).replace(/^\.?\/+/, '').replace(/\/+$/, '');
    return { isNegated, test: picomatch([pattern, `${pattern}/**`], { dot: true }) };
  });
  const named = new Set([...TOOL_FOLDERS].filter((folder) => !globs.some((glob) => glob.includes(folder))));
  const all = await filesAt(workspace, '', named);
  return all.filter((path) => tests.findLast(({ test }) => test(path))?.isNegated === false);
}

/** Path, mode and content of each file, sorted by path. A link counts as what it says, not as what it leads to. */
export async function listing(root: string, paths: readonly string[]): Promise<JsonObject[]> {
  const entries: JsonObject[] = [];
  for (const path of [...new Set(paths)].sort()) {
    const file = join(root, path);
    const stat = await lstat(file);
    const content = stat.isSymbolicLink() ? `link:${await readlink(file)}` : await hashFile(file);
    // Of the mode only what git keeps: the rest depends on whoever checked it out.
    entries.push({ path, executable: (stat.mode & 0o100) !== 0, content });
  }
  return entries;
}
