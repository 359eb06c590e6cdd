import { withItem } from '../../core/short-list';
import { MappedText, MappedTextBuilder } from '../../core/mapped-text';
import type { Expression, TemplateDirective, TemplateExpression, TemplateInterpolation, TemplatePart } from './ast';
import {
  BACKSLASH,
  CARRIAGE_RETURN,
  CLOSE_BRACE,
  DOLLAR,
  LINE_FEED,
  MINUS,
  OPEN_BRACE,
  PERCENT,
  QUOTE,
  SPACE,
  TAB,
  TILDE,
} from './characters';
import { parseForIntroduction } from './collections';
import type { Cursor } from './cursor';
import { decodeEscape } from './escapes';
import { parseExpression } from './expressions';
import { removeIndentation, stripBlanks, toParts, type Piece, type Run } from './template-pieces';

/**
 * A quoted string. It ends at the newline when it is not closed: strings do not span lines, only their
 * interpolations may.
 */
export function parseQuoted(c: Cursor): TemplateExpression {
  const plain = plainEnd(c);
  if (plain < 0) return parseQuotedParts(c);
  const start = c.pos;
  c.pos = plain + 1;
  const inside = { start: start + 1, end: plain };
  const parts: TemplatePart[] =
    inside.start === inside.end
      ? []
      : [
          {
            type: 'text',
            range: inside,
            text: MappedText.verbatim(c.text.slice(inside.start, inside.end), inside.start),
          },
        ];
  return { type: 'template', range: { start, end: c.pos }, form: 'quoted', parts };
}

/** Offset of the quote that ends the string at the cursor, when it stands in the source as it is, as nearly all do; else -1. */
function plainEnd(c: Cursor): number {
  for (let at = c.pos + 1; at < c.end; at++) {
    const code = c.text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH || code === DOLLAR || code === PERCENT || code === LINE_FEED) return -1;
  }
  return -1;
}

function parseQuotedParts(c: Cursor): TemplateExpression {
  const start = c.pos;
  c.pos++;
  let parts: TemplatePart[] = [];
  let runStart = c.pos;
  let literalStart = c.pos;
  // Only needed once an escape was seen: most strings stand in the source as they are.
  let decoded: MappedTextBuilder | undefined;
  const flush = (): void => {
    if (c.pos === literalStart) return;
    const tail = MappedText.verbatim(c.text.slice(runStart, c.pos), runStart);
    const text = decoded ? decoded.append(tail).build() : tail;
    parts = withItem<TemplatePart>(parts, { type: 'text', range: { start: literalStart, end: c.pos }, text });
    decoded = undefined;
  };
  for (;;) {
    const code = c.peek();
    if (code === QUOTE || code < 0 || code === LINE_FEED || (code === CARRIAGE_RETURN && c.ahead(1) === LINE_FEED))
      break;
    if (code === BACKSLASH) {
      const escape = decodeEscape(c);
      decoded ??= new MappedTextBuilder();
      decoded.verbatim(c.text.slice(runStart, c.pos), runStart);
      const end = c.pos + escape.length;
      decoded.opaque(escape.text, { start: c.pos, end });
      c.pos = runStart = end;
    } else if (code === DOLLAR || code === PERCENT) {
      if (opensSequence(c, code)) {
        flush();
        parts = withItem(parts, parseSequence(c, code, true));
        literalStart = runStart = c.pos;
      } else if (escapesSequence(c, code)) {
        decoded ??= new MappedTextBuilder();
        decoded.verbatim(c.text.slice(runStart, c.pos), runStart);
        runStart = c.pos + 1;
        c.pos += 3;
      } else c.pos++;
    } else c.pos++;
  }
  flush();
  if (c.peek() === QUOTE) c.pos++;
  else c.problem(start, start + 1, 'This string is not closed: add `"`.');
  return { type: 'template', range: { start, end: c.pos }, form: 'quoted', parts: stripQuoted(parts) };
}

