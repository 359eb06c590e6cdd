import { HOLE } from '../core/mapped-text';
import type { Place } from '../core/text';
import { asMap, type DataNode } from '../lang/data/tree';
import { isValidDigest, parseImageReference, type TagClass } from '../model/image-reference';
import { plainValue, type DataReader } from './config-file-reader';
import { parsePath, type Found, type Possible, type Step } from './custom-rules-path';
import { compilePattern } from './custom-rules-regex';

/** What a condition found out. `unknown` makes a rule silent. */
export interface Verdict {
  readonly holds: boolean | 'unknown';
  /** Where the value stands that makes it hold. */
  readonly at?: Place | undefined;
  readonly value?: string | undefined;
  readonly path?: string | undefined;
}

/** Looks a path up below the thing that a rule matched. */
export type Lookup = (steps: readonly Step[]) => readonly Found[];
export type Condition = (lookup: Lookup) => Verdict;

export const OPERATORS = [
  'equals',
  'notEquals',
  'in',
  'notIn',
  'exists',
  'missing',
  'matches',
  'notMatches',
  'lessThan',
  'greaterThan',
  'tagClass',
  'isDigest',
] as const;
type Operator = (typeof OPERATORS)[number];

export const TAG_CLASSES: readonly TagClass[] = ['none', 'latest-like', 'floating', 'full', 'digest'];

/** Nesting of `any`, `all` and `not`. */
const MAX_DEPTH = 5;

/** Compiles the list under `where`: all must hold. Undefined, with a problem noted, when one cannot be read. */
export function compileConditions(
  node: DataNode,
  reader: DataReader,
  what = '`where`',
  depth = 0,
): Condition | undefined {
  const conditions = reader.items(node, what).map((item) => compileCondition(item, reader, depth));
  const usable = conditions.filter((condition) => condition !== undefined);
  return usable.length === conditions.length ? all(usable) : undefined;
}

function compileCondition(node: DataNode, reader: DataReader, depth: number): Condition | undefined {
  const fields = reader.fields(node, 'A condition', ['path', 'any', 'all', 'not', ...OPERATORS]);
  if (!asMap(node)) return undefined;
  const group = (['any', 'all', 'not'] as const).find((key) => fields.has(key));
  if (group) {
    const value = fields.get(group)?.value;
    if (depth >= MAX_DEPTH || fields.size > 1 || !value) {
      reader.problem(node.range, `\`${group}\` must stand alone in its condition, nested at most ${MAX_DEPTH} deep.`);
      return undefined;
    }
    if (group === 'all') return compileConditions(value, reader, '`all`', depth + 1);
    if (group === 'not') {
      const inner = compileCondition(value, reader, depth + 1);
      return inner && negate(inner);
    }
    const options = reader.items(value, '`any`').map((item) => compileCondition(item, reader, depth + 1));
    const usable = options.filter((option) => option !== undefined);
    return usable.length === options.length ? anyOf(usable) : undefined;
  }
  const pathNode = fields.get('path')?.value;
  if (!pathNode) {
    reader.problem(node.range, 'A condition needs a `path`.');
    return undefined;
  }
  const path = reader.text(pathNode, '`path`');
  const steps = path === undefined ? undefined : parsePath(path);
  if (path !== undefined && !steps)
    reader.problem(pathNode.range, 'Write the path as `a.b[*].c`, with `["key"]` for other keys.');
  const operators = OPERATORS.filter((operator) => fields.has(operator));
  const [operator] = operators;
  if (operator === undefined || operators.length > 1) {
    reader.problem(node.range, `A condition needs exactly one of ${OPERATORS.join(', ')}.`);
    return undefined;
  }
  const operand = fields.get(operator)?.value;
  const test = operand && compileOperator(operator, operand, reader);
  if (!steps || path === undefined || !test) return undefined;
  if (test === 'exists' || test === 'missing') return presence(steps, path, test === 'exists');
  return (lookup) => judge(lookup(steps), test, path);
}

type Test = (value: Possible) => boolean | undefined;

