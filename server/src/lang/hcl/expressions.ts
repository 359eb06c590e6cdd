import { withItem } from '../../core/short-list';
import type { Range } from '../../core/text';
import type { BinaryExpression, Expression, LiteralExpression, TraversalStep } from './ast';
import {
  AMPERSAND,
  CARRIAGE_RETURN,
  CLOSE_BRACKET,
  COLON,
  DOT,
  EQUALS,
  EXCLAMATION,
  GREATER,
  isDigit,
  LESS,
  LOWER_E,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  OPEN_PAREN,
  PERCENT,
  PIPE,
  PLUS,
  QUESTION,
  QUOTE,
  SLASH,
  SPACE,
  STAR,
  startsIdentifier,
  TAB,
  UPPER_E,
} from './characters';
import { parseCall, parseObject, parseParentheses, parseTuple } from './collections';
import { DEPTH_LIMIT, type Cursor } from './cursor';
import { parseHeredoc, parseQuoted } from './templates';

const TOO_DEEP = 'This is nested too deeply.';

/**
 * Parses one expression at the cursor. Always returns a node: a `missing` one, without moving, when no expression
 * starts here. May leave the cursor after blanks and comments that follow the expression: use the node's range.
 */
export function parseExpression(c: Cursor): Expression {
  c.next();
  if (c.depth >= DEPTH_LIMIT) return c.missing(TOO_DEEP);
  const outerHeight = c.height;
  c.height = 0;
  c.depth++;
  let expression = parseConditional(c);
  c.depth--;
  if (c.height >= DEPTH_LIMIT) {
    c.problem(expression.range.start, expression.range.end, TOO_DEEP);
    expression = { type: 'missing', range: expression.range };
    c.height = 0;
  }
  c.height = Math.max(outerHeight, c.height + 1);
  return expression;
}

function parseConditional(c: Cursor): Expression {
  const condition = parseBinary(c, 1);
  if (c.next() !== QUESTION) return condition;
  c.pos++;
  const whenTrue = parseExpression(c);
  let whenFalse: Expression;
  if (c.next() === COLON) {
    c.pos++;
    whenFalse = parseExpression(c);
  } else whenFalse = c.missing('This condition has no `:` with the value for when it is false.');
  return {
    type: 'conditional',
    range: { start: condition.range.start, end: Math.max(whenTrue.range.end, whenFalse.range.end) },
    condition,
    whenTrue,
    whenFalse,
  };
}

type Operator = BinaryExpression['operator'];

const LEVEL: Readonly<Record<Operator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
};

/** Operators bind by level (HCL specification, "Operations") and associate to the left. */
function parseBinary(c: Cursor, lowestLevel: number): Expression {
  let left = parsePostfix(c);
  for (;;) {
    const operator = operatorAt(c, c.next());
    if (!operator) return left;
    const level = LEVEL[operator];
    if (level < lowestLevel) return left;
    c.pos += operator.length;
    c.next();
    if (c.depth >= DEPTH_LIMIT) return c.missing(TOO_DEEP);
    c.depth++;
    const right = parseBinary(c, level + 1);
    c.depth--;
    c.height++;
    left = { type: 'binary', range: { start: left.range.start, end: right.range.end }, operator, left, right };
  }
}

function operatorAt(c: Cursor, code: number): Operator | undefined {
  switch (code) {
    case PLUS:
      return '+';
    case MINUS:
      return '-';
    case STAR:
      return '*';
    case SLASH:
      return '/';
    case PERCENT:
      return '%';
    case PIPE:
      return c.ahead(1) === PIPE ? '||' : undefined;
    case AMPERSAND:
      return c.ahead(1) === AMPERSAND ? '&&' : undefined;
    case EQUALS:
      return c.ahead(1) === EQUALS ? '==' : undefined;
    case EXCLAMATION:
      return c.ahead(1) === EQUALS ? '!=' : undefined;
    case LESS:
      if (c.ahead(1) === LESS) return undefined;
      return c.ahead(1) === EQUALS ? '<=' : '<';
    case GREATER:
      return c.ahead(1) === EQUALS ? '>=' : '>';
    default:
      return undefined;
  }
}

