import { didYouMean } from './did-you-mean';
import type { Range } from './text';

export type SuppressionScope = 'line' | 'block' | 'file';

/** `family/name` or `family/*` with the place it was written at. */
export interface SuppressedRule {
  readonly id: string;
  readonly range: Range;
}

/** What a pragma says: `immutable: ignore-block[a/b, c/*] until=2026-12-31 reason`. Ranges are offsets in the file. */
export interface Pragma {
  readonly scope: SuppressionScope;
  readonly rules: readonly SuppressedRule[];
  readonly reason: string | undefined;
  readonly until: { readonly date: string; readonly range: Range } | undefined;
  readonly range: Range;
}

/** A comment that was meant to be a pragma and is none. */
export interface MalformedPragma {
  readonly range: Range;
  /** What to do, as a sentence. */
  readonly hint: string;
  /** What to write instead of `range`, when that is clear. */
  readonly replacement?: string | undefined;
}

export type ReadPragma = { readonly pragma: Pragma } | { readonly malformed: MalformedPragma };

const KEYWORDS: Readonly<Record<string, SuppressionScope>> = {
  ignore: 'line',
  'ignore-block': 'block',
  'ignore-file': 'file',
};

/** What users of other linters write. */
const FOREIGN_VERBS = new Set([
  'ignore-line',
  'ignore-next-line',
  'disable',
  'disable-line',
  'disable-next-line',
  'skip',
  'allow',
  'suppress',
  'nolint',
  'noqa',
]);

const RULE_ID = /^[a-z][a-z0-9-]*\/(\*|[a-z0-9][a-z0-9-]*)$/;

/**
 * Reads one line of a comment's content. Undefined when it is no pragma: `# immutable: true` is a commented-out field of
 * a ConfigMap and `# immutable: do not edit` is prose.
 *
 * @param content one line of a comment without its delimiters
 * @param start offset of `content` in the file
 */
export function readPragma(content: string, start: number): ReadPragma | undefined {
  const head = /^[\s*]*(immutable(?:-infra)?)(\s*:\s*|\s+)([A-Za-z][A-Za-z-]*)/.exec(content);
  if (!head) return undefined;
  const [, name = '', separator = '', word = ''] = head;
  const first = head[0].length - word.length - separator.length - name.length;
  const keyword = word.toLowerCase();
  const rest = content.slice(head[0].length);
  const range: Range = { start: start + first, end: start + content.trimEnd().length };
  const malformed = (hint: string, replacement?: string): ReadPragma => ({ malformed: { range, hint, replacement } });

  const bracket = /^\s*\[/.exec(rest);
  const scope = KEYWORDS[keyword];
  if (!scope || word !== keyword || name !== 'immutable' || !separator.includes(':')) {
    const lists = /[a-z]\/[a-z*]/.test(rest);
    const known = scope
      ? keyword
      : FOREIGN_VERBS.has(keyword) && lists
        ? 'ignore'
        : didYouMean(keyword, Object.keys(KEYWORDS));
    // Without a colon or a list of rules this is as likely to be a sentence.
    const meant = separator.includes(':')
      ? known !== undefined || (bracket !== null && lists)
      : known !== undefined && lists;
    if (!meant) return undefined;
    const right = known ?? 'ignore';
    return malformed(
      `Write \`immutable: ${right}[family/name] reason\`.`,
      bracket && lists ? `immutable: ${right}${rest.trim()}` : undefined,
    );
  }
  if (!bracket) return malformed(`Name the rules in brackets: \`immutable: ${keyword}[family/name] reason\`.`);
  const listStart = head[0].length + bracket[0].length;
  const close = content.indexOf(']', listStart);
  if (close < 0) return malformed('Close the bracket after the last rule.');

  const rules: SuppressedRule[] = [];
  let until: { date: string; range: Range } | undefined;
  const setUntil = (text: string, at: number): boolean => {
    const date = /^until=(\S*)$/.exec(text)?.[1] ?? '';
    if (!isDate(date)) return false;
    until = { date, range: { start: at, end: at + text.length } };
    return true;
  };
  const badDate = 'Write the date as `until=2026-12-31`.';
  let at = listStart;
  for (const part of content.slice(listStart, close).split(',')) {
    const id = part.trim();
    const idStart = start + at + (part.length - part.trimStart().length);
    at += part.length + 1;
    if (id.startsWith('until=')) {
      if (!setUntil(id, idStart)) return malformed(badDate);
    } else if (id !== '') rules.push({ id, range: { start: idStart, end: idStart + id.length } });
  }
  if (rules.length === 0) return malformed(`Name at least one rule: \`immutable: ${keyword}[family/name] reason\`.`);
  const shapeless = rules.find((rule) => !RULE_ID.test(rule.id));
  if (shapeless?.id === '*') return malformed('Name the rules, or whole families as `family/*`.');
  if (shapeless && /\s/.test(shapeless.id))
    return malformed('Put commas between the rules and the reason after the bracket.');

  const tail = content.slice(close + 1);
  const token = /(^|\s)(until=\S*)/.exec(tail);
  if (token && !setUntil(token[2] ?? '', start + close + 1 + token.index + (token[1] ?? '').length))
    return malformed(badDate);
  const words = (token ? tail.replace(token[0], ' ') : tail)
    .replace(/^[\s#:—–-]+/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return { pragma: { scope, rules, reason: words === '' ? undefined : words, until, range } };
}

/** True for a day of the calendar written as `2026-12-31`. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