function compileOperator(
  operator: Operator,
  node: DataNode,
  reader: DataReader,
): Test | 'exists' | 'missing' | undefined {
  const what = `\`${operator}\``;
  switch (operator) {
    case 'exists':
    case 'missing': {
      const wanted = reader.boolean(node, what);
      return wanted === undefined ? undefined : (operator === 'exists') === wanted ? 'exists' : 'missing';
    }
    case 'equals':
    case 'notEquals': {
      const expected = plainValue(node);
      if (!isScalar(expected)) {
        reader.problem(node.range, `${what} needs a single value; use \`in\` for several.`);
        return undefined;
      }
      return scalarTest((value) => (String(value) === String(expected)) === (operator === 'equals'));
    }
    case 'in':
    case 'notIn': {
      const expected = reader.items(node, what).map((item) => plainValue(item));
      const texts = new Set(expected.filter(isScalar).map(String));
      return scalarTest((value) => texts.has(String(value)) === (operator === 'in'));
    }
    case 'matches':
    case 'notMatches': {
      const text = reader.text(node, what);
      const pattern = text === undefined ? undefined : compilePattern(text);
      if (typeof pattern === 'string') reader.problem(node.range, pattern);
      if (pattern === undefined || typeof pattern === 'string') return undefined;
      return scalarTest((value) => {
        const matched = pattern.test(String(value));
        return matched === undefined ? undefined : matched === (operator === 'matches');
      });
    }
    case 'lessThan':
    case 'greaterThan': {
      const limit = plainValue(node);
      if (typeof limit !== 'number') {
        reader.problem(node.range, `${what} needs a number.`);
        return undefined;
      }
      return scalarTest((value) => {
        const number =
          typeof value === 'number' ? value : /^-?\d+(\.\d+)?$/.test(String(value)) ? Number(value) : undefined;
        return number === undefined ? undefined : operator === 'lessThan' ? number < limit : number > limit;
      });
    }
    case 'tagClass': {
      const wanted = reader.texts(node, what);
      const wrong = wanted.find((name) => !TAG_CLASSES.some((known) => known === name));
      if (wrong !== undefined) {
        reader.problem(node.range, `\`${wrong}\` is no tag class: use ${TAG_CLASSES.join(', ')}.`);
        return undefined;
      }
      return imageTest((reference) =>
        reference.tagClass === 'unknown' ? undefined : wanted.includes(reference.tagClass),
      );
    }
    case 'isDigest': {
      const wanted = reader.boolean(node, what);
      if (wanted === undefined) return undefined;
      return imageTest(({ digest, tagClass }) =>
        tagClass === 'unknown' || digest?.includes(HOLE)
          ? undefined
          : (digest !== undefined && isValidDigest(digest)) === wanted,
      );
    }
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function scalarTest(test: (value: string | number | boolean) => boolean | undefined): Test {
  return (value) => {
    if (value === undefined || (typeof value === 'string' && value.includes(HOLE))) return undefined;
    return typeof value === 'object' ? false : test(value);
  };
}

function imageTest(
  test: (reference: NonNullable<ReturnType<typeof parseImageReference>>) => boolean | undefined,
): Test {
  return (value) => {
    if (typeof value !== 'string') return value === undefined ? undefined : false;
    const reference = parseImageReference(value);
    return reference ? test(reference) : undefined;
  };
}

/** Holds when it holds for at least one place; for a place, when it holds for all its possible values. */
function judge(found: readonly Found[], test: Test, path: string): Verdict {
  let unknown = false;
  for (const { at, values } of found) {
    const results = values.map(test);
    if (results.every((result) => result === true))
      return { holds: true, at, value: values.map(shown).join(' or '), path };
    if (results.includes(undefined) && !results.includes(false)) unknown = true;
  }
  return { holds: unknown ? 'unknown' : false };
}

function shown(value: Possible): string {
  return value === undefined || typeof value === 'object' ? '…' : String(value).replaceAll(HOLE, '…').slice(0, 200);
}

function presence(steps: readonly Step[], path: string, wanted: boolean): Condition {
  return (lookup) => {
    const found = lookup(steps);
    const there = found.find(({ values }) => values.some((value) => value !== undefined));
    if (there)
      return wanted
        ? { holds: true, at: there.at, value: there.values.map(shown).join(' or '), path }
        : { holds: false };
    if (found.length > 0) return { holds: 'unknown' };
    return { holds: !wanted, path };
  };
}

function all(conditions: readonly Condition[]): Condition {
  return (lookup) => {
    let best: Verdict = { holds: true };
    let unknown = false;
    for (const condition of conditions) {
      const verdict = condition(lookup);
      if (verdict.holds === false) return { holds: false };
      if (verdict.holds === 'unknown') unknown = true;
      else if (!best.at) best = { ...verdict, path: best.path ?? verdict.path };
    }
    return unknown ? { holds: 'unknown' } : best;
  };
}

function anyOf(conditions: readonly Condition[]): Condition {
  return (lookup) => {
    const verdicts = conditions.map((condition) => condition(lookup));
    return (
      verdicts.find(({ holds }) => holds === true) ?? {
        holds: verdicts.some(({ holds }) => holds === 'unknown') ? 'unknown' : false,
      }
    );
  };
}

function negate(condition: Condition): Condition {
  return (lookup) => {
    const { holds } = condition(lookup);
    return { holds: holds === 'unknown' ? 'unknown' : !holds };
  };
}
