import type { TextEdit } from '../../core/finding';
import type { ShellScript, ShellWord } from '../../lang/shell/ast';

/** Removes a word with the blank before it; undefined when it is not written in one piece or starts a line. */
export function removeWord(script: ShellScript, word: ShellWord): TextEdit | undefined {
  const part = { start: word.range.start - 1, end: word.range.end };
  const at = script.source.sourceOf(part);
  const blank = /[ \t]/.test(script.source.text[part.start] ?? '');
  return at && blank && script.source.isVerbatim(part) ? { at, text: '' } : undefined;
}

/** Adds a word after another one; undefined when that one is not written in one piece. */
export function insertWord(script: ShellScript, after: ShellWord, text: string): TextEdit | undefined {
  if (!script.source.isVerbatim(after.range)) return undefined;
  const { end, path } = after.at;
  return { at: path === undefined ? { start: end, end } : { start: end, end, path }, text: ` ${text}` };
}
