import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOLE, MappedText } from '../../../../server/src/core/mapped-text';
import { parseJson } from '../../../../server/src/lang/data/json';
import { regions } from '../../../../server/src/lang/data/regions';
import { asScalar, entry, get, items, placeOf } from '../../../../server/src/lang/data/tree';
import type { DataFile } from '../../../../server/src/lang/data/tree';
import { checkTree, plain } from './helpers';
import { cpuTime } from '../../../support/cpu-time';

const root = (file: DataFile) => file.documents[0]?.root;
const slice = (file: DataFile, range: { start: number; end: number } | undefined): string =>
  range ? file.text.slice(range.start, range.end) : '<none>';

describe('parseJson', () => {
  it('gives exact ranges', () => {
    const file = parseJson('{ "a": [1, "x\\ny"], "b": {} }');
    expect(slice(file, entry(root(file), 'a')?.range)).toBe('"a": [1, "x\\ny"]');
    expect(slice(file, entry(root(file), 'a')?.keyRange)).toBe('"a"');
    const second = asScalar(items(get(root(file), 'a'))[1]);
    expect(second).toMatchObject({ style: 'json', value: 'x\ny' });
    expect(slice(file, second?.text.sourceOf({ start: 1, end: 2 }))).toBe('\\n');
    expect(slice(file, second?.text.sourceOf({ start: 2, end: 3 }))).toBe('y');
    checkTree(file);
  });

  it('reads comments, trailing commas and a BOM', () => {
    const file = parseJson('\uFEFF// one\r\n{"a": 1, /* two */ "b": [1,],}\r\n');
    expect(plain(root(file))).toEqual({ a: 1, b: [1] });
    expect(file.documents[0]?.comments.map((comment) => comment.text)).toEqual([' one', ' two ']);
    for (const comment of file.documents[0]?.comments ?? [])
      expect(file.text.startsWith(comment.text, comment.textStart)).toBe(true);
    expect(regions(file).statements.map((range) => slice(file, range))).toEqual(['"a": 1', '1']);
  });

  it.each([
    ['{"a": 1, "b": ', { a: 1, b: null }],
    ['{"a": 1, "b"', { a: 1, b: null }],
    ['{"a": [1, {"b": 2', { a: [1, { b: 2 }] }],
    ['{"a": "x', { a: 'x' }],
    ['{"a": , "c": 3}', { a: null, c: 3 }],
    ['', null],
  ])('reads on through %j', (text, expected) => {
    const file = parseJson(text);
    expect(plain(root(file))).toEqual(expected);
    checkTree(file);
  });

  it('takes a hole for an unknown value', () => {
    const text = MappedText.concat([
      MappedText.verbatim('{"a": ', 0),
      MappedText.hole({ start: 6, end: 16 }),
      MappedText.verbatim(', "b": "x', 16),
      MappedText.hole({ start: 25, end: 30 }),
      MappedText.verbatim('"}', 30),
    ]);
    const file = parseJson(text);
    expect(plain(root(file))).toEqual({ a: HOLE, b: `x${HOLE}` });
    expect(asScalar(get(root(file), 'a'))?.text.sourceOf()).toEqual({ start: 6, end: 16 });
    const b = asScalar(get(root(file), 'b'));
    expect(b?.text.sourceOf({ start: 0, end: 1 })).toEqual({ start: 24, end: 25 });
    expect(b && placeOf(file, b.range)).toEqual({ start: 23, end: 31 });
    expect(file.documents[0]?.problems).toEqual([]);
  });

  it('agrees with JSON.parse', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const file = parseJson(text);
        expect(plain(root(file))).toEqual(JSON.parse(text));
        expect(file.documents[0]?.problems).toEqual([]);
        checkTree(file);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('reads every prefix', () => {
    const text = '{"a": {"b": [1, true, null, "x\\u00e9"]}, /* c */ "d": -1.5e3}';
    for (let end = 0; end <= text.length; end++) checkTree(parseJson(text.slice(0, end)));
  });

  it.each([
    ['open brackets', '['.repeat(20_000)],
    ['open maps', '{"a":'.repeat(20_000)],
    ['closing brackets', ']'.repeat(100_000)],
    ['a long string', `{"a": "${'x\\n'.repeat(300_000)}"}`],
    ['an open comment', '/*'.repeat(200_000)],
  ])('survives %s', (_, text) => {
    const start = cpuTime();
    const file = parseJson(text);
    for (const document of file.documents) plain(document.root);
    expect(cpuTime() - start).toBeLessThan(5000);
  });
});
