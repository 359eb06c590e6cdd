import type { TextEdit } from '../../core/finding';
import { lineTerminator } from '../../core/text';
import type { Block, ObjectExpression } from '../../lang/hcl/ast';
import type { ConfigBlock } from '../config-block';
import {
  codeBetween,
  edit,
  indentAt,
  indented,
  lineEnd,
  lineStart,
  nextLine,
  statementEnd,
  wholeLines,
  type EditedFile,
} from './hcl-text';

/** An argument of a block or an item of an object. */
interface Argument {
  readonly name: string | undefined;
  readonly start: number;
  readonly end: number;
  /** Offset of its `=` or `:`. */
  readonly sign: number;
}

interface Container {
  readonly isObject: boolean;
  /** Offset after the opening brace. */
  readonly open: number;
  /** Offset of the closing brace. */
  readonly close: number | undefined;
  readonly args: readonly Argument[];
  /** Offset of the first nested block. */
  readonly firstBlock: number | undefined;
  readonly isEmpty: boolean;
}

function containerOf(node: Block | ObjectExpression, text: string): Container {
  if (node.type === 'block') {
    const args = node.body.items.filter((item) => item.type === 'attribute');
    return {
      isObject: false,
      open: node.openBrace.end,
      close: node.closeBrace?.start,
      args: args.map((item) => ({ name: item.name, ...item.range, sign: item.equalsRange.start })),
      firstBlock: node.body.items.find((item) => item.type === 'block')?.range.start,
      isEmpty: node.body.items.length === 0,
    };
  }
  const closed = text[node.range.end - 1] === '}';
  return {
    isObject: true,
    open: node.range.start + 1,
    close: closed ? node.range.end - 1 : undefined,
    args: node.items.map((item) => {
      const between = text.slice(item.key.range.end, item.value.range.start);
      return { name: item.name, ...item.range, sign: item.key.range.end + Math.max(0, between.search(/[=:]/)) };
    }),
    firstBlock: undefined,
    isEmpty: node.items.length === 0,
  };
}