/** A term and the `.name`, `[key]`, `.*` and `[*]` after it. */
function parsePostfix(c: Cursor): Expression {
  let expression = parseTerm(c);
  for (;;) {
    const code = c.next();
    if (code === OPEN_BRACKET) expression = parseIndex(c, expression);
    else if (code === DOT && c.ahead(1) !== DOT) {
      const extended = parseDot(c, expression);
      if (!extended) return expression;
      expression = extended;
    } else return expression;
  }
}

/** `.name`, `.0` or `.*` after `source`; undefined when nothing fit follows the dot. */
function parseDot(c: Cursor, source: Expression): Expression | undefined {
  const start = c.pos;
  c.pos++;
  const following = afterDot(c);
  if (following === STAR) {
    c.pos++;
    if (source.type === 'splat' && source.form === 'attribute')
      c.problem(start, c.pos, 'Write `[*]` for a splat inside a splat.');
    return splat(c, source, 'attribute');
  }
  if (isDigit(following)) {
    if (source.type === 'literal') c.problem(start, c.pos, 'A number has one decimal point.');
    const digits = c.pos;
    readDigits(c);
    const value = Number(c.text.slice(digits, c.pos));
    if (c.peek() === DOT && isDigit(c.ahead(1))) c.problem(start, c.pos, 'Write the index in brackets: `[0]`.');
    const step: TraversalStep = { type: 'index', name: value, range: { start, end: c.pos } };
    return extend(source, step) ?? index(c, source, { type: 'literal', range: { start: digits, end: c.pos }, value });
  }
  if (following < 0 || !startsIdentifier(c.text, c.pos, following)) {
    c.problem(start, start + 1, 'Write a name after this dot.');
    return undefined;
  }
  const nameStart = c.pos;
  c.pos = c.wordEnd();
  const name = c.text.slice(nameStart, c.pos);
  const extended = extend(source, { type: 'name', name, range: { start, end: c.pos } });
  if (extended) return extended;
  c.height++;
  return { type: 'access', range: { start: source.range.start, end: c.pos }, source, name };
}

/** `[key]` or `[*]` after `source`. */
function parseIndex(c: Cursor, source: Expression): Expression {
  const start = c.pos;
  const outer = c.multiline;
  c.multiline = true;
  c.pos++;
  c.openBrackets++;
  let key: Expression | undefined;
  if (c.next() === STAR) c.pos++;
  else key = parseExpression(c);
  const closed = c.next() === CLOSE_BRACKET;
  c.openBrackets--;
  c.multiline = outer;
  if (closed) c.pos++;
  else c.problem(start, start + 1, 'This `[` is not closed: add `]`.');
  if (!key) return splat(c, source, 'full');
  const step = stepOf(key, { start, end: c.pos });
  // `a.*.b[0]` takes the first of the list that the splat makes; `a[*].b[0]` the first of each b.
  const binds = step && !(source.type === 'splat' && source.form === 'attribute');
  return (binds && extend(source, step)) || index(c, source, key);
}

/** Adds a step to a traversal or splat that is still being built; undefined for other expressions. */
function extend(source: Expression, step: TraversalStep): Expression | undefined {
  if (source.type !== 'traversal' && source.type !== 'splat') return undefined;
  const open: { range: Range; steps: readonly TraversalStep[] } = source;
  open.steps = withItem(source.steps as TraversalStep[], step);
  open.range = { start: source.range.start, end: step.range.end };
  return source;
}

function index(c: Cursor, collection: Expression, key: Expression): Expression {
  c.height++;
  return { type: 'index', range: { start: collection.range.start, end: c.pos }, collection, key };
}

