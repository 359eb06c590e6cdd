import { choice, equal, FAILED, isUnknown } from '../combine';
import { forItems, sortedEntries } from '../for-items';
import { keyText } from '../operators';
import { spend } from '../scope';
import { booleanIn, numberIn, textOf, UNKNOWN, type ListValue, type ObjectEntry, type Value } from '../value';
import { boolean, list, number, originOf, type BuiltIn, type CallContext } from './types';

/** Items of a list, or none and open for an unknown one; undefined for anything else. Null counts as no list. */
function itemsOf(value: Value | undefined): { readonly items: readonly Value[]; readonly open: boolean } | undefined {
  if (value?.type === 'list') return value;
  return value?.type === 'unknown' ? { items: [], open: true } : undefined;
}

function concat(args: readonly Value[], call: CallContext): Value {
  const items: Value[] = [];
  let open = false;
  for (const arg of args) {
    const part = itemsOf(arg);
    if (!part) return FAILED;
    if (!spend(call.scope, 1 + part.items.length)) return UNKNOWN;
    items.push(...part.items);
    open ||= part.open;
  }
  if (open && items.length === 0) return UNKNOWN;
  return list(items, open, call);
}

/** Later arguments win. What an unknown argument may overwrite becomes a choice of the known value and unknown. */
function merge(args: readonly Value[], call: CallContext): Value {
  const entries = new Map<string, ObjectEntry>();
  let open = false;
  for (const arg of args) {
    if (arg.type === 'null') continue;
    if (arg.type !== 'object' && !isUnknown(arg)) return FAILED;
    if (isUnknown(arg) || (arg.type === 'object' && arg.open)) {
      open = true;
      for (const [key, entry] of entries)
        entries.set(key, { ...entry, value: choice([entry.value, UNKNOWN], call.origin) });
    }
    if (arg.type !== 'object') continue;
    if (!spend(call.scope, 1 + arg.entries.size)) return UNKNOWN;
    for (const [key, entry] of arg.entries) entries.set(key, entry);
  }
  if (open && entries.size === 0) return UNKNOWN;
  return { type: 'object', entries, open, origin: call.origin };
}

function flatten(value: Value | undefined, call: CallContext): Value {
  const flat: Value[] = [];
  let open = false;
  const visit = (part: ListValue, depth: number): boolean => {
    open ||= part.open;
    for (const item of part.items) {
      if (!spend(call.scope, 1) || depth > 50) return false;
      if (item.type === 'list') {
        if (!visit(item, depth + 1)) return false;
      } else if (item.type === 'unknown' || item.type === 'choice') open = true;
      else flat.push(item);
    }
    return true;
  };
  if (value?.type !== 'list') return FAILED;
  return visit(value, 0) ? list(flat, open, call) : UNKNOWN;
}

/** Items without duplicates; undecidable comparisons keep both and make the length unknown. */
function distinct(value: Value | undefined, call: CallContext): Value {
  if (value?.type !== 'list') return FAILED;
  const seen = new Set<string>();
  const items: Value[] = [];
  for (const item of value.items) {
    const key = item.type === 'text' || item.type === 'number' || item.type === 'boolean' ? keyText(item) : undefined;
    if (key !== undefined && seen.has(`${item.type} ${key}`)) continue;
    if (key !== undefined) seen.add(`${item.type} ${key}`);
    items.push(item);
  }
  return { type: 'list', items, open: value.open, origin: originOf(value, call) };
}

function contains(collection: Value | undefined, wanted: Value | undefined, call: CallContext): Value {
  const part = itemsOf(collection);
  if (!part || !wanted) return FAILED;
  let undecided = part.open;
  for (const item of part.items) {
    const same = equal(item, wanted);
    if (same) return boolean(true, call);
    if (same === undefined) undecided = true;
  }
  return undecided ? UNKNOWN : boolean(false, call);
}

function length(value: Value | undefined, call: CallContext): Value {
  if (value?.type === 'list') return number(value.open ? undefined : value.items.length, call);
  if (value?.type === 'object') return number(value.open ? undefined : value.entries.size, call);
  const text = textOf(value);
  return text === undefined ? (value?.type === 'text' ? UNKNOWN : FAILED) : number([...text].length, call);
}

function range(args: readonly Value[], call: CallContext): Value {
  const numbers = args.map(numberIn);
  if (numbers.includes(undefined)) return UNKNOWN;
  const [a = 0, b, c] = numbers as number[];
  const start = b === undefined ? 0 : a;
  const end = b ?? a;
  const step = c ?? (end < start ? -1 : 1);
  const count = step === 0 ? 0 : Math.ceil((end - start) / step);
  if (count > 1024 || !spend(call.scope, Math.max(0, count))) return UNKNOWN;
  const items = Array.from({ length: Math.max(0, count) }, (_, i): Value => ({
    type: 'number',
    value: start + i * step,
    origin: call.origin,
  }));
  return list(items, false, call);
}

function zipmap(keys: Value | undefined, values: Value | undefined, call: CallContext): Value {
  if (keys?.type !== 'list' || values?.type !== 'list' || keys.open || values.open) return UNKNOWN;
  const entries = new Map<string, ObjectEntry>();
  let open = false;
  for (const [i, key] of keys.items.entries()) {
    const name = keyText(key);
    if (name === undefined) open = true;
    else entries.set(name, { key: originOf(key, call), value: values.items[i] ?? UNKNOWN });
  }
  return { type: 'object', entries, open, origin: call.origin };
}