/** See `insertAttribute` in `hcl.ts`. */
export function insertNativeAttribute(
  block: ConfigBlock,
  name: string,
  value: string,
  options: { readonly after?: string | undefined; readonly comment?: string | undefined },
): TextEdit[] {
  const { text } = block.file;
  const container = containerOf(block.node, text);
  const { args, open, close, firstBlock } = container;
  const terminator = lineTerminator(text);
  const line = (indent: string, padding: string, sign = '='): string => {
    const assignment = sign === ':' ? `${name}: ` : `${name}${padding} = `;
    const remark = options.comment === undefined ? '' : ` # ${options.comment}`;
    return assignment + indented(value.split(/\r?\n/), indent, terminator) + remark;
  };
  if (close !== undefined && !text.slice(open, close).includes('\n')) {
    if (container.isObject) return insertInline(block, container, `${name} = ${value}`, options.after);
    return expandLine(block, container, (indent) => line(indent, ''), '');
  }
  const beforeBlocks = args.filter((arg) => firstBlock === undefined || arg.start < firstBlock);
  const anchor =
    args.find((arg) => options.after !== undefined && arg.name === options.after) ?? beforeBlocks.at(-1) ?? args.at(-1);
  if (!anchor) {
    const indent = innerIndent(block, container);
    const at = statementEnd(block.file, open);
    const following = text.slice(nextLine(text, at)).split('\n', 1)[0] ?? '';
    const gap = firstBlock !== undefined && following.trim() !== '' ? terminator : '';
    return [edit(block, at, at, terminator + indent + line(indent, '') + gap)];
  }
  const indent = indentAt(text, anchor.start);
  const at = statementEnd(block.file, anchor.end);
  const rest = codeBetween(block.file, anchor.end, at).trim();
  if (rest !== '' && rest !== ',') return insertInline(block, container, `${name} = ${value}`, anchor.name);
  const sign = text[anchor.sign] === ':' ? ':' : '=';
  const column = alignedColumn(block, container, anchor, at);
  const padding = column === undefined ? '' : ' '.repeat(Math.max(0, column - indent.length - name.length - 1));
  const comma = rest === ',' ? ',' : '';
  const whole = line(indent, padding, sign);
  const separated =
    comma === '' || options.comment === undefined
      ? whole + comma
      : whole.replace(/ # [^\n]*$/, (remark) => comma + remark);
  return [edit(block, at, at, terminator + indent + separated)];
}

/** The column in which the arguments on the lines around a new line have their `=`; undefined when they are not aligned. */
function alignedColumn(block: ConfigBlock, container: Container, anchor: Argument, at: number): number | undefined {
  const { text } = block.file;
  const columns = new Set<number>();
  const own = (start: number, end: number): Argument | undefined =>
    container.args.find(
      (arg) =>
        arg.start >= start &&
        arg.end <= end &&
        text.slice(start, arg.start).trim() === '' &&
        lineStart(text, arg.end) === start,
    );
  for (let start = lineStart(text, anchor.start), end = at; ;) {
    const arg = own(start, end);
    if (!arg) break;
    columns.add(arg.sign - start);
    if (start === 0) break;
    end = lineEnd(text, lineStart(text, start - 1));
    start = lineStart(text, start - 1);
  }
  for (let start = nextLine(text, at); start < text.length; start = nextLine(text, start)) {
    const arg = own(start, lineEnd(text, start));
    if (!arg) break;
    columns.add(arg.sign - start);
  }
  return columns.size === 1 ? [...columns][0] : undefined;
}

/** `{ a = 1 }` → `{ a = 1, b = 2 }`. */
function insertInline(target: EditedFile, container: Container, text: string, after: string | undefined): TextEdit[] {
  const anchor = container.args.find((arg) => arg.name === after) ?? container.args.at(-1);
  if (anchor) return [edit(target, anchor.end, anchor.end, `, ${text}`)];
  return [edit(target, container.open, container.close ?? container.open, ` ${text} `)];
}

/** Puts what stands in a block of one line on a line of its own and adds a line. */
function expandLine(
  block: ConfigBlock,
  container: Container,
  added: (indent: string) => string,
  gap: string,
): TextEdit[] {
  const { text } = block.file;
  const { open } = container;
  const close = container.close ?? open;
  const terminator = lineTerminator(text);
  const base = indentAt(text, block.range.start);
  const indent = innerIndent(block, container);
  const content = text.slice(open, close);
  const ending = `${terminator}${indent}${added(indent)}${terminator}${base}`;
  if (content.trim() === '') return [edit(block, open, close, ending)];
  const from = open + content.length - content.trimStart().length;
  const to = open + content.trimEnd().length;
  return [edit(block, open, from, terminator + indent), edit(block, to, close, gap + ending)];
}

/** The indentation of what stands in a block: that of its first line, else two columns more than its own. */
function innerIndent(block: ConfigBlock, container: Container): string {
  const { text } = block.file;
  const first = [container.args[0]?.start, container.firstBlock]
    .filter((start) => start !== undefined)
    .sort((a, b) => a - b)[0];
  if (first !== undefined && lineStart(text, first) > container.open) return indentAt(text, first);
  const brace = container.open - 1;
  const base = indentAt(text, brace);
  return `${base}${base.includes('\t') ? '\t' : '  '}`;
}

/** See `insertBlock` in `hcl.ts`. */
export function insertNativeBlock(block: ConfigBlock, lines: readonly string[]): TextEdit[] {
  const { text } = block.file;
  const container = containerOf(block.node, text);
  const { open, close } = container;
  const terminator = lineTerminator(text);
  // An object has no blocks: there it is an item.
  const shown = container.isObject
    ? lines.map((line, i) => (i === 0 ? line.replace(/^([\w-]+)\s*\{/, '$1 = {') : line))
    : lines;
  const body = (indent: string): string => indented(shown, indent, terminator);
  if (close !== undefined && !text.slice(open, close).includes('\n')) {
    if (container.isObject && !container.isEmpty) return insertInline(block, container, shown.join(' '), undefined);
    return expandLine(block, container, body, terminator);
  }
  const indent = innerIndent(block, container);
  const limit = close ?? block.range.end;
  const last = open + text.slice(open, limit).trimEnd().length;
  const at = lineEnd(text, last);
  const gap = container.isObject || text.slice(open, limit).trim() === '' ? '' : terminator;
  if (close !== undefined && at >= close) {
    // The brace closes on the line of the last item.
    return [
      edit(
        block,
        last,
        close,
        `${terminator}${gap}${indent}${body(indent)}${terminator}${indentAt(text, block.range.start)}`,
      ),
    ];
  }
  return [edit(block, at, at, `${terminator}${gap}${indent}${body(indent)}`)];
}

/** Removes an argument, an object's item or a block that stands at a range. */
export function removeNative(target: EditedFile, range: { readonly start: number; readonly end: number }): TextEdit[] {
  const { file } = target;
  const { text } = file;
  const before = codeBetween(file, lineStart(text, range.start), range.start).trim();
  const end = statementEnd(file, range.end);
  const after = codeBetween(file, range.end, end).trim();
  if (before === '' && (after === '' || after === ',')) {
    const lines = wholeLines(file, range);
    return [edit(target, lines.start, lines.end, '')];
  }
  if (after.startsWith(',')) {
    const comma = text.indexOf(',', range.end) + 1;
    const blanks = /^[ \t]*/.exec(text.slice(comma))?.[0].length ?? 0;
    return [edit(target, range.start, comma + blanks, '')];
  }
  const start = text.slice(0, range.start).trimEnd().length;
  if (text[start - 1] === ',') return [edit(target, start - 1, range.end, '')];
  const blanks = /^[ \t]*/.exec(text.slice(range.end))?.[0].length ?? 0;
  return [edit(target, start, range.end + blanks, '')];
}
