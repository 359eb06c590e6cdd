import type { Range } from '../../core/text';
import type { Expression, ForExpression, ObjectItem } from './ast';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  CLOSE_PAREN,
  COLON,
  COMMA,
  DOT,
  EQUALS,
  GREATER,
  LINE_FEED,
  OPEN_PAREN,
} from './characters';
import type { Cursor } from './cursor';
import { parseExpression } from './expressions';

/**
 * The key's text when it is written as a bare word, a string without interpolation or a literal; else undefined.
 * In parentheses a word is a reference, not a name (HCL specification, "Collection Values").
 */
export function bareName(key: Expression): string | undefined {
  if (key.type === 'traversal') return key.steps.length === 0 ? key.root : undefined;
  if (key.type === 'literal') return String(key.value);
  if (key.type !== 'template') return undefined;
  const part = key.parts[0];
  if (!part) return '';
  return key.parts.length === 1 && part.type === 'text' ? part.text.text : undefined;
}

/** `( expression )`. */
export function parseParentheses(c: Cursor): Expression {
  const start = c.pos;
  const outer = openParen(c);
  const inner = parseExpression(c);
  closeParen(c, start, outer);
  return { type: 'parentheses', range: { start, end: Math.max(c.pos, inner.range.end) }, inner };
}

/** A call whose first name has been read: `f(…)`, `provider::aws::arn_parse(…)`. */
export function parseCall(c: Cursor, first: Range): Expression {
  let name = c.text.slice(first.start, first.end);
  let nameEnd = first.end;
  while (c.next() === COLON && c.ahead(1) === COLON) {
    c.pos += 2;
    c.next();
    const start = c.pos;
    c.pos = c.wordEnd();
    if (c.pos === start) c.problem(start, start, 'Write a function name after `::`.');
    name += `::${c.text.slice(start, c.pos)}`;
    nameEnd = c.pos;
  }
  const nameRange = { start: first.start, end: nameEnd };
  const args: Expression[] = [];
  let expandFinal = false;
  if (c.next() !== OPEN_PAREN) {
    c.problem(first.start, nameEnd, 'This function is not called: add its arguments in parentheses.');
    return { type: 'call', range: nameRange, name, nameRange, args, expandFinal };
  }
  const open = c.pos;
  const outer = openParen(c);
  for (;;) {
    const code = c.next();
    if (endsList(c, code, CLOSE_PAREN)) break;
    if (code === DOT && c.ahead(1) === DOT && c.ahead(2) === DOT && args.length > 0 && !expandFinal) {
      c.pos += 3;
      expandFinal = true;
      continue;
    }
    // Only a closing parenthesis may follow `...`.
    if (expandFinal) c.problem(c.pos, c.pos + 1, 'Nothing may follow `...`.');
    parseListItem(c, args, CLOSE_PAREN);
  }
  closeParen(c, open, outer);
  return { type: 'call', range: { start: first.start, end: c.pos }, name, nameRange, args, expandFinal };
}

/** `[ a, b ]` or `[for x in y : z]`. */
export function parseTuple(c: Cursor): Expression {
  const start = c.pos;
  const outer = c.multiline;
  c.multiline = true;
  c.pos++;
  c.openBrackets++;
  c.next();
  if (c.atWord('for')) {
    const node = parseFor(c, start, 'tuple');
    c.openBrackets--;
    c.multiline = outer;
    return node;
  }
  const items: Expression[] = [];
  while (!endsList(c, c.next(), CLOSE_BRACKET)) parseListItem(c, items, CLOSE_BRACKET);
  const closed = c.peek() === CLOSE_BRACKET;
  if (closed) c.pos++;
  else c.problem(start, start + 1, 'This `[` is not closed: add `]`.');
  c.openBrackets--;
  c.multiline = outer;
  return { type: 'tuple', range: { start, end: c.pos }, items };
}

/** `{ key = value }` or `{for k, v in x : k => v}`. */
export function parseObject(c: Cursor): Expression {
  const start = c.pos;
  const outer = c.multiline;
  c.multiline = true;
  c.pos++;
  c.next();
  if (c.atWord('for')) {
    const node = parseFor(c, start, 'object');
    c.multiline = outer;
    return node;
  }
  c.multiline = false;
  const items = parseObjectItems(c, start);
  c.multiline = outer;
  return { type: 'object', range: { start, end: Math.max(c.pos, items.at(-1)?.range.end ?? 0) }, items };
}

/**
 * The items of an object after its brace, with the closing brace.
 * @param opener offset of the brace, or of what stands for it when it is missing: its line's indentation tells
 *   where an object ends that nobody closed
 */
export function parseObjectItems(c: Cursor, opener: number): ObjectItem[] {
  const items: ObjectItem[] = [];
  const indent = c.layout?.indentOf(opener) ?? 0;
  for (;;) {
    const code = c.nextLine();
    const column = c.layout?.startsLine(c.pos) ? c.layout.columnOf(c.pos) : undefined;
    if (code === CLOSE_BRACE && !(column !== undefined && column < indent)) {
      c.pos++;
      return items;
    }
    const ended =
      code < 0 ||
      code === CLOSE_BRACE ||
      (code === CLOSE_PAREN && c.openParens > 0) ||
      (code === CLOSE_BRACKET && c.openBrackets > 0) ||
      (column !== undefined && column <= indent);
    if (ended) {
      c.problem(opener, opener + 1, 'This `{` is not closed: add `}`.');
      return items;
    }
    const item = parseObjectItem(c);
    if (item) items.push(item);
  }
}

