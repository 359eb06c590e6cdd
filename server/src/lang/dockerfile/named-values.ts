import type { MappedText } from '../../core/mapped-text';
import type { Instruction } from './ast';
import { isSpace, skipSpaces } from './characters';

/** `NAME=value` of an `ENV`, `LABEL` or `ARG`; quotes and variables stay in the value. */
export interface NamedValue {
  readonly name: string;
  readonly value: MappedText | undefined;
}

/**
 * The names that an `ENV`, `LABEL` or `ARG` sets. `ENV NAME the rest` without `=` in its first word is the legacy form with
 * one name; an `ARG` without `=` has no value.
 */
export function namedValues(instruction: Instruction): NamedValue[] {
  const { words, argument } = instruction;
  const first = words[0];
  if (!first) return [];
  if (instruction.keyword !== 'ARG' && !first.text.includes('=')) {
    let end = 0;
    while (end < argument.length && !isSpace(argument.text.charCodeAt(end))) end++;
    const value = argument.slice(skipSpaces(argument.text, end, argument.length));
    return [{ name: argument.text.slice(0, end), value }];
  }
  return words.map((word) => {
    const equals = word.text.indexOf('=');
    return equals < 0
      ? { name: word.text, value: undefined }
      : { name: word.text.slice(0, equals), value: word.slice(equals + 1) };
  });
}
