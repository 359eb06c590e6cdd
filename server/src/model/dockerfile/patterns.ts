import type { MappedText } from '../../core/mapped-text';
import { MappedTextBuilder } from '../../core/mapped-text';
import { appendSame } from '../../lang/mapping';

/** Longer values and patterns are not worth the quadratic search: their result counts as unknown. */
const LIMIT = 200;

/** True when the pattern operators can be worked out for this value and pattern. */
export function isWithinLimit(value: string, pattern: string): boolean {
  return value.length <= LIMIT && pattern.length <= LIMIT;
}

/** `${value#pattern}` (shortest) and `${value##pattern}` (longest): the value without the beginning that matches. */
export function removePrefix(value: MappedText, pattern: string, longest: boolean): MappedText {
  const { text } = value;
  for (let step = 0; step <= text.length; step++) {
    const end = longest ? text.length - step : step;
    if (matchesGlob(pattern, text.slice(0, end))) return value.slice(end);
  }
  return value;
}

/** `${value%pattern}` (shortest) and `${value%%pattern}` (longest): the value without the end that matches. */
export function removeSuffix(value: MappedText, pattern: string, longest: boolean): MappedText {
  const { text } = value;
  for (let step = 0; step <= text.length; step++) {
    const start = longest ? step : text.length - step;
    if (matchesGlob(pattern, text.slice(start))) return value.slice(0, start);
  }
  return value;
}

/** `${value/pattern/replacement}`, or `${value//pattern/replacement}` when `all`. */
export function replacePattern(value: MappedText, pattern: string, replacement: MappedText, all: boolean): MappedText {
  const { text } = value;
  const builder = new MappedTextBuilder();
  let kept = 0;
  for (let start = 0; start < text.length;) {
    const end = longestMatch(pattern, text, start);
    if (end === undefined) {
      start++;
      continue;
    }
    appendSame(builder, value.slice(kept, start));
    builder.append(replacement);
    kept = end;
    start = end;
    if (!all) break;
  }
  if (kept === 0) return value;
  return builder.append(value.slice(kept)).build();
}

function longestMatch(pattern: string, text: string, start: number): number | undefined {
  for (let end = text.length; end > start; end--) {
    if (matchesGlob(pattern, text.slice(start, end))) return end;
  }
  return undefined;
}

/** Matches a whole text against a shell pattern: `*` any run, `?` any character, `\x` the character itself. */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let position = 0;
  let star = -1;
  let resume = 0;
  while (position < text.length) {
    const character = pattern[at];
    if (character === '*') {
      star = at++;
      resume = position;
      continue;
    }
    const escaped = character === '\\' && at + 1 < pattern.length;
    const wanted = escaped ? pattern[at + 1] : character;
    if (wanted !== undefined && ((character === '?' && !escaped) || wanted === text[position])) {
      at += escaped ? 2 : 1;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      position = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
