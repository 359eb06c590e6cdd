/** Name of the file that records which providers `init` chose (Terraform, "Dependency Lock File"). */
export const LOCK_FILE = '.terraform.lock.hcl';

/** A line of a `.gitignore` that keeps the lock file out of the repository. */
export interface IgnoreLine {
  readonly pattern: string;
  readonly start: number;
  readonly end: number;
  /** Start of the next line. */
  readonly next: number;
  /** It names nothing but lock files. */
  readonly only: boolean;
  /** The terminator of the text's lines. */
  readonly terminator: string;
}

/**
 * The lines of a `.gitignore` that match the lock file, unless a later line takes it back: the last one that matches counts
 * (gitignore(5)).
 */
export function lockFileIgnore(text: string): readonly IgnoreLine[] {
  const terminator = text.includes('\r\n') ? '\r\n' : '\n';
  let found: IgnoreLine[] = [];
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const written = match[0];
    const pattern = written.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    const negated = pattern.startsWith('!');
    if (!matchesLockFile(negated ? pattern.slice(1) : pattern)) continue;
    if (negated) {
      found = [];
      continue;
    }
    const start = match.index + (written.length - written.trimStart().length);
    const after = match.index + written.length;
    const lineBreak = /^(\r\n|\n|\r)/.exec(text.slice(after, after + 2))?.[0] ?? '';
    found.push({
      pattern,
      start,
      end: start + pattern.length,
      next: after + lineBreak.length,
      only: /\.lock\.hcl$/.test(pattern),
      terminator,
    });
  }
  return found;
}

function matchesLockFile(pattern: string): boolean {
  // A pattern that ends with a slash matches directories only.
  if (pattern.endsWith('/')) return false;
  const name = pattern.slice(pattern.lastIndexOf('/') + 1);
  if (name === '*' || name === '**') return false;
  const expression = name
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  try {
    return new RegExp(`^${expression}$`).test(LOCK_FILE);
  } catch {
    return false;
  }
}
