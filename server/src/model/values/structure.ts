import { HOLE, type MappedText } from '../../core/mapped-text';
import type { Place, Range } from '../../core/text';
import { parseJson } from '../../lang/data/json';
import { placeOf, resolve, type DataFile, type DataNode, type MapEntry, type MapNode } from '../../lang/data/tree';
import { parseYaml } from '../../lang/data/yaml';
import { choice, textValue } from './combine';
import { UNKNOWN, type ObjectEntry, type TextValue, type Value } from './value';

/**
 * The value that a text stands for: what `jsonencode` was given, or the JSON that a heredoc or file holds (P22). Lists and
 * objects are their own structure. UNKNOWN when the text is no JSON.
 */
export function structureOf(value: Value): Value {
  if (value.type === 'text') return value.structure ?? structureOfText(value, 'json');
  if (value.type === 'choice') return choice(value.options.map(structureOf), value.origin);
  return value;
}

/** Parses a text as JSON or YAML into a value whose origins lie where the text was written. */
export function structureOfText(value: TextValue, format: 'json' | 'yaml'): Value {
  const known = parsed.get(value.text);
  if (known?.format === format) return known.value;
  const file = format === 'json' ? parseJson(value.text) : parseYaml(value.text);
  const result = fromData(file, value.origin);
  parsed.set(value.text, { format, value: result });
  return result;
}

/** Rules ask several times for the same text. */
const parsed = new WeakMap<MappedText, { readonly format: string; readonly value: Value }>();

/** How many nodes a tree may give: a bound against aliases that multiply. */
const NODES = 50_000;

/** The value of the only document of a data file; UNKNOWN when it has problems or several documents. */
export function fromData(file: DataFile, whole: Place): Value {
  const document = file.documents[0];
  if (file.documents.length !== 1 || !document?.root || document.problems.length > 0) return UNKNOWN;
  let budget = NODES;
  const place = (range: Range, outer: Place): Place => placeFor(file, range, outer);

  const convert = (node: DataNode, outer: Place, depth: number): Value => {
    const found = resolve(node);
    if (!found || budget-- <= 0 || depth > 100) return UNKNOWN;
    const origin = place(found.range, outer);
    if (found.type === 'sequence') {
      const items = found.items.map((item) => convert(item, origin, depth + 1));
      return { type: 'list', items, open: false, origin };
    }
    if (found.type === 'map') return map(found, origin, depth);
    if (found.style === 'json' || found.style === 'plain') {
      if (found.text.text.includes(HOLE) && typeof found.value !== 'string') return UNKNOWN;
      if (found.text.text === HOLE && file.text.charAt(found.range.start) === HOLE) return UNKNOWN;
    }
    if (found.value === null) return { type: 'null', origin };
    if (typeof found.value === 'number') return { type: 'number', value: found.value, origin };
    if (typeof found.value === 'boolean') return { type: 'boolean', value: found.value, origin };
    return textValue(found.text, origin);
  };

  const map = (node: MapNode, origin: Place, depth: number): Value => {
    const entries = new Map<string, ObjectEntry>();
    const merges = node.entries.filter((item) => item.key === '<<');
    for (const merge of merges) {
      const target = resolve(merge.value);
      const sources = target?.type === 'sequence' ? target.items.map(resolve) : [target];
      for (const source of sources) {
        if (source?.type === 'map')
          for (const item of source.entries) if (!entries.has(item.key)) add(entries, item, origin, depth);
      }
    }
    let open = false;
    for (const item of node.entries) {
      if (item.key.includes(HOLE)) open = true;
      else if (item.key !== '<<') add(entries, item, origin, depth);
    }
    return { type: 'object', entries, open, origin };
  };

  const add = (entries: Map<string, ObjectEntry>, item: MapEntry, origin: Place, depth: number): void => {
    entries.set(item.key, { key: place(item.keyRange, origin), value: convert(item.value, origin, depth + 1) });
  };

  return convert(document.root, whole, 0);
}

/** The place of a range; the enclosing one's when the text is pieced together from several places. */
function placeFor(file: DataFile, range: Range, outer: Place): Place {
  const found = placeOf(file, range);
  if (!found) return outer;
  return found.path === undefined && outer.path !== undefined ? { ...found, path: outer.path } : found;
}
