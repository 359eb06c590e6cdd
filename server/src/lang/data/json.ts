import { createScanner, printParseErrorCode, visit } from 'jsonc-parser';
import { HOLE, MappedText } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import type { Comment, SyntaxProblem } from '../syntax';
import { DecodedScalar } from './decoded-scalar';
import type { Origin } from './decoded-scalar';
import type { DataFile, DataNode, MapEntry } from './tree';

/** The parser recurses; no file of ours nests like this. */
const DEPTH_LIMIT = 300;

/** `SyntaxKind` of jsonc-parser is a const enum, which isolated modules cannot read. */
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, unknown: 16, endOfFile: 17 };

interface OpenMap {
  readonly start: number;
  readonly entries: MapEntry[];
  key: { readonly name: string; readonly range: Range; after: number } | undefined;
}

interface OpenSequence {
  readonly start: number;
  readonly items: DataNode[];
}

/**
 * Parses a JSON text as far as it can be read: comments, trailing commas, a BOM and half-typed text are accepted.
 * Never throws. A HOLE that stands for a value (an interpolation in a heredoc) becomes an unknown scalar.
 *
 * @param input a file's text, or text derived from one. Ranges are offsets in the given text; for derived text
 * `placeOf(file, range)` gives the place in the source, and `ScalarNode.text` maps there already.
 */
export function parseJson(input: string | MappedText): DataFile {
  const outer = input instanceof MappedText ? input : undefined;
  const text = input instanceof MappedText ? input.text : input;
  const range = { start: 0, end: text.length };
  const { readable, tooDeep } = prepare(text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text);
  const reader = new Reader(readable, { text, outer, actions: [] });
  if (tooDeep) reader.problems.push({ range, message: 'The text is nested too deeply to be read.' });
  else reader.read();
  const { root, comments, problems } = reader;
  return {
    format: 'json',
    text,
    documents: [{ range, root, comments, problems }],
    ...(outer ? { source: outer } : {}),
  };
}

/** Measures the depth and writes a digit over each HOLE that stands outside a string, so that it parses as a value. */
function prepare(text: string): { readable: string; tooDeep: boolean } {
  const scanner = createScanner(text, true);
  const parts: string[] = [];
  let copied = 0;
  let depth = 0;
  for (let token: number = scanner.scan(); token !== TOKEN.endOfFile; token = scanner.scan()) {
    if (token === TOKEN.openBrace || token === TOKEN.openBracket) {
      if (++depth > DEPTH_LIMIT) return { readable: text, tooDeep: true };
    } else if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) depth = Math.max(0, depth - 1);
    else if (token === TOKEN.unknown && scanner.getTokenValue().includes(HOLE)) {
      const start = scanner.getTokenOffset();
      parts.push(text.slice(copied, start), '1'.repeat(scanner.getTokenLength()));
      copied = start + scanner.getTokenLength();
    }
  }
  return { readable: copied === 0 ? text : parts.join('') + text.slice(copied), tooDeep: false };
}

class Reader {
  root: DataNode | undefined;
  readonly comments: Comment[] = [];
  readonly problems: SyntaxProblem[] = [];
  private readonly open: (OpenMap | OpenSequence)[] = [];

  constructor(
    private readonly readable: string,
    private readonly origin: Origin,
  ) {}

  read(): void {
    visit(
      this.readable,
      {
        onObjectBegin: (start) => void this.open.push({ start, entries: [], key: undefined }),
        onArrayBegin: (start) => void this.open.push({ start, items: [] }),
        onObjectProperty: (name, start, length) => this.property(name, { start, end: start + length }),
        onSeparator: (character, offset) => this.separator(character, offset),
        onLiteralValue: (value: unknown, start, length) => this.add(this.scalar(value, start, start + length)),
        onObjectEnd: (offset, length) => this.close(offset + length),
        onArrayEnd: (offset, length) => this.close(offset + length),
        onComment: (offset, length) => this.comment(offset, offset + length),
        onError: (code, offset, length) =>
          void this.problems.push({
            range: { start: offset, end: offset + length },
            message: printParseErrorCode(code),
          }),
      },
      { allowTrailingComma: true, disallowComments: false, allowEmptyContent: true },
    );
    while (this.open.length > 0) this.close(this.origin.text.trimEnd().length);
  }

  private property(name: string, range: Range): void {
    const map = this.open[this.open.length - 1];
    if (!map || !('entries' in map)) return;
    this.finishKey(map);
    map.key = { name, range, after: range.end };
  }

  private separator(character: string, offset: number): void {
    const map = this.open[this.open.length - 1];
    if (!map || !('entries' in map)) return;
    if (character === ':' && map.key) map.key.after = offset + 1;
    else if (character === ',') this.finishKey(map);
  }

  /** A key whose value is missing gets an empty null. */
  private finishKey(map: OpenMap): void {
    if (map.key) this.attach(map, this.scalar(null, map.key.after, map.key.after));
  }

  private attach(map: OpenMap, value: DataNode): void {
    if (!map.key) return;
    const { name, range } = map.key;
    map.entries.push({ key: name, keyRange: range, range: { start: range.start, end: value.range.end }, value });
    map.key = undefined;
  }

  private add(node: DataNode): void {
    const parent = this.open[this.open.length - 1];
    if (!parent) this.root ??= node;
    else if ('items' in parent) parent.items.push(node);
    else this.attach(parent, node);
  }

  private close(end: number): void {
    const collection = this.open[this.open.length - 1];
    if (!collection) return;
    if ('entries' in collection) this.finishKey(collection);
    this.open.pop();
    const children = 'items' in collection ? collection.items : collection.entries;
    // In half-typed text the last value may reach further than what closes the collection.
    const range = {
      start: collection.start,
      end: Math.max(Math.min(end, this.readable.length), children[children.length - 1]?.range.end ?? 0),
    };
    if ('items' in collection) this.add({ type: 'sequence', range, flow: true, items: collection.items });
    else this.add({ type: 'map', range, flow: true, entries: collection.entries });
  }

  private scalar(value: unknown, start: number, end: number): DataNode {
    const written = this.origin.text.slice(start, end);
    const unknown = this.readable[start] !== '"' && written.includes(HOLE);
    const resolved =
      unknown || typeof value === 'string'
        ? unknown
          ? written
          : String(value)
        : typeof value === 'number' || typeof value === 'boolean'
          ? value
          : null;
    const decoded = typeof resolved === 'string' ? resolved : written;
    return new DecodedScalar(this.origin, start, end, 'json', { known: { decoded, value: resolved } });
  }

  private comment(start: number, end: number): void {
    const block = this.origin.text.startsWith('/*', start);
    const text = this.origin.text.slice(start + 2, end);
    const content = block && text.endsWith('*/') ? text.slice(0, -2) : text;
    this.comments.push({ range: { start, end }, textStart: start + 2, text: content });
  }
}
