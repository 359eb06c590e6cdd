import { MappedText } from '../../core/mapped-text';
import type { Place } from '../../core/text';
import type {
  CallExpression,
  ConditionalExpression,
  Expression,
  ForExpression,
  ObjectExpression,
  SplatExpression,
  TraversalExpression,
} from '../../lang/hcl/ast';
import { choice, FAILED, lift, textValue } from './combine';
import { forItems } from './for-items';
import { callFunction } from './functions';
import { access, binary, keyText, unary } from './operators';
import { MAX_DEPTH, placeIn, spend, withNames, type Scope } from './scope';
import { evaluateTemplate } from './template';
import { alternatives, booleanIn, UNKNOWN, type ObjectEntry, type Value } from './value';

/**
 * What an expression is worth as far as the text tells: literals, variables with a known value, locals, templates and the
 * functions that only look at their arguments. Everything else is unknown. Never throws; the scope's limits bound the work.
 * Origins carry the path of the file in which the literal stands.
 *
 * Meaning of operators and templates: HCL Native Syntax Specification; of functions: Terraform's language documentation.
 */
export function evaluate(expression: Expression, scope: Scope): Value {
  const { limits } = scope;
  if (limits.depth >= MAX_DEPTH || !spend(scope, 1)) return UNKNOWN;
  limits.depth++;
  try {
    return evaluateNode(expression, scope);
  } finally {
    limits.depth--;
  }
}

function evaluateNode(expression: Expression, scope: Scope): Value {
  const origin = placeIn(scope, expression.range);
  switch (expression.type) {
    case 'literal':
      return literal(expression.value, origin);
    case 'template':
      return evaluateTemplate(expression, scope, evaluate);
    case 'traversal':
      return traversal(expression, scope);
    case 'call':
      return call(expression, scope, origin);
    case 'tuple':
      return { type: 'list', items: expression.items.map((item) => evaluate(item, scope)), open: false, origin };
    case 'object':
      return object(expression, scope, origin);
    case 'for':
      return lift([evaluate(expression.collection, scope)], origin, ([collection]) =>
        loop(expression, collection ?? UNKNOWN, scope, origin),
      );
    case 'conditional':
      return conditional(expression, scope, origin);
    case 'binary':
      return lift([evaluate(expression.left, scope), evaluate(expression.right, scope)], origin, ([left, right]) =>
        binary(expression.operator, left ?? UNKNOWN, right ?? UNKNOWN, origin),
      );
    case 'unary':
      return lift([evaluate(expression.operand, scope)], origin, ([operand]) =>
        unary(expression.operator, operand ?? UNKNOWN, origin),
      );
    case 'parentheses':
      return evaluate(expression.inner, scope);
    case 'index':
      return lift(
        [evaluate(expression.collection, scope), evaluate(expression.key, scope)],
        origin,
        ([collection, key]) => {
          if (!collection || !key) return UNKNOWN;
          return accessByValue(collection, key, origin);
        },
      );
    case 'access':
      return access(evaluate(expression.source, scope), expression.name, origin);
    case 'splat':
      return splat(expression, scope, origin);
    case 'missing':
      return UNKNOWN;
  }
}

function literal(value: number | boolean | null, origin: Place): Value {
  if (value === null) return { type: 'null', origin };
  return typeof value === 'number' ? { type: 'number', value, origin } : { type: 'boolean', value, origin };
}

function traversal(expression: TraversalExpression, scope: Scope): Value {
  const { root, steps, range } = expression;
  const origin = placeIn(scope, range);
  const bound = scope.names.get(root);
  if (bound) return follow(bound, steps, origin);
  const first = steps[0];
  if (first?.type !== 'name' || typeof first.name !== 'string') return UNKNOWN;
  const rest = steps.slice(1);
  if (root === 'var') return follow(scope.variable(first.name, scope.limits), rest, origin);
  if (root === 'local') return follow(scope.local(first.name, scope.limits), rest, origin);
  // In a root module `path.module` is `.`; relative paths are resolved against the module's directory anyway.
  if (root === 'path' && rest.length === 0 && ['module', 'root', 'cwd'].includes(first.name)) {
    return textValue(MappedText.opaque('.', origin), origin);
  }
  return UNKNOWN;
}

