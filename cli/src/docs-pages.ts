import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuleMeta } from '../../server/src/core/rule';
import { HOMEPAGE } from './version';

/** The package's own directory: the bundle lies in `dist`. */
const PACKAGE = join(__dirname, '..');

/** The page of a built-in rule, as Markdown; undefined when it has none. */
export function rulePage(id: string): string | undefined {
  if (!/^[a-z-]+\/[a-z0-9-]+$/.test(id)) return undefined;
  try {
    return readFileSync(join(PACKAGE, 'docs', 'rules', `${id}.md`), 'utf8');
  } catch {
    return undefined;
  }
}

/** Where the page of a rule is on the web; undefined when nobody said. */
export function ruleUrl(meta: RuleMeta): string | undefined {
  if (meta.docs !== undefined) return /^https?:\/\//.test(meta.docs) ? meta.docs : undefined;
  if (HOMEPAGE === '' || meta.id.startsWith('custom/')) return undefined;
  return `${HOMEPAGE.replace(/#.*$/, '').replace(/\/$/, '')}/blob/main/docs/rules/${meta.id}.md`;
}
