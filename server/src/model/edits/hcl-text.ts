import type { TextEdit } from '../../core/finding';
import type { Range } from '../../core/text';
import type { HclFile } from '../../lang/hcl/ast';

/** A file and where it lies: what an edit needs to know. */
export interface EditedFile {
  readonly file: HclFile;
  readonly path: string;
}

export function edit(target: EditedFile, start: number, end: number, text: string): TextEdit {
  return { at: { start, end, path: target.path }, text };
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset just before the terminator of the line that holds the offset. */
export function lineEnd(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset);
  const end = feed < 0 ? text.length : feed;
  return end > offset && text[end - 1] === '\r' ? end - 1 : end;
}

/** Offset of the line after the one that ends at `end`. */
export function nextLine(text: string, end: number): number {
  const feed = text.indexOf('\n', end);
  return feed < 0 ? text.length : feed + 1;
}

export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';
}

/** The end of the line that holds an offset; a comment that starts there and goes on belongs to the line. */
export function statementEnd(file: HclFile, offset: number): number {
  let end = lineEnd(file.text, offset);
  for (const comment of file.comments) {
    if (comment.range.start >= offset && comment.range.start < end && comment.range.end > end) {
      end = lineEnd(file.text, comment.range.end);
    }
  }
  return end;
}

/** A stretch of text in which comments are blanks. */
export function codeBetween(file: HclFile, start: number, end: number): string {
  let code = file.text.slice(start, end);
  for (const { range } of file.comments) {
    if (range.end <= start || range.start >= end) continue;
    const from = Math.max(range.start, start) - start;
    const to = Math.min(range.end, end) - start;
    code = code.slice(0, from) + ' '.repeat(to - from) + code.slice(to);
  }
  return code;
}

/**
 * The lines of a range with their terminators, and one of the blank lines around them where two would meet, or one would
 * stand beside a brace.
 */
export function wholeLines(file: HclFile, range: Range): Range {
  const { text } = file;
  let start = lineStart(text, range.start);
  let end = nextLine(text, statementEnd(file, range.end));
  const previous = start === 0 ? undefined : text.slice(lineStart(text, start - 1), start);
  const next = end >= text.length ? undefined : text.slice(end, nextLine(text, end));
  const isBlank = (line: string | undefined): boolean => line !== undefined && line.trim() === '';
  const opens = previous === undefined || /[{[(]\s*$/.test(previous);
  const closes = next === undefined || /^\s*[}\])]/.test(next);
  if (isBlank(next) && (isBlank(previous) || opens)) end = nextLine(text, end);
  else if (isBlank(previous) && closes) start = lineStart(text, start - 1);
  return { start, end };
}

/** Indents lines after the first one and joins them with the file's line terminator. */
export function indented(lines: readonly string[], indent: string, terminator: string): string {
  return lines.map((line, i) => (i === 0 || line === '' ? line : indent + line)).join(terminator);
}
