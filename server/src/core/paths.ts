/*
 * Paths of the workspace: relative to its root, with `/` between the parts, `''` for the root itself.
 */

/**
 * A path of the workspace for one that is written relative to `directory`: `./x`, `../scripts/x.sh`, `x`.
 * Undefined when it is absolute, starts in the home directory or leaves the workspace.
 */
export function joinPath(directory: string, path: string): string | undefined {
  if (/^([/~\\]|[A-Za-z]:)/.test(path)) return undefined;
  const parts = directory === '' ? [] : directory.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** Directory of a path, `''` for the root. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
