import { describe, expect, it } from 'vitest';
import { HOLE, MappedText, MappedTextBuilder } from '../../../../server/src/core/mapped-text';
import { regions } from '../../../../server/src/lang/data/regions';
import { asMap, asScalar, entry, get, items, placeOf, resolve } from '../../../../server/src/lang/data/tree';
import type { DataFile } from '../../../../server/src/lang/data/tree';
import { parseYaml } from '../../../../server/src/lang/data/yaml';
import { checkTree, plain, scalarsOf } from './helpers';

const root = (file: DataFile) => file.documents[0]?.root;
const slice = (file: DataFile, range: { start: number; end: number } | undefined): string =>
  range ? file.text.slice(range.start, range.end) : '<none>';
const valueOf = (text: string): unknown => plain(get(root(parseYaml(`a: ${text}\n`)), 'a'));

describe('scalars', () => {
  it.each([
    ['yes', true],
    ['No', false],
    ['ON', true],
    ['off', false],
    ['true', true],
    ['y', 'y'],
    ['017', 15],
    ['0o17', 15],
    ['08', 8],
    ['0x1F', 31],
    ['-0b11', -3],
    ['1_000', 1000],
    ['+12', 12],
    ['1.5e3', 1500],
    ['.5', 0.5],
    ['-.inf', -Infinity],
    ['~', null],
    ['null', null],
    ['NULL', null],
    ['nUll', 'nUll'],
    ['1.2.3', '1.2.3'],
    ['1e', '1e'],
    ['-', null],
    ['0x', '0x'],
    ['.', '.'],
    ['12:30', '12:30'],
    ['2024-01-02', '2024-01-02'],
    ['"yes"', 'yes'],
    ["'017'", '017'],
    ['!!str 017', '017'],
    ['!!int "3"', 3],
    ['!Ref x', 'x'],
  ])('resolves %s as go-yaml does', (text, expected) => {
    if (text === '-') expect(plain(root(parseYaml('- ')))).toEqual([null]);
    else expect(valueOf(text)).toEqual(expected);
  });

  it('decodes a double-quoted scalar and maps each part', () => {
    const file = parseYaml('a: "x\\ty\\u00e9\\\n   z\n\n  w"\n');
    const scalar = asScalar(get(root(file), 'a'));
    expect(scalar?.text.text).toBe('x\tyéz\nw');
    expect(slice(file, scalar?.text.sourceOf({ start: 1, end: 2 }))).toBe('\\t');
    expect(slice(file, scalar?.text.sourceOf({ start: 4, end: 5 }))).toBe('z');
    expect(slice(file, scalar?.text.sourceOf({ start: 6, end: 7 }))).toBe('w');
    expect(slice(file, scalar?.range)).toBe('"x\\ty\\u00e9\\\n   z\n\n  w"');
    expect(scalar?.text.segments.filter((segment) => segment.verbatim)).toHaveLength(4);
  });

  it('decodes a single-quoted scalar', () => {
    const file = parseYaml("a: 'it''s'\n");
    const text = asScalar(get(root(file), 'a'))?.text;
    expect(text?.text).toBe("it's");
    expect(slice(file, text?.sourceOf({ start: 2, end: 3 }))).toBe("''");
    expect(slice(file, text?.sourceOf({ start: 3, end: 4 }))).toBe('s');
  });

  it.each([
    ['|\n  x\n   y\n\n  z\n\n', 'x\n y\n\nz\n'],
    ['|-\n  x\n\n', 'x'],
    ['|+\n  x\n\n', 'x\n\n'],
    ['|2\n   x\n', ' x\n'],
    ['>\n  x\n  y\n\n  z\n   w\n  v\n', 'x y\nz\n w\nv\n'],
    ['>-\n  x\n  y\n', 'x y'],
    ['>+\n  x\n\n', 'x\n\n'],
    ['| # comment\n  # data\n  y\n', '# data\ny\n'],
    ['|\r\n  x\r\n  y\r\n', 'x\ny\n'],
  ])('decodes the block scalar %j', (block, expected) => {
    const file = parseYaml(`a: ${block}`);
    const scalar = asScalar(get(root(file), 'a'));
    expect(scalar?.value).toBe(expected);
    expect(scalar?.text.text).toBe(expected);
    expect(scalar?.text.segments.some((segment) => segment.verbatim)).toBe(true);
    checkTree({
      ...file,
      documents: file.documents.map((document) => ({ ...document, range: { start: 0, end: 999 } })),
    });
  });

  it('ends a block scalar with its last line', () => {
    const file = parseYaml('run: |\n  make\n  test\n\n# after\nb: 1\n');
    expect(slice(file, entry(root(file), 'run')?.range)).toBe('run: |\n  make\n  test');
    const text = asScalar(get(root(file), 'run'))?.text;
    expect(slice(file, text?.sourceOf({ start: 5, end: 9 }))).toBe('test');
    expect(text?.isVerbatim({ start: 5, end: 9 })).toBe(true);
  });

  it('gives an empty null after the colon', () => {
    const file = parseYaml('a:   \n  # c\nb:\n- \nc: {d, e: }\n');
    for (const key of ['a', 'b']) expect(entry(root(file), key)).toBeDefined();
    expect(asScalar(get(root(file), 'a'))).toMatchObject({ value: null, range: { start: 2, end: 2 } });
    expect(asScalar(get(root(file), 'c', 'd'))).toMatchObject({ value: null });
    expect(slice(file, entry(get(root(file), 'c'), 'd')?.range)).toBe('d');
  });
});

