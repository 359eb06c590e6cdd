import { withItem } from '../../core/short-list';
import type { Range } from '../../core/text';
import type { Attribute, Block, Body, Expression, Label } from './ast';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  CLOSE_PAREN,
  EQUALS,
  LINE_FEED,
  OPEN_BRACE,
  QUOTE,
  startsIdentifier,
} from './characters';
import { bareName, parseObjectItems } from './collections';
import { DEPTH_LIMIT, type Cursor } from './cursor';
import { parseExpression } from './expressions';
import { parseQuoted } from './templates';

/** A block whose body is being parsed, as far as its end is concerned. */
interface OpenBlock {
  readonly parent: OpenBlock | undefined;
  /** Indentation of the line it begins in. */
  readonly column: number;
  /** Written in one line, which then holds one attribute at most. */
  oneLine: boolean;
  /** Column of the first item: a `}` that is indented like the items closes something else. */
  itemColumn: number | undefined;
}

/** A whole file. */
export function parseFile(c: Cursor): Body {
  const { items } = parseItems(c, undefined);
  return { type: 'body', range: { start: 0, end: c.text.length }, items };
}

interface Items {
  readonly items: readonly (Attribute | Block)[];
  readonly closeBrace: Range | undefined;
}

/** Attributes and blocks up to the block's brace, or to where indentation says that the block ends. */
function parseItems(c: Cursor, block: OpenBlock | undefined): Items {
  const items: (Attribute | Block)[] = [];
  for (;;) {
    const code = block?.oneLine ? c.next() : c.nextLine();
    const start = c.pos;
    if (code < 0) {
      if (block) c.problem(start, start, 'This block is not closed: add `}`.');
      return { items, closeBrace: undefined };
    }
    if (code === CLOSE_BRACE) {
      const owner = braceOwner(c, block);
      if (owner === 'outer') return { items, closeBrace: undefined };
      c.pos++;
      if (owner === 'this') return { items, closeBrace: { start, end: c.pos } };
    } else if (block?.oneLine && (code === LINE_FEED || items.length > 0)) {
      c.problem(start, start + 1, 'A block in one line holds one argument: write the others on lines of their own.');
      block.oneLine = false;
    } else if (startsIdentifier(c.text, start, code)) {
      if (block && endsBefore(c, block)) {
        c.problem(start, start, 'The block before this line is not closed: add `}`.');
        return { items, closeBrace: undefined };
      }
      if (block) block.itemColumn ??= c.layout?.columnOf(start);
      const item = parseItem(c, block);
      if (item) items.push(item);
    } else {
      c.problem(start, start + 1, 'Write an argument or a block here.');
      c.skipLine();
    }
  }
}

/** Whose brace the `}` at the cursor is; judged by indentation in the tolerant pass. */
function braceOwner(c: Cursor, block: OpenBlock | undefined): 'this' | 'outer' | 'nobody' {
  if (!block) {
    c.problem(c.pos, c.pos + 1, 'This `}` closes nothing: remove it.');
    return 'nobody';
  }
  const column = c.layout?.startsLine(c.pos) ? c.layout.columnOf(c.pos) : undefined;
  if (column === undefined || column === block.column) return 'this';
  if (block.parent && column < block.column && column <= block.parent.column) {
    c.problem(c.pos, c.pos, 'The block before this brace is not closed: add `}`.');
    return 'outer';
  }
  return column > block.column && block.itemColumn !== undefined && column >= block.itemColumn ? 'nobody' : 'this';
}

/**
 * True when the statement at the cursor is not indented deeper than the open block, which somebody forgot to close.
 * An argument at the margin closes no top-level block: files without any indentation look like that.
 */
function endsBefore(c: Cursor, block: OpenBlock): boolean {
  if (!c.layout?.startsLine(c.pos) || c.layout.columnOf(c.pos) > block.column) return false;
  return block.parent !== undefined || c.layout.statementAt(c.pos) !== 'attribute';
}

function parseItem(c: Cursor, parent: OpenBlock | undefined): Attribute | Block | undefined {
  const start = c.pos;
  c.pos = c.wordEnd();
  const nameRange = { start, end: c.pos };
  const name = c.text.slice(start, c.pos);
  const following = c.next();
  if (following === EQUALS && c.ahead(1) !== EQUALS) {
    const attribute = parseAttribute(c, name, nameRange);
    endItem(c, parent);
    return attribute;
  }
  const opensBlock =
    following === OPEN_BRACE || following === QUOTE || (following >= 0 && startsIdentifier(c.text, c.pos, following));
  if (opensBlock || isDeeperLineNext(c, start)) {
    if (parent?.oneLine) c.problem(start, c.pos, 'A block in one line holds an argument, not a block.');
    return parseBlock(c, name, nameRange, parent);
  }
  c.problem(start, c.pos, 'Write `= value` or a block here.');
  c.skipLine();
  return undefined;
}

