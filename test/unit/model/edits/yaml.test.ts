import { describe, expect, it } from 'vitest';
import type { TextEdit } from '../../../../server/src/core/finding';
import { applyEdits } from '../../../../server/src/core/fix';
import { asMap, asScalar, asSequence, entry, get } from '../../../../server/src/lang/data/tree';
import type { DataNode, MapNode, ScalarNode, SequenceNode } from '../../../../server/src/lang/data/tree';
import { parseYaml } from '../../../../server/src/lang/data/yaml';
import {
  appendItem,
  insertEntry,
  insertInto,
  removeEntry,
  removeItem,
  replaceScalar,
} from '../../../../server/src/model/edits/yaml';

function root(text: string): DataNode | undefined {
  return parseYaml(text, {}).documents[0]?.root;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not in the text');
  return value;
}

const mapAt = (text: string, ...path: string[]): MapNode => found(asMap(get(root(text), ...path)));
const listAt = (text: string, ...path: string[]): SequenceNode => found(asSequence(get(root(text), ...path)));
const itemMap = (list: SequenceNode, index: number): MapNode => found(asMap(list.items[index]));

function after(text: string, edit: TextEdit | undefined): string | undefined {
  if (!edit) return undefined;
  const result = applyEdits(text, [edit]);
  expect(parseYaml(result, {}).documents.flatMap(({ problems }) => problems)).toEqual([]);
  return result;
}

describe('insertEntry', () => {
  it('goes behind the last entry, at the indentation of the map', () => {
    const text = 'a:\n  b: 1\n  c: 2\nd: 3\n';
    expect(after(text, insertEntry(text, mapAt(text, 'a'), ['e:', '  f: 4']))).toBe(
      'a:\n  b: 1\n  c: 2\n  e:\n    f: 4\nd: 3\n',
    );
  });

  it('goes behind the named entry and what is nested in it', () => {
    const text = 'a:\n  b:\n    - 1\n    - 2\n  c: 3\n';
    expect(after(text, insertEntry(text, mapAt(text, 'a'), ['x: y'], 'b'))).toBe(
      'a:\n  b:\n    - 1\n    - 2\n  x: y\n  c: 3\n',
    );
  });

  it('keeps to the column of a map that begins behind a dash', () => {
    const text = 'list:\n  - name: a\n    image: b\n  - name: c\n';
    expect(after(text, insertEntry(text, itemMap(listAt(text, 'list'), 0), ['x: y']))).toBe(
      'list:\n  - name: a\n    image: b\n    x: y\n  - name: c\n',
    );
    expect(after(text, insertEntry(text, itemMap(listAt(text, 'list'), 1), ['x: y']))).toBe(
      'list:\n  - name: a\n    image: b\n  - name: c\n    x: y\n',
    );
  });

  it('leaves a comment behind the entry where it is', () => {
    const text = 'a: 1 # one\nb: 2\n';
    expect(after(text, insertEntry(text, mapAt(text), ['x: y'], 'a'))).toBe('a: 1 # one\nx: y\nb: 2\n');
  });

  it('goes behind a block scalar, whose range may end after its line break', () => {
    const text = 'a: |\n  one\n  two\nb: 2\n';
    expect(after(text, insertEntry(text, mapAt(text), ['x: y'], 'a'))).toBe('a: |\n  one\n  two\nx: y\nb: 2\n');
  });

  it('writes the line terminator of the text, and works without one at the end', () => {
    const text = 'a: 1\r\nb: 2';
    expect(after(text, insertEntry(text, mapAt(text), ['x:', '  y: 3']))).toBe('a: 1\r\nb: 2\r\nx:\r\n  y: 3');
  });

  it('takes one line in a flow map, none that is nested', () => {
    const text = 'a: { b: 1 }\nc: {}\n';
    expect(after(text, insertEntry(text, mapAt(text, 'a'), ['x: y']))).toBe('a: { b: 1, x: y }\nc: {}\n');
    expect(after(text, insertEntry(text, mapAt(text, 'c'), ['x: y']))).toBe('a: { b: 1 }\nc: { x: y }\n');
    expect(insertEntry(text, mapAt(text, 'a'), ['x:', '  y: 1'])).toBeUndefined();
  });
});

