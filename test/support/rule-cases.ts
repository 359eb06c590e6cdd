import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseCases, type Case } from './cases';

const root = join(__dirname, '../..');

/** Paths of all rule files as `family/name`. */
export function ruleFiles(): string[] {
  return list('server/src/rules', '.ts');
}

/** Annotated cases of a rule: its page and its case file. */
export function casesOf(id: string): { page: Case[]; cases: Case[] } {
  return { page: read(`docs/rules/${id}.md`), cases: read(`test/rules/${id}.md`) };
}

export function pageText(id: string): string | undefined {
  const path = join(root, `docs/rules/${id}.md`);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** `family/name` of every Markdown file below a directory of families. */
export function list(directory: string, extension: string): string[] {
  const base = join(root, directory);
  return readdirSync(base)
    .filter((family) => statSync(join(base, family)).isDirectory())
    .flatMap((family) =>
      readdirSync(join(base, family))
        .filter((name) => name.endsWith(extension))
        .map((name) => `${family}/${name.slice(0, -extension.length)}`),
    )
    .sort();
}

function read(path: string): Case[] {
  const full = join(root, path);
  return existsSync(full) ? parseCases(readFileSync(full, 'utf8'), path) : [];
}