describe('structure', () => {
  it('gives exact ranges', () => {
    const file = parseYaml('a:\n  - b: 1\n    c: {d: [x, "y"]}\n\n# end\nz: 1\n');
    expect(slice(file, entry(root(file), 'a')?.range)).toBe('a:\n  - b: 1\n    c: {d: [x, "y"]}');
    expect(slice(file, items(get(root(file), 'a'))[0]?.range)).toBe('b: 1\n    c: {d: [x, "y"]}');
    expect(slice(file, get(items(get(root(file), 'a'))[0], 'c')?.range)).toBe('{d: [x, "y"]}');
    expect(asMap(get(items(get(root(file), 'a'))[0], 'c'))?.flow).toBe(true);
    checkTree(file);
  });

  it('follows aliases and merge keys, and expands nothing', () => {
    const file = parseYaml(
      'base: &base\n  image: a:1\n  tag: x\nother: &other {tag: y}\nweb:\n  <<: [*other, *base]\n  ports: &p [1]\napi:\n  <<: *base\n  image: b:2\n  ports: *p\n',
    );
    expect(plain(get(root(file), 'web', 'tag'))).toBe('y');
    expect(plain(get(root(file), 'web', 'image'))).toBe('a:1');
    expect(slice(file, get(root(file), 'web', 'image')?.range)).toBe('a:1');
    expect(plain(get(root(file), 'api', 'image'))).toBe('b:2');
    expect(plain(get(root(file), 'api', 'ports'))).toEqual([1]);
    expect(get(root(file), 'api', 'ports')?.type).toBe('alias');
  });

  it('leaves an alias to nothing, or to the node around it, without a target', () => {
    const file = parseYaml('a: *nowhere\nb: &b [*b]\n');
    expect(resolve(get(root(file), 'a'))).toBeUndefined();
    expect(resolve(items(get(root(file), 'b'))[0])).toBeUndefined();
  });

  it('takes the last of duplicate keys and keeps both', () => {
    const file = parseYaml('a: 1\na: 2\n');
    expect(plain(get(root(file), 'a'))).toBe(2);
    expect(asMap(root(file))?.entries).toHaveLength(2);
    expect(file.documents[0]?.problems).toEqual([]);
  });

  it('drops keys that are no scalars', () => {
    const file = parseYaml('? [a, &x b]\n: c\nd: *x\n');
    expect(plain(root(file))).toEqual({ d: 'b' });
  });

  it('splits a stream', () => {
    const text = '\uFEFF# head\n%YAML 1.1\n---\na: 1\n---\nb: |\n  x\n---\n--- # empty\n...\n# tail\n---\nc: 3\n';
    const file = parseYaml(text);
    expect(file.documents.map((document) => plain(document.root))).toEqual([
      { a: 1 },
      { b: 'x\n' },
      null,
      null,
      { c: 3 },
    ]);
    expect(file.documents[0]?.range.start).toBe(0);
    expect(file.documents.map((document) => document.comments.map((comment) => comment.text.trim()))).toEqual([
      ['head'],
      [],
      [],
      ['empty'],
      ['tail'],
    ]);
    checkTree(file);
  });

  it('splits after a BOM', () => {
    const file = parseYaml('\uFEFF---\na: 1\n---\nb: 2\n');
    expect(file.documents.map((document) => plain(document.root))).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it.each(['', '\n', '# only\n', '---\n', '\uFEFF'])('reads %j as one empty document', (text) => {
    const file = parseYaml(text);
    expect(file.documents).toHaveLength(1);
    expect(root(file)).toBeUndefined();
  });

  it('reads CRLF at the same offsets', () => {
    const file = parseYaml('a: 1\r\nb:\r\n  - x # c\r\n---\r\nc: "p\r\n  q"\r\n');
    expect(file.documents.map((document) => plain(document.root))).toEqual([{ a: 1, b: ['x'] }, { c: 'p q' }]);
    expect(file.documents[0]?.comments[0]?.text).toBe(' c');
    expect(slice(file, file.documents[0]?.comments[0]?.range)).toBe('# c');
    checkTree(file);
  });

  it('reads on after a tab', () => {
    const file = parseYaml('a:\n\tb: 1\nc:\t2\n');
    expect(plain(get(root(file), 'c'))).toBe(2);
    expect(file.documents[0]?.problems.length).toBeGreaterThan(0);
  });
});

describe('comments', () => {
  it('finds comments and takes no data for one (P36)', () => {
    const text = '# 1\na: b # 2\nc: "x # no"\nd: | # 3\n  # no\n  y\n#4\ne: f#no\ng: [1, # 5\n  2]\nh: p\n  q # 6\n';
    const file = parseYaml(text);
    expect(file.documents[0]?.comments.map((comment) => comment.text.trim())).toEqual(['1', '2', '3', '4', '5', '6']);
    for (const comment of file.documents[0]?.comments ?? []) {
      expect(text[comment.range.start]).toBe('#');
      expect(text.slice(comment.textStart, comment.range.end)).toBe(comment.text);
    }
  });

  it('gives regions', () => {
    const file = parseYaml('a: 1\nb:\n  - x\n  - y: |\n      z\n---\nc: {d: e}\n');
    const found = regions(file);
    expect(found.statements.map((range) => slice(file, range))).toEqual(['a: 1', 'x', 'y: |\n      z', 'd: e']);
    expect(found.blocks.map((range) => slice(file, range))).toEqual([
      'b:\n  - x\n  - y: |\n      z',
      'y: |\n      z',
      'c: {d: e}',
    ]);
  });
});

describe('derived text', () => {
  it('maps scalars to the source and ranges through placeOf', () => {
    const source = 'HEAD\n    a: "x\\ny"\n    b:\n      - 12\n';
    const text = MappedText.concat([
      MappedText.verbatim('a: "x\\ny"\n', 9),
      MappedText.verbatim('b:\n', 23),
      MappedText.verbatim('  - 12\n', 30),
    ]);
    const file = parseYaml(text);
    const a = asScalar(get(root(file), 'a'));
    expect(a?.value).toBe('x\ny');
    expect(a && placeOf(file, a.range)).toEqual({ start: 12, end: 18 });
    const y = a?.text.sourceOf({ start: 2, end: 3 });
    expect(source.slice(y?.start, y?.end)).toBe('y');
    const twelve = asScalar(items(get(root(file), 'b'))[0]);
    expect(source.slice(twelve?.text.sourceOf()?.start, twelve?.text.sourceOf()?.end)).toBe('12');
    expect(placeOf(file, { start: 0, end: 0 })).toEqual({ start: 9, end: 9 });
  });

  it('takes a block scalar of one heredoc for one place, and of two literals for none', () => {
    const heredoc = new MappedTextBuilder().verbatim('a: |\n', 4).verbatim('  x\n', 13).verbatim('  y\n', 21).build();
    const one = scalarsOf(parseYaml(heredoc))[0];
    expect(one?.text.text).toBe('x\ny\n');
    expect(one?.text.sourceOf({ start: 0, end: 3 })).toEqual({ start: 15, end: 24 });
    const joined = MappedText.concat([MappedText.verbatim('a: |\n  x\n', 4), MappedText.verbatim('  y\n', 40)]);
    const two = scalarsOf(parseYaml(joined))[0];
    expect(two?.text.sourceOf({ start: 0, end: 3 })).toBeUndefined();
    expect(two?.text.sourceOf({ start: 2, end: 3 })).toEqual({ start: 42, end: 43 });
  });

  it('keeps holes', () => {
    const text = MappedText.concat([
      MappedText.verbatim('a: x', 0),
      MappedText.hole({ start: 4, end: 10 }),
      MappedText.verbatim('\n', 10),
    ]);
    const scalar = scalarsOf(parseYaml(text))[0];
    expect(scalar?.text.text).toBe(`x${HOLE}`);
    expect(scalar?.text.sourceOf({ start: 1, end: 2 })).toEqual({ start: 4, end: 10 });
  });
});
