import type { MappedText } from '../../core/mapped-text';
import { alternatives, type Value } from './value';

/**
 * The possible strings of a value, one a branch. Empty when any branch is not a string, so that rules about "every
 * branch" stay silent on what they do not know.
 */
export function textsOf(value: Value | undefined): readonly MappedText[] {
  if (!value) return [];
  const texts: MappedText[] = [];
  for (const option of alternatives(value)) {
    if (option.type !== 'text') return [];
    texts.push(option.text);
  }
  return texts;
}
