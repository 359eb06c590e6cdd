import { type MappedText, MappedTextBuilder } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import { appendSame, sliceAll } from '../mapping';
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

/**
 * A word without its quotes and escapes, still mapped. Variables stay as they are, and so does the escape before a `$`, so
 * that an expansion afterwards does not take an escaped dollar sign for a variable.
 */
export function unquote(word: MappedText, escape: '\\' | '`'): MappedText {
  const { text } = word;
  const runs: Range[] = [];
  let quote = '';
  let from = 0;
  const drop = (at: number): void => {
    if (at > from) runs.push({ start: from, end: at });
    from = at + 1;
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    const next = text[at + 1];
    if (character === escape && quote !== "'") {
      if (next !== undefined && next !== '$' && (quote === '' || next === '"' || next === escape)) drop(at);
      at++;
    } else if (quote === '' ? character === '"' || character === "'" : character === quote) {
      drop(at);
      quote = quote === '' ? character : '';
    }
  }
  if (from === 0) return word;
  if (text.length > from) runs.push({ start: from, end: text.length });
  const builder = new MappedTextBuilder();
  for (const run of sliceAll(word, runs)) appendSame(builder, run);
  return builder.build();
}
