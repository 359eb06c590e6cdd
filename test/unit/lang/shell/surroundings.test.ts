import { describe, expect, it } from 'vitest';
import { MappedText } from '../../../../server/src/core/mapped-text';
import { parseShell } from '../../../../server/src/lang/shell/parse';

const known = (value: string) => (name: string) =>
  name === 'TAG' ? MappedText.opaque(value, { start: 900, end: 901 }) : undefined;
const words = (text: MappedText, value: string): string[] =>
  parseShell(text, { variables: known(value) }).commands.flatMap((command) => command.words.map((word) => word.text));

describe('the same text in several surroundings', () => {
  it('is read anew when it asks for a variable that they set', () => {
    const text = MappedText.verbatim('docker pull shop:$TAG', 0);
    expect(words(text, '1.0')).toEqual(['docker', 'pull', 'shop:1.0']);
    expect(words(text, '2.0')).toEqual(['docker', 'pull', 'shop:2.0']);
    expect(parseShell(text).commands[0]?.words[2]?.complete).toBe(false);
  });

  it('is read anew when a script inside of it asks', () => {
    const text = MappedText.verbatim("sh -c 'docker pull shop:$TAG'", 0);
    expect(words(text, '1.0').at(-1)).toBe('shop:1.0');
    expect(words(text, '2.0').at(-1)).toBe('shop:2.0');
  });

  it('is read once when it asks for nothing', () => {
    const text = MappedText.verbatim('TAG=1.0; docker pull shop:$TAG', 0);
    const first = parseShell(text, { variables: known('9.9') });
    expect(first.commands[1]?.words[2]?.text).toBe('shop:1.0');
    expect(parseShell(text)).toBe(first);
  });
});
