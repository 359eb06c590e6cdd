import type { Range } from '../../core/text';
import type { Attribute, Block, Body, Expression, ObjectItem, TemplatePart, TraversalExpression } from './ast';

export { bareName } from './collections';

/** Calls `visit` with the expression and every expression in it, outer before inner, in source order. */
export function walkExpression(expression: Expression, visit: (expression: Expression) => void): void {
  visit(expression);
  for (const child of children(expression)) walkExpression(child, visit);
}

/** Calls `visit` with every attribute and block of the body and of the blocks in it, outer before inner. */
export function walkBody(body: Body, visit: (item: Attribute | Block, parents: readonly Block[]) => void): void {
  const parents: Block[] = [];
  const walk = (current: Body): void => {
    for (const item of current.items) {
      visit(item, parents);
      if (item.type !== 'block') continue;
      parents.push(item);
      walk(item.body);
      parents.pop();
    }
  };
  walk(body);
}

/** The expressions directly inside another, in source order. */
export function children(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'template':
      return expression.parts.flatMap((part) => (part.type === 'text' || !part.expression ? [] : [part.expression]));
    case 'call':
      return expression.args;
    case 'tuple':
      return expression.items;
    case 'object':
      return expression.items.flatMap((item) => [item.key, item.value]);
    case 'for':
      return [expression.collection, expression.key, expression.value, expression.condition].filter(
        (child) => child !== undefined,
      );
    case 'conditional':
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case 'binary':
      return [expression.left, expression.right];
    case 'unary':
      return [expression.operand];
    case 'parentheses':
      return [expression.inner];
    case 'index':
      return [expression.collection, expression.key];
    case 'access':
    case 'splat':
      return [expression.source];
    case 'literal':
    case 'traversal':
    case 'missing':
      return [];
  }
}

const NOTHING_BOUND: ReadonlySet<string> = new Set();

/**
 * Every reference in an expression, also inside templates. Not among them: the variables that a `for` binds, and
 * bare words that name the keys of an object.
 */
export function traversals(expression: Expression): TraversalExpression[] {
  const found: TraversalExpression[] = [];
  collect(expression, NOTHING_BOUND, found);
  return found;
}

function collect(expression: Expression, bound: ReadonlySet<string>, found: TraversalExpression[]): void {
  switch (expression.type) {
    case 'traversal':
      if (!bound.has(expression.root)) found.push(expression);
      return;
    case 'for': {
      collect(expression.collection, bound, found);
      const inner = new Set(bound).add(expression.valueName);
      if (expression.keyName !== undefined) inner.add(expression.keyName);
      for (const child of children(expression).slice(1)) collect(child, inner, found);
      return;
    }
    case 'object':
      for (const item of expression.items) {
        if (item.key.type !== 'traversal' || item.name === undefined) collect(item.key, bound, found);
        collect(item.value, bound, found);
      }
      return;
    case 'template':
      // Most strings are literals.
      if (expression.parts.some((part) => part.type !== 'text')) collectTemplate(expression.parts, bound, found);
      return;
    default:
      for (const child of children(expression)) collect(child, bound, found);
  }
}

/** Directives are flat: what a `%{ for }` binds holds up to its `%{ endfor }`. */
function collectTemplate(
  parts: readonly TemplatePart[],
  bound: ReadonlySet<string>,
  found: TraversalExpression[],
): void {
  const outer: ReadonlySet<string>[] = [];
  let current = bound;
  for (const part of parts) {
    if (part.type === 'text') continue;
    if (part.expression) collect(part.expression, current, found);
    if (part.type !== 'directive') continue;
    if (part.keyword === 'for') {
      outer.push(current);
      current = new Set([...current, ...part.variables]);
    } else if (part.keyword === 'endfor') current = outer.pop() ?? bound;
  }
}

/** Any node of the tree that has a type of its own. */
export type HclNode = Attribute | Block | ObjectItem | Expression;

/** The nodes that hold an offset (their end included), from the attribute or block to the innermost expression. */
export function pathAt(body: Body, offset: number): readonly HclNode[] {
  const path: HclNode[] = [];
  let items: readonly (Attribute | Block)[] = body.items;
  for (;;) {
    const item = items.find((candidate) => holds(candidate.range, offset));
    if (!item) return path;
    path.push(item);
    if (item.type === 'attribute') {
      let expression: Expression | undefined = holds(item.value.range, offset) ? item.value : undefined;
      while (expression) {
        path.push(expression);
        expression = innerAt(expression, offset, path);
      }
      return path;
    }
    items = item.body.items;
  }
}

/** The innermost node that holds an offset. */
export function nodeAt(body: Body, offset: number): HclNode | undefined {
  return pathAt(body, offset).at(-1);
}

function innerAt(expression: Expression, offset: number, path: HclNode[]): Expression | undefined {
  if (expression.type === 'object') {
    const item = expression.items.find((candidate) => holds(candidate.range, offset));
    if (!item) return undefined;
    path.push(item);
    return [item.key, item.value].find((child) => holds(child.range, offset));
  }
  return children(expression).find((child) => holds(child.range, offset));
}

function holds(range: Range, offset: number): boolean {
  return range.start <= offset && offset <= range.end;
}
