/** Something that the user should know about a file; the rest of the run goes on. */
export interface Note {
  /** Relative to the root. */
  readonly path: string;
  readonly message: string;
  /** `problem`: a path that the user named could not be linted, which makes the run fail with exit code 2. */
  readonly level: 'note' | 'problem';
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'no such file or directory',
  ELOOP: 'symbolic links lead in a circle',
  EISDIR: 'is a directory',
  ENOTDIR: 'a part of the path is no directory',
  EMFILE: 'too many open files',
  EIO: 'input/output error',
  ENAMETOOLONG: 'the name is too long',
};

/** Why a file operation failed, in words. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== undefined && REASONS[code] !== undefined) return REASONS[code];
  return error instanceof Error ? error.message : String(error);
}
