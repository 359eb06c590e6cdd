import { MappedTextBuilder, type MappedText } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import { appendSame, sliceAll } from '../mapping';
import { skipSpaces } from './characters';

const EXEC_KEYWORDS: ReadonlySet<string> = new Set(['RUN', 'CMD', 'ENTRYPOINT', 'SHELL', 'ADD', 'COPY', 'VOLUME']);

/**
 * The items of a JSON array of strings, decoded; undefined for an instruction that has no such form and for anything that is
 * not exactly such an array (Docker then takes the text for shell form).
 */
export function readExecForm(keyword: string, argument: MappedText): readonly MappedText[] | undefined {
  const { text } = argument;
  if (!EXEC_KEYWORDS.has(keyword) || text.charCodeAt(skipSpaces(text, 0, text.length)) !== 91) return undefined;
  const items = parseStrings(text);
  return items && mapItems(argument, items);
}

function parseStrings(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Piece {
  readonly range: Range;
  readonly item: number;
  /** Undefined for text that stands as it is. */
  readonly decoded: string | undefined;
}

function mapItems(argument: MappedText, items: readonly string[]): MappedText[] {
  const pieces = stringPieces(argument.text);
  const parts = sliceAll(
    argument,
    pieces.map((piece) => piece.range),
  );
  const builders = items.map(() => new MappedTextBuilder());
  pieces.forEach((piece, index) => {
    const builder = builders[piece.item];
    const part = parts[index];
    if (!builder || !part) return;
    if (piece.decoded === undefined) appendSame(builder, part);
    else builder.opaque(piece.decoded, part.sourceOf() ?? piece.range);
  });
  return builders.map((builder) => builder.build());
}

/** Runs and escapes of every string of a JSON array that is known to be well formed. */
function stringPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let item = -1;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    item++;
    let from = ++at;
    for (; text.charCodeAt(at) !== 34; at++) {
      if (text.charCodeAt(at) !== 92) continue;
      if (at > from) pieces.push({ range: { start: from, end: at }, item, decoded: undefined });
      const length = text[at + 1] === 'u' ? 6 : 2;
      const decoded = JSON.parse(`"${text.slice(at, at + length)}"`) as string;
      pieces.push({ range: { start: at, end: at + length }, item, decoded });
      at += length - 1;
      from = at + 1;
    }
    if (at > from) pieces.push({ range: { start: from, end: at }, item, decoded: undefined });
  }
  return pieces;
}