function follow(value: Value, steps: TraversalExpression['steps'], origin: Place): Value {
  let current = value;
  for (const step of steps) current = access(current, step.name, origin);
  return current;
}

function accessByValue(collection: Value, key: Value, origin: Place): Value {
  if (collection === FAILED || key === FAILED) return FAILED;
  if (key.type === 'number') return access(collection, key.value, origin);
  const name = keyText(key);
  return name === undefined ? UNKNOWN : access(collection, name, origin);
}

function call(expression: CallExpression, scope: Scope, origin: Place): Value {
  const args = expression.args.map((arg) => evaluate(arg, scope));
  const last = args[args.length - 1];
  if (!expression.expandFinal || !last) return callFunction(expression.name, args, { origin, scope, evaluate });
  args.pop();
  return lift([last], origin, ([list]) => {
    const rest = list?.type === 'list' ? (list.open ? [...list.items, UNKNOWN] : list.items) : [list ?? UNKNOWN];
    return callFunction(expression.name, [...args, ...rest], { origin, scope, evaluate });
  });
}

function object(expression: ObjectExpression, scope: Scope, origin: Place): Value {
  const entries = new Map<string, ObjectEntry>();
  let open = false;
  for (const item of expression.items) {
    const value = evaluate(item.value, scope);
    const name = item.name ?? keyText(evaluate(item.key, scope));
    if (name === undefined) open = true;
    else entries.set(name, { key: placeIn(scope, item.key.range), value });
  }
  return { type: 'object', entries, open, origin };
}

function conditional(expression: ConditionalExpression, scope: Scope, origin: Place): Value {
  const condition = evaluate(expression.condition, scope);
  const known = new Set(alternatives(condition).map(booleanIn));
  if (known.size === 1 && known.has(true)) return evaluate(expression.whenTrue, scope);
  if (known.size === 1 && known.has(false)) return evaluate(expression.whenFalse, scope);
  return choice([evaluate(expression.whenTrue, scope), evaluate(expression.whenFalse, scope)], origin);
}

function loop(expression: ForExpression, collection: Value, scope: Scope, origin: Place): Value {
  const items = forItems(collection, placeIn(scope, expression.collection.range));
  if (!items) return collection === FAILED ? FAILED : UNKNOWN;
  let open = items.open;
  const list: Value[] = [];
  const entries = new Map<string, ObjectEntry>();
  for (const item of items.list) {
    if (!spend(scope, 1)) return UNKNOWN;
    const names: [string, Value][] = [[expression.valueName, item.value]];
    if (expression.keyName !== undefined) names.push([expression.keyName, item.key]);
    const inner = withNames(scope, names);
    if (expression.condition) {
      const wanted = booleanIn(evaluate(expression.condition, inner));
      if (wanted === undefined) open = true;
      if (wanted !== true) continue;
    }
    const value = evaluate(expression.value, inner);
    if (!expression.key) {
      list.push(value);
      continue;
    }
    const key = evaluate(expression.key, inner);
    const name = keyText(key);
    if (name === undefined) {
      open = true;
      continue;
    }
    const place = key.type === 'text' || key.type === 'number' ? key.origin : placeIn(scope, expression.key.range);
    entries.set(name, { key: place, value: expression.grouped ? grouped(entries.get(name), value, origin) : value });
  }
  return expression.form === 'tuple'
    ? { type: 'list', items: list, open, origin }
    : { type: 'object', entries, open, origin };
}

/** `{ for … => value... }`: values of the same key are collected in a list. */
function grouped(before: ObjectEntry | undefined, value: Value, origin: Place): Value {
  const items = before?.value.type === 'list' ? before.value.items : [];
  return { type: 'list', items: [...items, value], open: false, origin };
}

function splat(expression: SplatExpression, scope: Scope, origin: Place): Value {
  return lift([evaluate(expression.source, scope)], origin, ([source]) => {
    if (!source || source.type === 'unknown') return source ?? UNKNOWN;
    if (source.type === 'null') return { type: 'list', items: [], open: false, origin };
    const items = source.type === 'list' ? source.items : [source];
    const open = source.type === 'list' && source.open;
    return { type: 'list', items: items.map((item) => follow(item, expression.steps, origin)), open, origin };
  });
}
