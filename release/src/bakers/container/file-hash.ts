import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { globExpression, rootOf } from './globs';

/** One file that an image is made of: path, mode and what it holds. */
export type InputLine = readonly [path: string, mode: string, content: string];

/**
 * All files below a folder, sorted by path. Symbolic links are not followed: where they lead is what they hold.
 *
 * @param isWanted asked for each file, with its path relative to the folder
 */
export async function filesBelow(root: string, isWanted: (path: string) => boolean): Promise<InputLine[]> {
  const paths: string[] = [];
  const visit = async (directory: string): Promise<void> => {
    for (const entry of await readdir(join(root, directory), { withFileTypes: true })) {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
      // What git keeps of itself changes with every fetch.
      if (path === '.git') continue;
      if (entry.isDirectory()) await visit(path);
      else if (isWanted(path)) paths.push(path);
    }
  };
  await visit('');
  return linesOf(root, paths);
}

/** Files that any of the patterns names, sorted by path. */
export async function filesOfGlobs(root: string, globs: readonly string[]): Promise<InputLine[]> {
  const expressions = globs.map(globExpression);
  const found = new Map<string, InputLine>();
  for (const base of new Set(globs.map(rootOf))) {
    const stat = await lstat(join(root, base)).catch(() => undefined);
    if (!stat) continue;
    const prefix = base === '' ? '' : `${base}/`;
    const lines = stat.isDirectory()
      ? await filesBelow(join(root, base), (path) => expressions.some((one) => one.test(prefix + path)))
      : (await linesOf(root, [base])).map(([, mode, content]): InputLine => ['', mode, content]);
    for (const [path, mode, content] of lines) {
      const whole = path === '' ? base : prefix + path;
      found.set(whole, [whole, mode, content]);
    }
  }
  return [...found.values()].sort(byPath);
}

async function linesOf(root: string, paths: readonly string[]): Promise<InputLine[]> {
  const lines: InputLine[] = [];
  for (const path of paths) {
    const full = join(root, path);
    const stat = await lstat(full);
    const mode = (stat.mode & 0o777).toString(8);
    if (stat.isSymbolicLink()) lines.push([path, 'link', await readlink(full)]);
    else if (stat.isFile()) lines.push([path, mode, await hashOfFile(full)]);
  }
  return lines.sort(byPath);
}

export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest('hex')}`;
}

function byPath([a]: InputLine, [b]: InputLine): number {
  return a < b ? -1 : Number(a > b);
}
