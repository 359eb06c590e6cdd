import { HOLE, MappedText, MappedTextBuilder } from '../../core/mapped-text';
import type { Place } from '../../core/text';
import { sortedEntries } from './for-items';
import { MAX_TEXT, spend, type Scope } from './scope';
import type { Value } from './value';

/** Writes values as JSON or YAML while keeping where each part comes from. Unknown parts are holes. */
class Writer {
  private readonly builder = new MappedTextBuilder();
  private length = 0;

  constructor(private readonly scope: Scope) {}

  /** False when the text gets too long. */
  get withinLimits(): boolean {
    return this.length <= MAX_TEXT && spend(this.scope, 1);
  }

  raw(text: string, at: Place): void {
    this.length += text.length;
    this.builder.opaque(text, at);
  }

  mapped(text: MappedText): void {
    this.length += text.length;
    this.builder.append(text);
  }

  /** A text in double quotes with JSON's escapes; Go's encoder escapes `<`, `>` and `&`, too. */
  quoted(text: MappedText, at: Place, html: boolean): void {
    this.raw('"', at);
    const special = html ? /["\\<>&\u2028\u2029\p{Cc}]/gu : /["\\\p{Cc}]/gu;
    let from = 0;
    for (const match of text.text.matchAll(special)) {
      this.mapped(text.slice(from, match.index));
      this.raw(escape(match[0]), text.placeAt(match.index) ?? at);
      from = match.index + match[0].length;
    }
    this.mapped(text.slice(from));
    this.raw('"', at);
  }

  text(): MappedText {
    return this.builder.build();
  }
}

function escape(character: string): string {
  if (/[<>&\u2028\u2029]/.test(character)) return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(character).slice(1, -1);
}

/** `jsonencode`: keys sorted, no blanks. Undefined when the value is too large. */
export function writeJson(value: Value, at: Place, scope: Scope): MappedText | undefined {
  const writer = new Writer(scope);
  const write = (part: Value, depth: number): boolean => {
    if (depth > 100 || !writer.withinLimits) return false;
    const origin = part.origin ?? at;
    switch (part.type) {
      case 'text':
        writer.quoted(part.text, origin, true);
        return true;
      case 'list':
        return sequence('[', ']', origin, part.open, part.items, (item) => write(item, depth + 1));
      case 'object':
        return sequence('{', '}', origin, part.open, sortedEntries(part.entries), ([key, entry]) => {
          writer.quoted(MappedText.opaque(key, entry.key), entry.key, true);
          writer.raw(':', entry.key);
          return write(entry.value, depth + 1);
        });
      default:
        writer.raw(scalar(part), origin);
        return true;
    }
  };
  const sequence = <Item>(
    opening: string,
    closing: string,
    origin: Place,
    open: boolean,
    items: readonly Item[],
    writeItem: (item: Item) => boolean,
  ): boolean => {
    writer.raw(opening, origin);
    for (const [i, item] of items.entries()) {
      if (i > 0) writer.raw(',', origin);
      if (!writeItem(item)) return false;
    }
    // What we do not know of would stand here; the text stays readable without it, `structure` tells that it is open.
    if (open && items.length === 0) writer.raw(HOLE, origin);
    writer.raw(closing, origin);
    return true;
  };
  return write(value, 0) ? writer.text() : undefined;
}

/** `yamlencode`: block style, keys and one-line texts quoted, longer texts as literal blocks. */
export function writeYaml(value: Value, at: Place, scope: Scope): MappedText | undefined {
  const writer = new Writer(scope);
  /** Writes what follows `key:` or `-`, with the line break at its end. */
  const write = (part: Value, indent: string, depth: number, inList: boolean): boolean => {
    if (depth > 100 || !writer.withinLimits) return false;
    const origin = part.origin ?? at;
    const blank = depth === 0 ? '' : ' ';
    if (part.type === 'text' && part.text.text.includes('\n') && depth > 0) {
      writeBlock(part.text, origin, indent);
      return true;
    }
    if (part.type === 'text') {
      writer.raw(blank, origin);
      writer.quoted(part.text, origin, false);
      writer.raw('\n', origin);
      return true;
    }
    if (part.type === 'list' && part.items.length > 0) {
      if (depth > 0) writer.raw('\n', origin);
      for (const item of part.items) {
        writer.raw(`${indent}-`, item.origin ?? origin);
        if (!write(item, `${indent}  `, depth + 1, true)) return false;
      }
      return true;
    }
    if (part.type === 'object' && part.entries.size > 0) {
      // The first key of a map in a list stands after the dash.
      if (depth > 0 && !inList) writer.raw('\n', origin);
      for (const [i, [key, entry]] of sortedEntries(part.entries).entries()) {
        writer.raw(inList && i === 0 ? ' ' : indent, entry.key);
        writer.quoted(MappedText.opaque(key, entry.key), entry.key, false);
        writer.raw(':', entry.key);
        const isMap = entry.value.type === 'object' || entry.value.type === 'text';
        if (!write(entry.value, isMap ? `${indent}  ` : indent, depth + 1, false)) return false;
      }
      return true;
    }
    writer.raw(`${blank}${part.type === 'list' ? '[]' : part.type === 'object' ? '{}' : scalar(part)}\n`, origin);
    return true;
  };
  const writeBlock = (text: MappedText, origin: Place, indent: string): void => {
    const lines = text.text.split('\n');
    const ending = lines[lines.length - 1] === '' ? (lines[lines.length - 2] === '' ? '+' : '') : '-';
    const first = lines.find((line) => line.trim() !== '') ?? '';
    writer.raw(` |${/^\s/.test(first) ? '2' : ''}${ending}\n`, origin);
    let offset = 0;
    for (const [i, line] of lines.entries()) {
      if (i === lines.length - 1 && line === '') break;
      const end = offset + line.length;
      if (line !== '') writer.raw(indent, origin);
      writer.mapped(text.slice(offset, end));
      if (end < text.length) writer.mapped(text.slice(end, end + 1));
      else writer.raw('\n', origin);
      offset = end + 1;
    }
  };
  return write(value, '', 0, false) ? writer.text() : undefined;
}

/** A number, boolean or null; a hole for what is not known. */
function scalar(value: Value): string {
  switch (value.type) {
    case 'null':
      return 'null';
    case 'number':
    case 'boolean':
      return String(value.value);
    default:
      return HOLE;
  }
}
