import { MappedText, MappedTextBuilder } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import type { Heredoc } from './ast';
import { isSpace } from './characters';
import { isKnownKeyword } from './keywords';
import { lineAt } from './lines';

export interface HeredocMarker {
  readonly name: string;
  readonly stripTabs: boolean;
  readonly expand: boolean;
  /** Offsets in the logical line. */
  readonly range: Range;
}

/** The `<<NAME` words of a logical line. A line whose quotes are not closed has none, as for BuildKit. */
export function findMarkers(line: string): HeredocMarker[] {
  if (!line.includes('<<')) return [];
  const markers: HeredocMarker[] = [];
  let at = 0;
  while (at < line.length) {
    while (at < line.length && isSpace(line.charCodeAt(at))) at++;
    const end = wordEnd(line, at);
    if (end === undefined) return [];
    const marker = markerOf(line.slice(at, end), at);
    if (marker) markers.push(marker);
    at = end;
  }
  return markers;
}

/** End of a shell-like word: quotes and `${…}` keep blanks. Undefined when a quote is not closed. */
function wordEnd(line: string, start: number): number | undefined {
  let quote = 0;
  let braces = 0;
  let at = start;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 92 && quote !== 39) at++;
    else if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 34 || code === 39) quote = code;
    else if (code === 36 && line.charCodeAt(at + 1) === 123) {
      braces++;
      at++;
    } else if (code === 125 && braces > 0) braces--;
    else if (braces === 0 && isSpace(code)) break;
  }
  return quote === 0 ? Math.min(at, line.length) : undefined;
}

function markerOf(word: string, start: number): HeredocMarker | undefined {
  const match = /^\d*<<(-?)([^<]+)$/.exec(word);
  const written = match?.[2];
  if (!match || written === undefined) return undefined;
  let name = '';
  let quote = '';
  for (let at = 0; at < written.length; at++) {
    const character = written[at] ?? '';
    if (character === '\\' && quote !== "'") name += written[++at] ?? '';
    else if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else name += character;
  }
  return {
    name,
    stripTabs: match[1] === '-',
    expand: name === written,
    range: { start, end: start + word.length },
  };
}

/**
 * Finds the lines that end heredocs. All lines of the text are indexed at the first look-up, so that thousands of markers
 * without terminator stay linear.
 */
export class HeredocReader {
  private whole: Map<string, number[]> | undefined;
  private withoutTabs: Map<string, number[]> | undefined;

  constructor(private readonly text: string) {}

  /**
   * Reads the body of a heredoc.
   * @param start offset of the line after the instruction (or after the heredoc before)
   * @returns the heredoc, where the next line begins, and where the terminator line ends
   */
  read(marker: HeredocMarker, markerRange: Range, start: number): { heredoc: Heredoc; next: number; end: number } {
    const terminator = this.findTerminator(marker, start);
    // Docker refuses a heredoc without terminator. While somebody types one, the instructions that follow must survive.
    const contentEnd = terminator ?? this.nextInstruction(start);
    const line = terminator === undefined ? { end: contentEnd, next: contentEnd } : lineAt(this.text, contentEnd);
    const heredoc: Heredoc = {
      name: marker.name,
      stripTabs: marker.stripTabs,
      expand: marker.expand,
      markerRange,
      content: this.content(start, contentEnd, marker.stripTabs),
      closed: terminator !== undefined,
    };
    return { heredoc, next: line.next, end: line.end };
  }

  private findTerminator(marker: HeredocMarker, start: number): number | undefined {
    const index = marker.stripTabs
      ? (this.withoutTabs ??= this.indexLines(true))
      : (this.whole ??= this.indexLines(false));
    const starts = index.get(marker.name);
    if (!starts) return undefined;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    return starts[low];
  }

  private indexLines(stripTabs: boolean): Map<string, number[]> {
    const index = new Map<string, number[]>();
    for (let at = 0; at < this.text.length;) {
      const line = lineAt(this.text, at);
      const key = this.text.slice(stripTabs ? skipTabs(this.text, line.start, line.end) : line.start, line.end);
      const known = index.get(key);
      if (known) known.push(line.start);
      else index.set(key, [line.start]);
      at = line.next;
    }
    return index;
  }

  private nextInstruction(start: number): number {
    let at = start;
    while (at < this.text.length) {
      const line = lineAt(this.text, at);
      const keyword = /^[A-Z]+(?=[ \t]|$)/.exec(this.text.slice(at, Math.min(line.end, at + 16)))?.[0];
      if (keyword !== undefined && isKnownKeyword(keyword)) return at;
      at = line.next;
    }
    return at;
  }

  private content(start: number, end: number, stripTabs: boolean): MappedText {
    if (!stripTabs) return MappedText.verbatim(this.text.slice(start, end), start);
    const builder = new MappedTextBuilder();
    for (let at = start; at < end;) {
      const line = lineAt(this.text, at);
      const from = skipTabs(this.text, line.start, line.end);
      builder.verbatim(this.text.slice(from, line.next), from);
      at = line.next;
    }
    return builder.build();
  }
}

function skipTabs(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) === 9) at++;
  return at;
}
