/**
 * A path relative to the workspace root for one that is written relative to `directory`: `./x`, `../scripts/x.sh`.
 * Undefined when it is absolute, starts in the home directory or leaves the workspace.
 */
export function resolvePath(directory: string, path: string): string | undefined {
  if (path === '' || /^([/~\\]|[A-Za-z]:)/.test(path)) return undefined;
  const parts: string[] = [];
  for (const part of [...directory.split('/'), ...path.split('/')]) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