function parseObjectItem(c: Cursor): ObjectItem | undefined {
  const start = c.pos;
  const key = parseExpression(c);
  const separator = c.next();
  if ((separator !== EQUALS && separator !== COLON) || c.pos === start) {
    c.problem(start, c.pos, 'This key has no value: add `= value`.');
    recover(c, start);
    if (key.type === 'missing') return undefined;
    const at = key.range.end;
    return {
      range: { start, end: at },
      key,
      name: bareName(key),
      value: { type: 'missing', range: { start: at, end: at } },
    };
  }
  c.pos++;
  const value = parseExpression(c);
  const after = c.next();
  if (after === COMMA) c.pos++;
  else if (after !== LINE_FEED && after !== CLOSE_BRACE) {
    c.problem(c.pos, c.pos + 1, 'Put a comma or a new line between the items of an object.');
    recover(c, start);
  }
  return { range: { start, end: value.range.end }, key, name: bareName(key), value };
}

/** Skips what could not be parsed, to the next comma (included), newline or closing bracket; at least one code unit. */
function recover(c: Cursor, start: number): void {
  for (;;) {
    const code = c.peek();
    if (code < 0 || code === LINE_FEED || code === CLOSE_BRACE) break;
    if (code === CLOSE_PAREN && c.openParens > 0) break;
    if (code === CLOSE_BRACKET && c.openBrackets > 0) break;
    c.pos++;
    if (code === COMMA) return;
  }
  if (c.pos === start && c.peek() === LINE_FEED) c.pos++;
}

/**
 * True at the end of an argument list or tuple: its closer, a closer that belongs to an outer bracket, the end of
 * the text, or (a newline, which only the tolerant pass sees in brackets) the next statement.
 */
function endsList(c: Cursor, code: number, closer: number): boolean {
  if (code === closer || code < 0 || code === LINE_FEED || code === CLOSE_BRACE) return true;
  return (code === CLOSE_PAREN && c.openParens > 0) || (code === CLOSE_BRACKET && c.openBrackets > 0);
}

function parseListItem(c: Cursor, items: Expression[], closer: number): void {
  const start = c.pos;
  const item = parseExpression(c);
  const code = c.next();
  if (item.type !== 'missing' || code === COMMA) items.push(item);
  if (code === COMMA) c.pos++;
  else if (!endsList(c, code, closer)) {
    const expands = closer === CLOSE_PAREN && code === DOT && c.ahead(1) === DOT && c.ahead(2) === DOT;
    if (expands && c.pos > start) return;

    c.problem(c.pos, c.pos + 1, 'Put a comma between these values.');
    if (c.pos === start) c.pos++;
  }
}

function openParen(c: Cursor): boolean {
  const outer = c.multiline;
  c.multiline = true;
  c.pos++;
  c.openParens++;
  return outer;
}

function closeParen(c: Cursor, open: number, outer: boolean): void {
  const closed = c.next() === CLOSE_PAREN;
  if (closed) c.pos++;
  else c.problem(open, open + 1, 'This `(` is not closed: add `)`.');
  c.openParens--;
  c.multiline = outer;
}

/** A for-expression from the word `for` to the closing bracket. */
function parseFor(c: Cursor, start: number, form: 'tuple' | 'object'): ForExpression {
  c.pos += 3;
  const { names, collection } = parseForIntroduction(c);
  if (c.next() === COLON) c.pos++;
  else c.problem(c.pos, c.pos, 'Put a `:` after the collection.');
  let value = parseExpression(c);
  let key: Expression | undefined;
  let grouped = false;
  if (form === 'object') {
    if (c.next() === EQUALS && c.ahead(1) === GREATER) {
      c.pos += 2;
      key = value;
      value = parseExpression(c);
    } else c.problem(c.pos, c.pos, 'Write `key => value` here.');
    if (c.next() === DOT && c.ahead(1) === DOT && c.ahead(2) === DOT) {
      c.pos += 3;
      grouped = true;
    }
  }
  c.next();
  let condition: Expression | undefined;
  if (c.atWord('if')) {
    c.pos += 2;
    condition = parseExpression(c);
  }
  if (c.next() === (form === 'tuple' ? CLOSE_BRACKET : CLOSE_BRACE)) c.pos++;
  else c.problem(start, start + 1, 'This `for` is not closed.');
  return {
    type: 'for',
    range: { start, end: c.pos },
    form,
    keyName: names.length > 1 ? names[0] : undefined,
    valueName: names.at(-1) ?? '',
    collection,
    key,
    value,
    condition,
    grouped,
  };
}

/** `k, v in collection`, in for-expressions and `%{ for }`. */
export function parseForIntroduction(c: Cursor): {
  readonly names: readonly string[];
  readonly collection: Expression;
} {
  const names: string[] = [];
  for (;;) {
    c.next();
    const start = c.pos;
    c.pos = c.wordEnd();
    if (c.pos === start) c.problem(start, start, 'Write a variable name here.');
    else names.push(c.text.slice(start, c.pos));
    if (names.length === 1 && c.next() === COMMA) c.pos++;
    else break;
  }
  c.next();
  if (c.atWord('in')) c.pos += 2;
  else c.problem(c.pos, c.pos, 'Write `in` and the collection here.');
  return { names, collection: parseExpression(c) };
}
