import { expect } from 'vitest';
import type { MappedText } from '../../../../server/src/core/mapped-text';
import type { Range } from '../../../../server/src/core/text';
import type { DockerfileSyntax, Instruction } from '../../../../server/src/lang/dockerfile/ast';

/** What must be true of every tree: ranges in bounds and in order, and what is verbatim stands in the source as it is. */
export function checkDockerfile(syntax: DockerfileSyntax): void {
  const { text } = syntax;
  let last = 0;
  for (const instruction of syntax.instructions) {
    expect(instruction.range.start).toBeGreaterThanOrEqual(last);
    last = instruction.range.end;
    checkInstruction(instruction, text);
  }
  let comment = 0;
  for (const each of syntax.comments) {
    expect(each.range.start).toBeGreaterThanOrEqual(comment);
    comment = each.range.end;
    checkRange(each.range, { start: 0, end: text.length });
    expect(text.startsWith(each.text, each.textStart)).toBe(true);
  }
  for (const directive of syntax.directives) checkText(directive.value, text);
  for (const problem of syntax.problems) checkRange(problem.range, { start: 0, end: text.length });
}

function checkInstruction(instruction: Instruction, text: string): void {
  const { range } = instruction;
  checkRange(range, { start: 0, end: text.length });
  checkRange(instruction.keywordRange, range);
  checkText(instruction.argument, text);
  // A byte order mark is no white space for Docker.
  expect(/^[^\S\uFEFF]|[^\S\uFEFF]$/.test(instruction.argument.text)).toBe(false);
  for (const flag of instruction.flags) {
    checkRange(flag.range, range);
    if (flag.value) checkText(flag.value, text);
  }
  for (const word of instruction.words) {
    checkText(word, text);
    expect(word.length).toBeGreaterThan(0);
  }
  for (const item of instruction.execForm ?? []) checkText(item, text);
  for (const heredoc of instruction.heredocs) {
    checkText(heredoc.content, text);
    expect(text.slice(heredoc.markerRange.start, heredoc.markerRange.end)).toContain('<<');
  }
  if (instruction.inner) checkInstruction(instruction.inner, text);
}

function checkRange(inner: Range, outer: Range): void {
  if (inner.start < outer.start || inner.end < inner.start || inner.end > outer.end)
    throw new Error(`range ${inner.start}..${inner.end} outside ${outer.start}..${outer.end}`);
}

/** Segments cover the text without a gap, and what is verbatim stands in the source as it is. */
export function checkText(mapped: MappedText, text: string): void {
  let at = 0;
  for (const segment of mapped.segments) {
    if (segment.start !== at) throw new Error(`gap at ${at}`);
    at = segment.end;
    checkRange(segment.source, { start: 0, end: text.length });
    if (!segment.verbatim) continue;
    const written = text.slice(segment.source.start, segment.source.end);
    if (written !== mapped.text.slice(segment.start, segment.end)) throw new Error(`"${written}" is not verbatim`);
  }
  if (at !== mapped.length) throw new Error(`segments end at ${at} of ${mapped.length}`);
}
