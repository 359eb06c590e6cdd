import type { LineIndex, Range } from '../core/text';
import { ITEM } from './config-schema';

/** What stands at a place of a YAML text that may be half written. */
export interface YamlCursor {
  readonly type: 'key' | 'value';
  /** Keys from the root to the map or value; `-` for a list. For a value, its own key is the last. */
  readonly path: readonly string[];
  /** What of the key or value is written already, up to the cursor. */
  readonly range: Range;
  readonly indent: string;
}

const LINE = /^(\s*)((?:- +)*)(.*)$/;

/** Reads by indentation, which also works where the text is no YAML yet. Undefined in comments and flow style. */
export function yamlCursor(lines: LineIndex, offset: number): YamlCursor | undefined {
  const { line, column } = lines.position(offset);
  const before = lines.line(line).slice(0, column);
  const [, blanks = '', dashes = '', rest = ''] = LINE.exec(before) ?? [];
  if (/[{}[\]#]/.test(rest) || before.includes('\t')) return undefined;
  const depth = blanks.length + dashes.length;
  const parents = [...pathAbove(lines, line, limitOf(blanks, dashes)), ...steps(dashes)];
  const value = /^(["']?)([^"':\s]+)\1\s*:\s+(.*)$/.exec(rest);
  if (value) {
    const written = value[3] ?? '';
    const path = [...parents, value[2] ?? ''];
    return { type: 'value', path, range: { start: offset - written.length, end: offset }, indent: blanks };
  }
  if (/[:\s]/.test(rest)) return undefined;
  const range = { start: offset - rest.length, end: offset };
  return { type: 'key', path: parents, range, indent: ' '.repeat(depth) };
}

function steps(dashes: string): string[] {
  return Array.from(dashes.matchAll(/-/g), () => ITEM);
}

/** What holds a line is indented less; the key of a list may stand as far to the right as its items. */
function limitOf(blanks: string, dashes: string): number {
  return dashes === '' ? blanks.length : blanks.length + 1;
}

/** The keys that hold a line that is indented so far. */
function pathAbove(lines: LineIndex, line: number, depth: number): string[] {
  const path: string[] = [];
  let limit = depth;
  for (let at = line - 1; at >= 0 && limit > 0; at--) {
    const [, blanks = '', dashes = '', rest = ''] = LINE.exec(lines.line(at)) ?? [];
    if (rest === '' || rest.startsWith('#')) continue;
    const own = blanks.length + dashes.length;
    const key = /^(["']?)([^"':\s]+)\1\s*:\s*(?:#.*)?$/.exec(rest);
    if (own < limit && key) {
      path.unshift(...steps(dashes), key[2] ?? '');
      limit = limitOf(blanks, dashes);
    } else if (dashes !== '' && blanks.length < limit && own <= limit) {
      // A sibling in the same item: the list begins here.
      path.unshift(...steps(dashes));
      limit = limitOf(blanks, dashes);
    }
  }
  return path;
}
