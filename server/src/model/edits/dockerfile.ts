import type { TextEdit } from '../../core/finding';
import { lineTerminator } from '../../core/text';
import type { Instruction } from '../../lang/dockerfile/ast';

/** Puts lines before an instruction, at its indentation. */
export function insertBefore(text: string, instruction: Instruction, lines: readonly string[]): TextEdit {
  const terminator = lineTerminator(text);
  const start = text.lastIndexOf('\n', instruction.range.start - 1) + 1;
  const indent = text.slice(start, instruction.range.start);
  return { at: { start, end: start }, text: lines.map((line) => indent + line + terminator).join('') };
}

/** Removes an instruction with its lines. */
export function removeInstruction(text: string, instruction: Instruction): TextEdit {
  const start = text.lastIndexOf('\n', instruction.range.start - 1) + 1;
  let end = instruction.range.end;
  while (end < text.length && text[end] !== '\n') end++;
  return { at: { start, end: Math.min(end + 1, text.length) }, text: '' };
}

/** Removes one word of an instruction and the blank before it; the whole instruction when it is the only word. */
export function removeWord(text: string, instruction: Instruction, index: number): TextEdit | undefined {
  if (instruction.words.length === 1) return removeInstruction(text, instruction);
  const at = instruction.words[index]?.sourceOf();
  if (!at) return undefined;
  const previous = instruction.words[index - 1]?.sourceOf();
  const next = instruction.words[index + 1]?.sourceOf();
  if (previous) return { at: { start: previous.end, end: at.end }, text: '' };
  return next && { at: { start: at.start, end: next.start }, text: '' };
}
