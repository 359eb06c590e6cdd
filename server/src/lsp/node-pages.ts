import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The page of a built-in rule in the package.
 *
 * @param directory of the package
 * @returns undefined for an id that is none, or a rule without a page
 */
export function rulePage(
  directory: string,
  rule: string,
): { readonly file: string; readonly text: string } | undefined {
  if (!/^[a-z-]+\/[a-z0-9-]+$/.test(rule)) return undefined;
  const file = join(directory, 'docs', 'rules', `${rule}.md`);
  try {
    return { file, text: readFileSync(file, 'utf8') };
  } catch {
    return undefined;
  }
}