/** `${` or `%{` at the cursor. */
function opensSequence(c: Cursor, code: number): boolean {
  return c.ahead(1) === OPEN_BRACE && (code === DOLLAR || code === PERCENT);
}

/** `$${` or `%%{` at the cursor. */
function escapesSequence(c: Cursor, code: number): boolean {
  return c.ahead(1) === code && c.ahead(2) === OPEN_BRACE;
}

/** Applies `~` to the literals beside it. */
function stripQuoted(parts: TemplatePart[]): TemplatePart[] {
  if (parts.length < 2) return parts;
  return parts.flatMap((part, i): TemplatePart[] => {
    if (part.type !== 'text') return [part];
    const before = parts[i - 1];
    const after = parts[i + 1];
    let text = part.text;
    if (before && before.type !== 'text' && before.stripAfter)
      text = text.slice(text.length - text.text.trimStart().length);
    if (after && after.type !== 'text' && after.stripBefore) text = text.slice(0, text.text.trimEnd().length);
    if (text === part.text) return [part];
    return text.length === 0 ? [] : [{ ...part, text }];
  });
}

/** `<<NAME` or `<<-NAME`, its lines and the line that ends it. */
export function parseHeredoc(c: Cursor): Expression {
  const start = c.pos;
  c.pos += 2;
  const indented = c.peek() === MINUS;
  if (indented) c.pos++;
  const nameStart = c.pos;
  c.pos = c.wordEnd();
  const delimiter = c.text.slice(nameStart, c.pos);
  const openerEnd = c.pos;
  const form = indented ? 'heredoc-indented' : 'heredoc';
  if (isBlank(c.peek())) c.problem(openerEnd, openerEnd + 1, 'Remove the blanks after the name of the heredoc.');
  while (isBlank(c.peek())) c.pos++;
  if (c.peek() === CARRIAGE_RETURN) c.pos++;
  const cut = (): TemplateExpression => {
    c.problem(start, openerEnd, `This heredoc is not closed: add a line with \`${delimiter}\`.`);
    c.pos = openerEnd;
    return { type: 'template', range: { start, end: openerEnd }, form, delimiter, parts: [] };
  };
  if (c.peek() !== LINE_FEED || delimiter === '') return cut();
  c.pos++;
  const outerEnd = c.end;
  if (c.layout) {
    const terminator = c.layout.heredocEnd(delimiter, c.pos);
    if (terminator === undefined || terminator >= outerEnd) return cut();
    c.end = terminator;
  }
  const pieces = parsePieces(c, c.tolerant ? undefined : delimiter);
  c.end = outerEnd;
  while (isBlank(c.peek())) c.pos++;
  if (!c.text.startsWith(delimiter, c.pos)) return cut();
  c.pos += delimiter.length;
  stripBlanks(c.text, pieces);
  if (indented) removeIndentation(c.text, pieces);
  return { type: 'template', range: { start, end: c.pos }, form, delimiter, parts: toParts(c.text, pieces) };
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** A whole text as a template, without quotes: a JSON string, a `templatefile`. */
export function parseBare(c: Cursor): TemplatePart[] {
  const pieces = parsePieces(c, undefined);
  stripBlanks(c.text, pieces);
  return toParts(c.text, pieces);
}

/**
 * Lines of literal text and the sequences between, to the cursor's end or to the line that holds the delimiter.
 * Backslashes mean nothing here.
 */
function parsePieces(c: Cursor, delimiter: string | undefined): Piece[] {
  const pieces: Piece[] = [];
  const { text } = c;
  let run: Run | undefined;
  let lineStart = true;
  while (c.pos < c.end) {
    if (lineStart && delimiter !== undefined && isTerminator(c, delimiter)) break;
    lineStart = false;
    const code = text.charCodeAt(c.pos);
    const sequence = code === DOLLAR || code === PERCENT;
    if (sequence && opensSequence(c, code)) {
      run = undefined;
      pieces.push(parseSequence(c, code, false));
      continue;
    }
    const escape = sequence && escapesSequence(c, code);
    if (!run || escape) {
      // The first of the two signs is dropped: the text goes on at the second.
      const start = escape ? c.pos + 1 : c.pos;
      run = { type: 'run', outerStart: c.pos, outerEnd: start, start, end: start };
      pieces.push(run);
    }
    c.pos += escape ? 3 : 1;
    if (code === LINE_FEED) lineStart = true;
    else {
      // Plain text up to the next sign or the end of the line.
      while (c.pos < c.end) {
        const next = text.charCodeAt(c.pos);
        if (next === DOLLAR || next === PERCENT) break;
        c.pos++;
        if (next === LINE_FEED) {
          lineStart = true;
          break;
        }
      }
    }
    run.end = run.outerEnd = c.pos;
    if (lineStart) run = undefined;
  }
  return pieces;
}

/** True when the line at the cursor holds nothing but the delimiter. */
function isTerminator(c: Cursor, delimiter: string): boolean {
  let at = c.pos;
  while (isBlank(c.text.charCodeAt(at))) at++;
  if (!c.text.startsWith(delimiter, at)) return false;
  at += delimiter.length;
  while (isBlank(c.text.charCodeAt(at)) || c.text.charCodeAt(at) === CARRIAGE_RETURN) at++;
  return at >= c.end || c.text.charCodeAt(at) === LINE_FEED;
}

/** `${ … }` or `%{ … }` at the cursor. */
function parseSequence(c: Cursor, sign: number, quoted: boolean): TemplateInterpolation | TemplateDirective {
  const start = c.pos;
  c.pos += 2;
  const stripBefore = c.peek() === TILDE;
  if (stripBefore) c.pos++;
  const outer = { multiline: c.multiline, parens: c.openParens, brackets: c.openBrackets };
  c.multiline = true;
  c.openParens = c.openBrackets = 0;
  const content = sign === DOLLAR ? parseExpression(c) : parseDirective(c);
  c.next();
  const stripAfter = c.peek() === TILDE && c.ahead(1) === CLOSE_BRACE;
  if (stripAfter) c.pos++;
  c.multiline = outer.multiline;
  c.openParens = outer.parens;
  c.openBrackets = outer.brackets;
  if (c.peek() === CLOSE_BRACE) c.pos++;
  else {
    c.problem(start, start + 2, 'This is not closed: add `}`.');
    recover(c, quoted);
  }
  const range = { start, end: c.pos };
  if ('keyword' in content) return { ...content, range, stripBefore, stripAfter };
  return { type: 'interpolation', range, stripBefore, stripAfter, expression: content };
}

/** To the end of a broken sequence: its brace on the same line, else the end of the string or line. */
function recover(c: Cursor, quoted: boolean): void {
  for (;;) {
    const code = c.peek();
    if (code < 0 || code === LINE_FEED || (quoted && code === QUOTE)) return;
    c.pos++;
    if (code === CLOSE_BRACE) return;
  }
}

type DirectiveContent = Pick<TemplateDirective, 'type' | 'keyword' | 'expression' | 'variables'>;

function parseDirective(c: Cursor): DirectiveContent {
  c.next();
  const start = c.pos;
  c.pos = c.wordEnd();
  const keyword = c.text.slice(start, c.pos);
  switch (keyword) {
    case 'if':
      return { type: 'directive', keyword, expression: parseExpression(c), variables: [] };
    case 'for': {
      const { names, collection } = parseForIntroduction(c);
      return { type: 'directive', keyword, expression: collection, variables: names };
    }
    case 'else':
    case 'endif':
    case 'endfor':
      return { type: 'directive', keyword, expression: undefined, variables: [] };
    default:
      c.problem(start, c.pos, 'A template directive is `if`, `else`, `endif`, `for` or `endfor`.');
      return { type: 'directive', keyword: 'unknown', expression: undefined, variables: [] };
  }
}
