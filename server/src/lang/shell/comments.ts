import type { MappedText } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import type { ShellScript } from './ast';
import { placeIn } from './word-text';

/**
 * The comments of a script, without its shebang: a `#` where a word could begin, outside of what the parser took for words,
 * here-documents and tests.
 */
export function findComments(source: MappedText, occupied: readonly Range[]): ShellScript['comments'] {
  const { text } = source;
  const found: ShellScript['comments'][number][] = [];
  if (!text.includes('#')) return found;
  const sorted = [...occupied].sort((a, b) => a.start - b.start);
  let next = 0;
  let covered = 0;
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1)) {
    for (; next < sorted.length && (sorted[next]?.start ?? 0) <= at; next++) {
      covered = Math.max(covered, sorted[next]?.end ?? 0);
    }
    if (at < covered || (at > 0 && !/[\s;&|()]/.test(text[at - 1] ?? ''))) continue;
    const feed = text.indexOf('\n', at);
    const end = feed < 0 ? text.length : feed;
    const range = { start: at, end };
    if (!(at === 0 && text[1] === '!'))
      found.push({ range, text: text.slice(at + 1, end), at: placeIn(source, range) });
    at = end;
  }
  return found;
}
