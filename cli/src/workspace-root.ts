import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, parse, relative, resolve, sep } from 'node:path';
import { CONFIG_NAMES } from '../../server/src/core/config';

/** Where the workspace begins, and how its paths are shown. */
export interface Root {
  /** Absolute. Paths inside are relative to it, with `/`. */
  readonly directory: string;
  readonly cwd: string;
  /** How a path of the workspace is shown: relative to the working directory. */
  shown(path: string): string;
  absolute(path: string): string;
  /** The path of the workspace that an absolute path has; undefined outside of it. */
  inside(absolute: string): string | undefined;
}

/**
 * Finds the root for the given paths, so that a run in a sub-directory says the same as one at the top: the nearest
 * directory above that holds `.git`, or else an `immutable.yaml`, or else the working directory. When a path lies
 * elsewhere, the search begins at the directory that all paths share.
 */
export function findRoot(cwd: string, paths: readonly string[]): Root {
  const absolute = paths.map((path) => resolve(cwd, path));
  const own = above(cwd) ?? cwd;
  const isOwn = absolute.every((path) => isWithin(own, path));
  if (isOwn) return rootAt(own, cwd);
  const shared = absolute.map(directoryOf).reduce(commonDirectory);
  return rootAt(above(shared) ?? shared, cwd);
}

export function rootAt(directory: string, cwd: string): Root {
  const slashed = (path: string): string => (sep === '/' ? path : path.split(sep).join('/'));
  const prefix = slashed(relative(cwd, directory));
  const below = slashed(relative(directory, cwd));
  return {
    directory,
    cwd,
    shown: (path) => {
      if (prefix === '' && below === '') return path;
      if (below !== '' && !below.startsWith('..') && path.startsWith(`${below}/`)) return path.slice(below.length + 1);
      return slashed(relative(cwd, join(directory, path)));
    },
    absolute: (path) => join(directory, path),
    inside: (path) => (isWithin(directory, path) ? slashed(relative(directory, path)) : undefined),
  };
}

function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function directoryOf(path: string): string {
  try {
    return statSync(path).isDirectory() ? path : dirname(path);
  } catch {
    return dirname(path);
  }
}

function commonDirectory(a: string, b: string): string {
  let shared = a;
  while (!isWithin(shared, b)) shared = dirname(shared);
  return shared;
}

function above(start: string): string | undefined {
  return nearest(start, ['.git']) ?? nearest(start, CONFIG_NAMES);
}

function nearest(start: string, names: readonly string[]): string | undefined {
  for (let directory = start; ; directory = dirname(directory)) {
    if (names.some((name) => existsSync(join(directory, name)))) return directory;
    if (directory === parse(directory).root) return undefined;
  }
}
