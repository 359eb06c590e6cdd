import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { canonicalJson, type JsonObject } from '../../durable/canonical-json';

/** Folders that no image is made of. */
const NEVER = new Set(['.git', 'node_modules', '.terraform', 'packer_cache']);

/** `sha256:…` of a file's bytes. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

/** `sha256:…` of data. */
export function hashOf(data: JsonObject): string {
  return `sha256:${createHash('sha256').update(canonicalJson(data)).digest('hex')}`;
}

/**
 * Files of the workspace that globs select; `!` in front takes files out again, a later glob wins.
 *
 * @returns paths relative to the workspace, with `/`, sorted
 */
export function filesMatching(workspace: string, globs: readonly string[]): string[] {
  const tests = globs.map((glob) => {
    const isNegated = glob.startsWith('!');
    return { isNegated, test: picomatch((isNegated ? glob.slice(1) : glob).replace(/^\.\//, ''), { dot: true }) };
  });
  const isWanted = (path: string): boolean => {
    const last = tests.findLast(({ test }) => test(path));
    return last !== undefined && !last.isNegated;
  };
  return filesBelow(workspace, '').filter(isWanted).sort();
}

/** All files of a file or folder of the workspace; none when it is not there. */
export function filesAt(workspace: string, path: string): string[] {
  const stat = lstatSync(join(workspace, path), { throwIfNoEntry: false });
  if (!stat) return [];
  return stat.isDirectory() ? filesBelow(workspace, path.replace(/\/+$/, '')).sort() : [path];
}

function filesBelow(workspace: string, folder: string): string[] {
  return readdirSync(join(workspace, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NEVER.has(entry.name) ? [] : filesBelow(workspace, path);
    return entry.isFile() || entry.isSymbolicLink() ? [path] : [];
  });
}

/** Path, mode and content of each file. A link counts as what it says, not as what it leads to. */
export async function listing(workspace: string, paths: readonly string[]): Promise<JsonObject[]> {
  const entries: JsonObject[] = [];
  for (const path of [...new Set(paths)].sort()) {
    const file = join(workspace, path);
    const stat = lstatSync(file);
    const content = stat.isSymbolicLink() ? `link:${readlinkSync(file)}` : await hashFile(file);
    // Of the mode only what git keeps: the rest depends on whoever checked it out.
    entries.push({ path, executable: (stat.mode & 0o100) !== 0, content });
  }
  return entries;
}
