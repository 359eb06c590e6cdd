/** Joins a directory and a relative path; `undefined` when it leads out of the workspace. */
export function joinPath(directory: string, path: string): string | undefined {
  if (path.startsWith('/')) return undefined;
  const parts = directory === '' ? [] : directory.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
