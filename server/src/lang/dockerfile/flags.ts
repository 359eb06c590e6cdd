import type { MappedText } from '../../core/mapped-text';
import { MappedTextBuilder } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import { appendSame, sliceAll } from '../mapping';
import type { Flag } from './ast';
import { isSpace } from './characters';

interface RawFlag {
  /** Offsets in the text, with quotes. */
  readonly range: Range;
  /** What stays once quotes and escapes are gone. */
  readonly runs: readonly Range[];
}

/**
 * Takes the flags from the beginning of an instruction's arguments. They end at the first word that does not begin with two
 * dashes, or after a lone `--`. Quotes and backslashes inside flags are removed.
 * @returns the flags and the offset at which the argument begins
 */
export function readFlags(text: MappedText, start: number): { flags: readonly Flag[]; end: number } {
  const raw: RawFlag[] = [];
  const source = text.text;
  let at = start;
  for (;;) {
    while (at < source.length && isSpace(source.charCodeAt(at))) at++;
    if (source.charCodeAt(at) !== 45 || source.charCodeAt(at + 1) !== 45) break;
    const flag = readWord(source, at);
    at = flag.range.end;
    const content = flag.runs.reduce((sum, run) => sum + run.end - run.start, 0);
    if (content === 2 && flag.runs[0]?.end === flag.range.start + 2) break;
    raw.push(flag);
  }
  return { flags: raw.length === 0 ? [] : build(text, raw), end: at };
}

function readWord(source: string, start: number): RawFlag {
  const runs: Range[] = [];
  let quote = 0;
  let from = start;
  let at = start;
  const cut = (next: number): void => {
    if (at > from) runs.push({ start: from, end: at });
    from = next;
  };
  for (; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (quote === 0 && isSpace(code)) break;
    if (code === 92) {
      cut(at + 1);
      at++;
    } else if (quote === 0 ? code === 34 || code === 39 : code === quote) {
      cut(at + 1);
      quote = quote === 0 ? code : 0;
    }
  }
  at = Math.min(at, source.length);
  cut(at);
  return { range: { start, end: at }, runs };
}

function build(text: MappedText, raw: readonly RawFlag[]): Flag[] {
  const places = sliceAll(
    text,
    raw.map((flag) => flag.range),
  );
  const parts = sliceAll(
    text,
    raw.flatMap((flag) => flag.runs),
  );
  let next = 0;
  return raw.map((flag, index) => {
    const own = parts.slice(next, next + flag.runs.length);
    next += flag.runs.length;
    const content = own.length === 1 && own[0] ? own[0] : join(own);
    const equals = content.text.indexOf('=');
    const place = places[index]?.sourceOf() ?? flag.range;
    return {
      name: content.text.slice(2, equals < 0 ? undefined : equals),
      value: equals < 0 ? undefined : content.slice(equals + 1),
      range: { start: place.start, end: place.end },
    };
  });
}

function join(parts: readonly MappedText[]): MappedText {
  const builder = new MappedTextBuilder();
  for (const part of parts) appendSame(builder, part);
  return builder.build();
}