function parseAttribute(c: Cursor, name: string, nameRange: Range): Attribute {
  const equalsRange = { start: c.pos, end: c.pos + 1 };
  c.pos++;
  const code = c.next();
  const value =
    code === LINE_FEED && isDeeperLineNext(c, nameRange.start) ? parseUnopenedObject(c) : parseExpression(c);
  return {
    type: 'attribute',
    range: { start: nameRange.start, end: value.range.end },
    name,
    nameRange,
    equalsRange,
    value,
  };
}

/** `tags =` with its items on the next, deeper lines: the `{` is missing. */
function parseUnopenedObject(c: Cursor): Expression {
  const start = c.pos;
  c.problem(start, start, 'Write a value here.');
  const items = parseObjectItems(c, start);
  return { type: 'object', range: { start, end: Math.max(c.pos, start) }, items };
}

/** In the tolerant pass: the cursor stands at a line's end and a statement follows that is indented deeper. */
function isDeeperLineNext(c: Cursor, opener: number): boolean {
  if (!c.layout || c.peek() !== LINE_FEED || !c.layout.statementAt(c.pos + 1)) return false;
  return c.layout.indentOf(c.pos + 1) > c.layout.indentOf(opener);
}

function parseBlock(c: Cursor, kind: string, kindRange: Range, parent: OpenBlock | undefined): Block | undefined {
  let labels: Label[] = [];
  for (;;) {
    const code = c.next();
    const start = c.pos;
    if (code === QUOTE) labels = withItem(labels, parseLabel(c));
    else if (code >= 0 && startsIdentifier(c.text, start, code)) {
      c.pos = c.wordEnd();
      labels = withItem(labels, { value: c.text.slice(start, c.pos), range: { start, end: c.pos }, quoted: false });
    } else break;
  }
  const headerEnd = labels.at(-1)?.range.end ?? kindRange.end;
  const opened = c.peek() === OPEN_BRACE;
  const openBrace = opened ? { start: c.pos, end: c.pos + 1 } : { start: headerEnd, end: headerEnd };
  if (opened) c.pos++;
  else c.problem(headerEnd, headerEnd, 'Open the block: add `{`.');
  if (c.depth >= DEPTH_LIMIT) {
    c.problem(kindRange.start, headerEnd, 'This is nested too deeply.');
    return undefined;
  }
  if (!opened && !isDeeperLineNext(c, kindRange.start)) {
    c.skipLine();
    const body: Body = { type: 'body', range: openBrace, items: [] };
    return {
      type: 'block',
      range: { start: kindRange.start, end: headerEnd },
      kind,
      kindRange,
      labels,
      body,
      openBrace,
      closeBrace: undefined,
    };
  }
  const first = c.next();
  const block: OpenBlock = {
    parent,
    column: c.layout?.indentOf(kindRange.start) ?? 0,
    oneLine: first >= 0 && first !== LINE_FEED && first !== CLOSE_BRACE,
    itemColumn: undefined,
  };
  c.depth++;
  const { items, closeBrace } = parseItems(c, block);
  c.depth--;
  const end = closeBrace?.start ?? Math.max(openBrace.end, items.at(-1)?.range.end ?? 0);
  const body: Body = { type: 'body', range: { start: openBrace.end, end }, items };
  if (closeBrace) endItem(c, parent);
  return {
    type: 'block',
    range: { start: kindRange.start, end: closeBrace?.end ?? end },
    kind,
    kindRange,
    labels,
    body,
    openBrace,
    closeBrace,
  };
}

function parseLabel(c: Cursor): Label {
  const template = parseQuoted(c);
  const value = bareName(template);
  if (value === undefined) c.problem(template.range.start, template.range.end, 'A label cannot hold `${ }`.');
  const { start, end } = template.range;
  return { value: value ?? c.text.slice(start + 1, end - 1), range: template.range, quoted: true };
}

/** What follows an attribute or a block: a newline, or in one line the outer block's brace. */
function endItem(c: Cursor, parent: OpenBlock | undefined): void {
  const code = c.next();
  if (code === LINE_FEED || code < 0) return;
  if (code === CLOSE_BRACE && parent?.oneLine) return;
  c.problem(c.pos, c.pos + 1, 'Begin a new line here.');
  if (code === CLOSE_BRACE && parent) return;
  // A closing bracket whose opener was cut short ends the line as well.
  if (code === CLOSE_BRACKET || code === CLOSE_PAREN || !startsStatement(c)) c.skipLine();
}

/** `a = 1 b = 2`: the second is an argument too. */
function startsStatement(c: Cursor): boolean {
  return c.layout?.statementAt(c.pos) === 'attribute';
}
