import { statSync } from 'node:fs';

/**
 * True when a file was written to after a marker was made: a log that is older than the intent tells of something else.
 * False when one of them is missing.
 */
export function isWrittenAfter(file: string, marker: string): boolean {
  const [written, made] = [file, marker].map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs);
  return written !== undefined && made !== undefined && written >= made;
}
