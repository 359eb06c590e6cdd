import { describe, expect, it } from 'vitest';
import { directoryOf, joinPath } from '../../../server/src/core/paths';

describe('joinPath', () => {
  it.each([
    ['', 'a/b', 'a/b'],
    ['a', './b', 'a/b'],
    ['a/b', '../c//d/', 'a/c/d'],
    ['a', '', 'a'],
    ['a', '..', ''],
    ['a', '.', 'a'],
  ])('%s and %s is %s', (directory, path, expected) => expect(joinPath(directory, path)).toBe(expected));

  it.each([
    ['a', '../..'],
    ['', '..'],
    ['a', '/etc/passwd'],
    ['a', '~/x'],
    ['a', 'C:\\x'],
    ['a', '\\\\server\\x'],
  ])('%s and %s lies outside of the workspace', (directory, path) => expect(joinPath(directory, path)).toBeUndefined());
});

describe('directoryOf', () => {
  it.each([
    ['a/b/c.tf', 'a/b'],
    ['c.tf', ''],
  ])('%s stands in %s', (path, expected) => expect(directoryOf(path)).toBe(expected));
});
