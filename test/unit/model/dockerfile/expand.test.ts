import { describe, expect, it } from 'vitest';
import { HOLE, MappedText } from '../../../../server/src/core/mapped-text';
import { expandVariables } from '../../../../server/src/model/dockerfile';
import { matchesGlob } from '../../../../server/src/model/dockerfile/patterns';
import { checkText } from '../../lang/dockerfile/check';
import { cpuTime } from '../../../support/cpu-time';

const values: Record<string, string> = { V: '1.2.3', EMPTY: '', P: '/usr/local/bin', IMAGE: 'alpine:3' };

function expand(text: string, escape: '\\' | '`' = '\\'): string {
  const source = MappedText.verbatim(text, 0);
  const lookup = (name: string): MappedText | undefined => {
    if (name === 'U') return MappedText.hole({ start: 0, end: 1 });
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? undefined : MappedText.opaque(value, { start: 0, end: 1 });
  };
  const result = expandVariables(source, lookup, escape);
  checkText(result, text);
  return result.text.replaceAll(HOLE, '?');
}

describe('expandVariables', () => {
  it.each([
    ['app:$V', 'app:1.2.3'],
    ['app:${V}-slim', 'app:1.2.3-slim'],
    ['$IMAGE', 'alpine:3'],
    ['$NOPE', '?'],
    ['x$NOPE-y', 'x?-y'],
    ['$U', '?'],
    ['cost$', 'cost$'],
    ['a$/b', 'a$/b'],
    ['\\$V', '$V'],
    ["'$V'", '$V'],
    ['"$V"', '1.2.3'],
    ['"a b"c', 'a bc'],
    ['a\\ b', 'a b'],
    ['"a\\nb"', 'a\\nb'],
    ['"a\\"b"', 'a"b'],
    ['plain', 'plain'],
    ['', ''],
  ])('%s gives %s', (text, expected) => {
    expect(expand(text)).toBe(expected);
  });

  it.each([
    ['${NOPE:-d}', 'd'],
    ['${NOPE-d}', 'd'],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${V:-d}', '1.2.3'],
    ['${U:-d}', '?'],
    ['${NOPE:-a$V}', 'a1.2.3'],
    ['${NOPE:-${NOPE2:-deep}}', 'deep'],
    ['${NOPE:-"a }b"}', 'a }b'],
    ['${V:+yes}', 'yes'],
    ['${NOPE:+yes}', ''],
    ['${EMPTY:+yes}', ''],
    ['${EMPTY+yes}', 'yes'],
    ['${U:+yes}', '?'],
    ['${V:?no}', '1.2.3'],
    ['${NOPE:?no}', '?'],
    ['${V#*.}', '2.3'],
    ['${V##*.}', '3'],
    ['${V%.*}', '1.2'],
    ['${V%%.*}', '1'],
    ['${P#/usr}', '/local/bin'],
    ['${V#x}', '1.2.3'],
    ['${V/./_}', '1_2.3'],
    ['${V//./_}', '1_2_3'],
    ['${V//[.]/_}', '1.2.3'],
    ['${V/2?/}', '1.3'],
    ['${NOPE#x}', '?'],
    ['${U%x}', '?'],
    ['${V^^}', '?'],
    ['${V', '?'],
    ['${', '?'],
    ['${}', '?'],
    ['a${V:-', 'a1.2.3'],
  ])('%s gives %s', (text, expected) => {
    expect(expand(text)).toBe(expected);
  });

  it('uses the escape character of the file', () => {
    expect(expand('C:\\dir\\`$V', '`')).toBe('C:\\dir\\$V');
  });

  it('maps every part to where it was written', () => {
    const source = MappedText.verbatim('app:${T}-${N:-slim}', 100);
    const result = expandVariables(source, (name) => (name === 'T' ? MappedText.verbatim('latest', 10) : undefined));
    expect(result.text).toBe('app:latest-slim');
    expect(result.sourceOf({ start: 0, end: 4 })).toEqual({ start: 100, end: 104 });
    expect(result.sourceOf({ start: 4, end: 10 })).toEqual({ start: 10, end: 16 });
    expect(result.sourceOf({ start: 11, end: 15 })).toEqual({ start: 114, end: 118 });
    expect(result.sourceOf()).toBeUndefined();
  });

  it('stays fast on deep and long texts', () => {
    const started = cpuTime();
    expand('${a:-'.repeat(50_000));
    expand('$V'.repeat(50_000));
    expand('"\\a'.repeat(50_000));
    expect(cpuTime() - started).toBeLessThan(5000);
  });
});

it('matches shell patterns', () => {
  expect(matchesGlob('a*b?c', 'axxbyc')).toBe(true);
  expect(matchesGlob('a*b', 'axbx')).toBe(false);
  expect(matchesGlob('*', '')).toBe(true);
  expect(matchesGlob('?', '')).toBe(false);
  expect(matchesGlob('\\*', '*')).toBe(true);
  expect(matchesGlob('\\*', 'a')).toBe(false);
  expect(matchesGlob('\\?', 'a')).toBe(false);
});
