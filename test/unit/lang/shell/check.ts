import type { Range } from '../../../../server/src/core/text';
import type { ShellScript, ShellWord } from '../../../../server/src/lang/shell/ast';
import { checkText } from '../dockerfile/check';

/** What must be true of every script: ranges in bounds, texts that map. */
export function checkScript(script: ShellScript, file: string): void {
  const length = script.source.length;
  const range = (at: Range, limit: number): void => {
    if (at.start < 0 || at.end < at.start || at.end > limit)
      throw new Error(`range ${at.start}..${at.end} of ${limit}`);
  };
  const word = (each: ShellWord): void => {
    range(each.range, length);
    range(each.at, file.length);
    checkText(each.value, file);
    if (each.text !== each.value.text) throw new Error(`"${each.text}" is not "${each.value.text}"`);
    if (each.complete !== each.value.complete) throw new Error(`"${each.text}" is not what it says`);
  };
  for (const command of script.commands) {
    range(command.range, length);
    range(command.at, file.length);
    command.words.forEach(word);
    for (const { value } of command.assignments) if (value) word(value);
    for (const { target, content, at } of command.redirects) {
      range(at, file.length);
      if (target) word(target);
      if (content) checkText(content, file);
    }
    if (command.pipeline.index >= command.pipeline.length) throw new Error('index outside the pipeline');
  }
  for (const comment of script.comments) {
    range(comment.range, length);
    range(comment.at, file.length);
  }
}