describe('insertInto', () => {
  it('adds the key when it is absent', () => {
    const text = 'a: 1\n';
    expect(after(text, insertInto(text, mapAt(text), 'b', ['c: 2']))).toBe('a: 1\nb:\n  c: 2\n');
  });

  it('adds to the map that is there', () => {
    const text = 'b:\n  d: 1\na: 1\n';
    expect(after(text, insertInto(text, mapAt(text), 'b', ['c: 2']))).toBe('b:\n  d: 1\n  c: 2\na: 1\n');
  });

  it('does not touch a value that is no map', () => {
    const text = 'b: 1\n';
    expect(insertInto(text, mapAt(text), 'b', ['c: 2'])).toBeUndefined();
  });
});

describe('appendItem', () => {
  it('keeps the indentation of the dashes', () => {
    const text = 'a:\n- 1\n- 2\nb:\n    -   x: 1\n        y: 2\n';
    expect(after(text, appendItem(text, listAt(text, 'a'), ['3']))).toBe(
      'a:\n- 1\n- 2\n- 3\nb:\n    -   x: 1\n        y: 2\n',
    );
    expect(after(text, appendItem(text, listAt(text, 'b'), ['x: 3', 'y: 4']))).toBe(
      'a:\n- 1\n- 2\nb:\n    -   x: 1\n        y: 2\n    - x: 3\n      y: 4\n',
    );
  });

  it('does nothing to a flow sequence', () => {
    const text = 'a: [1, 2]\n';
    expect(appendItem(text, listAt(text, 'a'), ['3'])).toBeUndefined();
  });
});

describe('removeEntry', () => {
  const without = (text: string, key: string, ...path: string[]): string | undefined => {
    const map = mapAt(text, ...path);
    return after(text, removeEntry(text, map, found(entry(map, key))));
  };

  it('takes the lines of the entry and nothing else', () => {
    const text = 'a: 1\n# about b\nb:\n  c: 2\n  d: 3\ne: 4\n';
    expect(without(text, 'b')).toBe('a: 1\n# about b\ne: 4\n');
  });

  it('works on the last line without a terminator, and with CRLF', () => {
    const last = 'a: 1\nb: 2';
    expect(without(last, 'b')).toBe('a: 1\n');
    const text = 'a: 1\r\nb: 2\r\nc: 3\r\n';
    expect(without(text, 'b')).toBe('a: 1\r\nc: 3\r\n');
  });

  it('moves the next entry up behind the dash', () => {
    const text = 'l:\n  - a: 1\n    b: 2\n';
    const map = itemMap(listAt(text, 'l'), 0);
    expect(after(text, removeEntry(text, map, found(map.entries[0])))).toBe('l:\n  - b: 2\n');
  });

  it('takes the comma of a flow map', () => {
    const text = 'm: { a: 1, b: 2, c: 3 }\n';
    expect(without(text, 'a', 'm')).toBe('m: { b: 2, c: 3 }\n');
    expect(without(text, 'b', 'm')).toBe('m: { a: 1, c: 3 }\n');
    expect(without(text, 'c', 'm')).toBe('m: { a: 1, b: 2 }\n');
  });

  it('does not leave a map empty', () => {
    const text = 'm:\n  a: 1\n';
    expect(without(text, 'a', 'm')).toBeUndefined();
  });

  it('leaves an entry that comes through a merge key where it is', () => {
    expect(without('x: &x\n  a: 1\n  b: 2\nm:\n  <<: *x\n  c: 3\n', 'a', 'm')).toBeUndefined();
  });
});

describe('removeItem', () => {
  it('takes the lines of a block item', () => {
    const text = 'l:\n  - a: 1\n    b: 2\n  - c\n';
    const list = listAt(text, 'l');
    expect(after(text, removeItem(text, list, found(list.items[0])))).toBe('l:\n  - c\n');
    expect(after(text, removeItem(text, list, found(list.items[1])))).toBe('l:\n  - a: 1\n    b: 2\n');
  });

  it('takes the comma of a flow sequence', () => {
    const text = 'l: [a, b, c]\n';
    const list = listAt(text, 'l');
    const remove = (index: number): string | undefined => after(text, removeItem(text, list, found(list.items[index])));
    expect([remove(0), remove(1), remove(2)]).toEqual(['l: [b, c]\n', 'l: [a, c]\n', 'l: [a, b]\n']);
  });

  it('does not leave a list empty', () => {
    const text = 'l:\n  - a\n';
    const list = listAt(text, 'l');
    expect(removeItem(text, list, found(list.items[0]))).toBeUndefined();
  });
});

describe('replaceScalar', () => {
  it('replaces a scalar with its quotes', () => {
    const text = 'a: "x" # why\n';
    const scalar: ScalarNode = found(asScalar(get(root(text), 'a')));
    expect(after(text, replaceScalar(scalar, 'y'))).toBe('a: y # why\n');
  });
});