/** `true` when every (or some) item is true. */
function quantify(value: Value | undefined, decisive: boolean, call: CallContext): Value {
  if (value?.type !== 'list') return UNKNOWN;
  const truths = value.items.map(booleanIn);
  if (truths.includes(decisive)) return boolean(decisive, call);
  return value.open || truths.includes(undefined) ? UNKNOWN : boolean(!decisive, call);
}

function aggregate(args: readonly Value[], call: CallContext, fold: (numbers: number[]) => number): Value {
  const numbers = args.map(numberIn).filter((value) => value !== undefined);
  return numbers.length === args.length ? number(fold(numbers), call) : UNKNOWN;
}

const rounding = (round: (value: number) => number): BuiltIn => ({
  run([value], call) {
    const given = numberIn(value);
    return number(given === undefined ? undefined : round(given), call);
  },
});

const same: BuiltIn = { partial: true, options: true, run: ([value]) => value ?? FAILED };

const asList: BuiltIn = {
  run([value], call) {
    if (value?.type === 'null') return value;
    return value?.type === 'list' ? { ...value, origin: originOf(value, call) } : FAILED;
  },
};

export const COLLECTION_FUNCTIONS: Readonly<Record<string, BuiltIn>> = {
  concat: { partial: true, run: concat },
  merge: { partial: true, run: merge },
  flatten: { run: ([value], call) => flatten(value, call) },
  distinct: { run: ([value], call) => distinct(value, call) },
  setunion: {
    partial: true,
    run(args, call) {
      const all = concat(args, call);
      return all.type === 'list' ? distinct(all, call) : all;
    },
  },
  compact: {
    run([value], call) {
      if (value?.type !== 'list') return FAILED;
      const kept = value.items.filter((item) => item.type !== 'null' && textOf(item) !== '');
      const sure = kept.filter((item) => item.type !== 'unknown' && item.type !== 'choice');
      return {
        type: 'list',
        items: sure,
        open: value.open || sure.length < kept.length,
        origin: originOf(value, call),
      };
    },
  },
  contains: { run: ([collection, wanted], call) => contains(collection, wanted, call) },
  length: { run: ([value], call) => length(value, call) },
  keys: {
    run([value], call) {
      const items = value?.type === 'object' ? forItems(value, call.origin) : undefined;
      return items
        ? list(
            items.list.map((item) => item.key),
            items.open,
            call,
          )
        : FAILED;
    },
  },
  values: {
    run([value], call) {
      if (value?.type !== 'object') return FAILED;
      return list(
        sortedEntries(value.entries).map(([, entry]) => entry.value),
        value.open,
        call,
      );
    },
  },
  element: {
    run([value, index]) {
      if (value?.type !== 'list') return FAILED;
      const at = numberIn(index);
      if (value.open || at === undefined) return UNKNOWN;
      const count = value.items.length;
      return count === 0 ? FAILED : (value.items[((Math.trunc(at) % count) + count) % count] ?? FAILED);
    },
  },
  slice: {
    run([value, from, to], call) {
      const start = numberIn(from);
      const end = numberIn(to);
      if (value?.type !== 'list' || value.open || start === undefined || end === undefined) return UNKNOWN;
      return list(value.items.slice(start, end), false, call);
    },
  },
  reverse: {
    run: ([value], call) => (value?.type === 'list' ? list([...value.items].reverse(), value.open, call) : FAILED),
  },
  sort: {
    run([value], call) {
      if (value?.type !== 'list') return FAILED;
      const texts = value.items.map(textOf);
      if (texts.includes(undefined)) return UNKNOWN;
      const sorted = [...value.items].sort((a, b) => ((textOf(a) ?? '') < (textOf(b) ?? '') ? -1 : 1));
      return list(sorted, value.open, call);
    },
  },
  range: { run: range },
  zipmap: { run: ([keys, values], call) => zipmap(keys, values, call) },
  alltrue: { run: ([value], call) => quantify(value, false, call) },
  anytrue: { run: ([value], call) => quantify(value, true, call) },
  max: { run: (args, call) => aggregate(args, call, (numbers) => Math.max(...numbers)) },
  min: { run: (args, call) => aggregate(args, call, (numbers) => Math.min(...numbers)) },
  sum: {
    run([value], call) {
      if (value?.type !== 'list' || value.open) return UNKNOWN;
      return aggregate(value.items, call, (numbers) => numbers.reduce((total, item) => total + item, 0));
    },
  },
  floor: rounding(Math.floor),
  ceil: rounding(Math.ceil),
  abs: rounding(Math.abs),
  tolist: asList,
  toset: {
    run: ([value], call) => (value?.type === 'list' ? distinct(value, call) : value?.type === 'null' ? value : FAILED),
  },
  tomap: { run: ([value]) => (value?.type === 'object' || value?.type === 'null' ? value : FAILED) },
  one: {
    run([value], call) {
      if (value?.type === 'null') return value;
      if (value?.type !== 'list' || value.open) return UNKNOWN;
      if (value.items.length > 1) return FAILED;
      return value.items[0] ?? { type: 'null', origin: originOf(value, call) };
    },
  },
  sensitive: same,
  nonsensitive: same,
};
