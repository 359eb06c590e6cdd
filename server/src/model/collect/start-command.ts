import { HOLE, MappedText, MappedTextBuilder } from '../../core/mapped-text';
import type { Value } from '../values/value';

/**
 * A container's start command as shell text, from its argument vectors (`entryPoint` and `command`). Each item becomes one
 * quoted word, so that `["sh", "-c", "npm install && npm start"]` is opened by the shell parser like any other.
 */
export function argumentsAsScript(...vectors: readonly (Value | undefined)[]): MappedText | undefined {
  const words: MappedText[] = [];
  for (const vector of vectors) {
    if (vector?.type !== 'list') continue;
    for (const item of vector.items)
      words.push(item.type === 'text' ? item.text : MappedText.opaque(HOLE, item.origin ?? vector.origin));
  }
  return words.length > 0 ? joinWords(words) : undefined;
}

/** Joins words into one shell text, each in single quotes when it needs them. */
export function joinWords(words: readonly MappedText[]): MappedText {
  const builder = new MappedTextBuilder();
  words.forEach((word, index) => {
    const at = word.placeAt(0) ?? { start: 0, end: 0 };
    const gap = { ...at, end: at.start };
    if (index > 0) builder.opaque(' ', gap);
    if (/^[\w./:=@,+%\-\uE000]+$/.test(word.text)) {
      builder.append(word);
      return;
    }
    builder.opaque("'", gap);
    let from = 0;
    for (let quote = word.text.indexOf("'"); quote >= 0; quote = word.text.indexOf("'", from)) {
      builder.append(word.slice(from, quote)).opaque(`'\\''`, word.placeAt(quote) ?? gap);
      from = quote + 1;
    }
    builder.append(word.slice(from)).opaque("'", gap);
  });
  return builder.build();
}
