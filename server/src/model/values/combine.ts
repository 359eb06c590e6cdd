import { MappedText } from '../../core/mapped-text';
import type { Place } from '../../core/text';
import { alternatives, UNKNOWN, type TextValue, type UnknownValue, type Value } from './value';

/** The expression cannot be evaluated: a missing key, a null in a text. Only `try` and `can` tell it from unknown. */
export const FAILED: UnknownValue = { type: 'unknown', origin: undefined };

/** More options than this are not told apart. */
const MAX_OPTIONS = 16;

/** One of several values; choices inside are flattened and equal options appear once. */
export function choice(options: readonly Value[], origin: Place): Value {
  const flat: Value[] = [];
  for (const option of options.flatMap(alternatives)) {
    if (option.type === 'unknown' && flat.some((other) => other.type === 'unknown')) continue;
    if (!flat.includes(option)) flat.push(option);
  }
  const first = flat[0];
  if (!first || flat.length > MAX_OPTIONS) return UNKNOWN;
  return flat.length === 1 ? first : { type: 'choice', options: flat, origin };
}

/** Applies a function to every combination of the arguments' alternatives. Too many combinations give UNKNOWN. */
export function lift(args: readonly Value[], origin: Place, apply: (args: readonly Value[]) => Value): Value {
  if (!args.some((arg) => arg.type === 'choice')) return apply(args);
  let combinations: Value[][] = [[]];
  for (const arg of args) {
    const options = alternatives(arg);
    if (combinations.length * options.length > MAX_OPTIONS) return UNKNOWN;
    combinations = combinations.flatMap((head) => options.map((option) => [...head, option]));
  }
  return choice(combinations.map(apply), origin);
}

export const isUnknown = (value: Value): boolean => value.type === 'unknown';

export function textValue(text: MappedText, origin: Place): TextValue {
  return { type: 'text', text, origin };
}

/** The value as part of a text: a hole when unknown, undefined when it cannot be one (null, a list, an object). */
export function toText(value: Value, hole: Place): MappedText | undefined {
  switch (value.type) {
    case 'text':
      return value.text;
    case 'number':
    case 'boolean':
      return MappedText.opaque(String(value.value), value.origin);
    case 'unknown':
      return value === FAILED ? undefined : MappedText.hole(hole);
    case 'choice':
      return MappedText.hole(hole);
    default:
      return undefined;
  }
}

/** Adds the path to the places of a text that the parser derived from the file at `path`. */
export function withPath(text: MappedText, path: string): MappedText {
  if (text.verbatimStart !== undefined) {
    return text.path === undefined ? new MappedText(text.text, text.verbatimStart, path) : text;
  }
  if (text.segments.every((segment) => segment.source.path !== undefined)) return text;
  return new MappedText(
    text.text,
    text.segments.map((segment) =>
      segment.source.path === undefined ? { ...segment, source: { ...segment.source, path } } : segment,
    ),
  );
}

/** Whether two values are equal; undefined when that is not decidable. */
export function equal(a: Value, b: Value, depth = 0): boolean | undefined {
  if (a === b && a.type !== 'unknown' && a.type !== 'choice') return true;
  if (a.type === 'unknown' || b.type === 'unknown' || a.type === 'choice' || b.type === 'choice' || depth > 20) {
    return undefined;
  }
  if (a.type === 'null' || b.type === 'null') return a.type === b.type;
  if (a.type === 'text' && b.type === 'text') {
    return a.text.complete && b.text.complete ? a.text.text === b.text.text : undefined;
  }
  if ((a.type === 'number' && b.type === 'number') || (a.type === 'boolean' && b.type === 'boolean')) {
    return a.value === b.value;
  }
  if (a.type === 'list' && b.type === 'list') {
    if (a.open || b.open) return undefined;
    if (a.items.length !== b.items.length) return false;
    return all(a.items.map((item, i) => equal(item, b.items[i] ?? UNKNOWN, depth + 1)));
  }
  if (a.type === 'object' && b.type === 'object') {
    if (a.open || b.open) return undefined;
    if (a.entries.size !== b.entries.size) return false;
    const results: (boolean | undefined)[] = [];
    for (const [key, entry] of a.entries) {
      const other = b.entries.get(key);
      results.push(other ? equal(entry.value, other.value, depth + 1) : false);
    }
    return all(results);
  }
  // A number and a string may be equal after the conversion that a variable's type asks for.
  const scalars = new Set(['text', 'number', 'boolean']);
  return scalars.has(a.type) && scalars.has(b.type) ? undefined : false;
}

function all(results: readonly (boolean | undefined)[]): boolean | undefined {
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

/** The empty list or object; undefined when it may or may not be. Null is empty. */
export function isEmpty(value: Value): boolean | undefined {
  switch (value.type) {
    case 'null':
      return true;
    case 'list':
      return value.items.length > 0 ? false : value.open ? undefined : true;
    case 'object':
      return value.entries.size > 0 ? false : value.open ? undefined : true;
    case 'choice': {
      const results = value.options.map(isEmpty);
      return results.every((result) => result === results[0]) ? results[0] : undefined;
    }
    default:
      return undefined;
  }
}
