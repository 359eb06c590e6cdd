import { choice, FAILED, lift } from '../combine';
import { keyText } from '../operators';
import { alternatives, textOf, UNKNOWN, type Value } from '../value';
import { boolean, type BuiltIn, type CallContext } from './types';

/** The first argument that does not fail. What is unknown may fail, so the next one is possible, too. */
function firstThatWorks(args: readonly Value[], call: CallContext): Value {
  const possible: Value[] = [];
  for (const arg of args) {
    const options = alternatives(arg);
    possible.push(...options.filter((option) => option !== FAILED));
    if (options.every((option) => option.type !== 'unknown')) return choice(possible, call.origin);
  }
  return possible.length === 0 ? FAILED : choice(possible, call.origin);
}

/** The first argument that is neither null nor empty. */
function coalesce(args: readonly Value[], call: CallContext, isNothing: (value: Value) => boolean): Value {
  const possible: Value[] = [];
  for (const arg of args) {
    if (arg === FAILED) return FAILED;
    const options = alternatives(arg);
    const something = options.filter((option) => !isNothing(option));
    possible.push(...something);
    if (something.length === options.length && options.every((option) => option.type !== 'unknown')) {
      return choice(possible, call.origin);
    }
  }
  return possible.length === 0 ? FAILED : choice(possible, call.origin);
}

function lookup(collection: Value, key: Value, fallback: Value | undefined, call: CallContext): Value {
  if (collection === FAILED || key === FAILED) return FAILED;
  const unsure = fallback ? choice([UNKNOWN, fallback], call.origin) : UNKNOWN;
  const name = keyText(key);
  if (collection.type === 'unknown') return unsure;
  if (collection.type !== 'object') return FAILED;
  if (name === undefined) return unsure;
  const found = collection.entries.get(name);
  if (found) return found.value;
  return collection.open ? unsure : (fallback ?? FAILED);
}

export const SELECTION_FUNCTIONS: Readonly<Record<string, BuiltIn>> = {
  try: { partial: true, options: true, run: firstThatWorks },
  can: {
    partial: true,
    catching: true,
    run([value], call) {
      if (value === FAILED || !value) return boolean(false, call);
      return value.type === 'unknown' ? UNKNOWN : boolean(true, call);
    },
  },
  coalesce: {
    partial: true,
    options: true,
    run: (args, call) => coalesce(args, call, (value) => value.type === 'null' || textOf(value) === ''),
  },
  coalescelist: {
    partial: true,
    options: true,
    run: (args, call) =>
      coalesce(
        args,
        call,
        (value) => value.type === 'null' || (value.type === 'list' && value.items.length === 0 && !value.open),
      ),
  },
  lookup: {
    partial: true,
    options: true,
    run([collection, key, fallback], call) {
      if (!collection || !key) return FAILED;
      return lift([collection, key], call.origin, ([map, name]) =>
        map && name ? lookup(map, name, fallback, call) : UNKNOWN,
      );
    },
  },
};
