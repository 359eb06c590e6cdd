import type { MappedText } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import { sliceAll } from '../mapping';
import { isSpace } from './characters';

/** Instructions whose words keep blanks that are quoted or escaped; all others are split at every blank. */
const QUOTED_WORDS: ReadonlySet<string> = new Set(['ENV', 'LABEL', 'ARG']);

/** The words of an instruction's argument, quotes kept. */
export function splitWords(keyword: string, argument: MappedText, escape: '\\' | '`'): readonly MappedText[] {
  const escapeCode = QUOTED_WORDS.has(keyword) ? escape.charCodeAt(0) : undefined;
  return sliceAll(argument, wordRanges(argument.text, escapeCode));
}

function wordRanges(text: string, escape: number | undefined): Range[] {
  const ranges: Range[] = [];
  let at = 0;
  while (at < text.length) {
    while (at < text.length && isSpace(text.charCodeAt(at))) at++;
    if (at >= text.length) break;
    const start = at;
    let quote = 0;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (quote === 0 && isSpace(code)) break;
      if (escape === undefined) continue;
      if (code === escape && quote !== 39) at++;
      else if (quote === 0 ? code === 34 || code === 39 : code === quote) quote = quote === 0 ? code : 0;
    }
    at = Math.min(at, text.length);
    ranges.push({ start, end: at });
  }
  return ranges;
}
