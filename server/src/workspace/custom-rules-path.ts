import { HOLE } from '../core/mapped-text';
import type { Place } from '../core/text';
import { placeOf, resolve, type DataFile, type DataNode } from '../lang/data/tree';
import type { ConfigBlock } from '../model/config-block';
import { alternatives, type Value } from '../model/values/value';

/** A step of a path: a key, an index, or `*` for every item. */
export type Step = string | number;

/** One possible value: `undefined` means not known from the text. Maps and lists are only there or not. */
export type Possible = string | number | boolean | { readonly composite: true } | undefined;

/** Something found at a path. Several possible values come from a condition; all of them must be bad. */
export interface Found {
  readonly at: Place | undefined;
  readonly values: readonly Possible[];
  /** The place holds more than the value, or the value was pieced together: an edit must not replace it. */
  readonly near?: boolean | undefined;
}

const COMPOSITE: Possible = { composite: true };
const UNKNOWN_FOUND: Found = { at: undefined, values: [undefined] };

/** Reads `spec.containers[*].image`, `labels["app.kubernetes.io/name"]`; undefined when it cannot be read. */
export function parsePath(text: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let rest = text;
  while (rest !== '') {
    const step = /^\.?([A-Za-z_][\w-]*)|^\[(?:(\d{1,4})|(\*)|"([^"]*)"|'([^']*)')\]/.exec(rest);
    if (
      !step ||
      (steps.length === 0 && rest.startsWith('.')) ||
      (steps.length > 0 && step[1] !== undefined && !rest.startsWith('.'))
    )
      return undefined;
    const [whole, key, index, all, double, single] = step;
    steps.push(key ?? double ?? single ?? (all === undefined ? Number(index) : '*'));
    rest = rest.slice(whole.length);
  }
  return steps.length > 0 && steps.length <= 20 ? steps : undefined;
}

/** What stands at a path below a block: arguments, nested blocks (each of them, unless an index says which), objects. */
export function findInBlock(block: ConfigBlock, steps: readonly Step[]): readonly Found[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ at: block.header, values: [COMPOSITE] }];
  if (typeof step === 'number' || step === '*') return [];
  const value = block.value(step);
  if (value) return findInValue(value, rest);
  const nested = block.blocks(step);
  if (nested.length === 0) return block.has(step) === 'no' ? [] : [UNKNOWN_FOUND];
  const [index, ...afterIndex] = rest;
  if (typeof index === 'number') {
    const one = nested[index];
    return one ? findInBlock(one, afterIndex) : [];
  }
  return nested.flatMap((one) => findInBlock(one, index === '*' ? afterIndex : rest));
}

function findInValue(value: Value, steps: readonly Step[]): readonly Found[] {
  const [step, ...rest] = steps;
  if (step === undefined) {
    const options = alternatives(value);
    if (options.every((option) => option.type === 'null')) return [];
    return [{ at: value.origin, values: options.map(possible) }];
  }
  if (value.type === 'unknown' || value.type === 'choice') return [UNKNOWN_FOUND];
  if (value.type === 'list') {
    const chosen = step === '*' ? value.items : typeof step === 'number' ? value.items.slice(step, step + 1) : [];
    const found = chosen.flatMap((item) => findInValue(item, rest));
    return value.open ? [...found, UNKNOWN_FOUND] : found;
  }
  if (value.type !== 'object') return [];
  const chosen =
    step === '*'
      ? [...value.entries.values()]
      : [value.entries.get(String(step))].filter((entry) => entry !== undefined);
  const found = chosen.flatMap((entry) => findInValue(entry.value, rest));
  return value.open && (step === '*' || chosen.length === 0) ? [...found, UNKNOWN_FOUND] : found;
}

function possible(value: Value): Possible {
  switch (value.type) {
    case 'text':
      return value.text.text;
    case 'number':
    case 'boolean':
      return value.value;
    case 'list':
    case 'object':
      return COMPOSITE;
    default:
      return undefined;
  }
}

/** What stands at a path below a node of YAML or JSON. In a template, what is absent may still be rendered. */
export function findInNode(file: DataFile, node: DataNode, steps: readonly Step[]): readonly Found[] {
  return nodesAt(node, steps).flatMap((found): readonly Found[] => {
    if (found === 'absent') return file.template ? [UNKNOWN_FOUND] : [];
    const target = resolve(found);
    const at = placeOf(file, found.range);
    if (target?.type !== 'scalar') return [{ at, values: [COMPOSITE] }];
    if (target.value === null) return [];
    const holds = target.text.text.includes(HOLE);
    return [{ at, values: [holds ? target.text.text : target.value] }];
  });
}

/** The nodes at a path; `absent` where a step leads nowhere. */
export function nodesAt(node: DataNode, steps: readonly Step[]): readonly (DataNode | 'absent')[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [node];
  const target = resolve(node);
  if (target?.type === 'map') {
    const chosen =
      step === '*' ? target.entries : target.entries.filter((entry) => entry.key === String(step)).slice(-1);
    return chosen.length === 0 ? ['absent'] : chosen.flatMap((entry) => nodesAt(entry.value, rest));
  }
  if (target?.type === 'sequence') {
    const chosen = step === '*' ? target.items : typeof step === 'number' ? target.items.slice(step, step + 1) : [];
    return chosen.length === 0 ? ['absent'] : chosen.flatMap((item) => nodesAt(item, rest));
  }
  return ['absent'];
}