function splat(c: Cursor, source: Expression, form: 'full' | 'attribute'): Expression {
  c.height++;
  return { type: 'splat', range: { start: source.range.start, end: c.pos }, form, source, steps: [] };
}

/** Half-typed `var.` at a line's end must not swallow the next line's first word. */
function afterDot(c: Cursor): number {
  if (!c.tolerant) return c.next();
  while (c.peek() === SPACE || c.peek() === TAB || c.peek() === CARRIAGE_RETURN) c.pos++;
  return c.peek();
}

function readDigits(c: Cursor): void {
  while (isDigit(c.peek())) c.pos++;
}

/** The traversal step that a literal key makes; undefined for any other key. */
function stepOf(key: Expression, range: Range): TraversalStep | undefined {
  if (key.type === 'literal' && typeof key.value === 'number') return { type: 'index', name: key.value, range };
  if (key.type !== 'template' || key.form !== 'quoted') return undefined;
  const part = key.parts[0];
  if (!part) return { type: 'index', name: '', range };
  return key.parts.length === 1 && part.type === 'text' ? { type: 'index', name: part.text.text, range } : undefined;
}

function parseTerm(c: Cursor): Expression {
  const code = c.next();
  switch (code) {
    case QUOTE:
      return parseQuoted(c);
    case OPEN_BRACKET:
      return parseTuple(c);
    case OPEN_BRACE:
      return parseObject(c);
    case OPEN_PAREN:
      return parseParentheses(c);
    case EXCLAMATION:
      return parseUnary(c, '!');
    case MINUS:
      return parseUnary(c, '-');
    case LESS:
      return c.ahead(1) === LESS ? parseHeredoc(c) : c.missing('Write a value here.');
    default:
      if (isDigit(code)) return parseNumber(c);
      if (code >= 0 && startsIdentifier(c.text, c.pos, code)) return parseName(c);
      return c.missing('Write a value here.');
  }
}

function parseUnary(c: Cursor, operator: '-' | '!'): Expression {
  const start = c.pos;
  if (c.depth >= DEPTH_LIMIT) return c.missing(TOO_DEEP);
  c.pos++;
  c.depth++;
  const operand = parsePostfix(c);
  c.depth--;
  c.height++;
  return { type: 'unary', range: { start, end: operand.range.end }, operator, operand };
}

function parseNumber(c: Cursor): LiteralExpression {
  const start = c.pos;
  readDigits(c);
  if (c.peek() === DOT && (isDigit(c.ahead(1)) || hasExponent(c, 1))) {
    c.pos++;
    readDigits(c);
  }
  if (hasExponent(c, 0)) {
    c.pos += 2;
    readDigits(c);
  }
  return { type: 'literal', range: { start, end: c.pos }, value: Number(c.text.slice(start, c.pos)) };
}

/** An exponent (`e5`, `E-3`) stands `distance` after the cursor. */
function hasExponent(c: Cursor, distance: number): boolean {
  const letter = c.ahead(distance);
  if (letter !== LOWER_E && letter !== UPPER_E) return false;
  const sign = c.ahead(distance + 1);
  return isDigit(sign) || ((sign === PLUS || sign === MINUS) && isDigit(c.ahead(distance + 2)));
}

/** `true`, `false`, `null`, a function call or the root of a traversal. */
function parseName(c: Cursor): Expression {
  const start = c.pos;
  c.pos = c.wordEnd();
  const range = { start, end: c.pos };
  const following = c.next();
  if (following === OPEN_PAREN || (following === COLON && c.ahead(1) === COLON)) return parseCall(c, range);
  const name = c.text.slice(start, range.end);
  switch (name) {
    case 'true':
    case 'false':
      return { type: 'literal', range, value: name === 'true' };
    case 'null':
      return { type: 'literal', range, value: null };
    default:
      return { type: 'traversal', range, root: name, rootRange: range, steps: [] };
  }
}
