import { describe, expect, it } from 'vitest';
import type { TextEdit } from '../../../../server/src/core/finding';
import { applyEdits } from '../../../../server/src/core/fix';
import {
  joinInsertions,
  removeIgnoredChange,
  renameToPrefix,
  setAttribute,
  setCreateBeforeDestroy,
} from '../../../../server/src/model/edits/lifecycle';
import { ignoredChanges } from '../../../../server/src/model/terraform/lifecycle';
import type { TerraformResource } from '../../../../server/src/model/terraform/types';
import { moduleOf } from '../terraform/support';

function resource(text: string, file = 'main.tf'): TerraformResource {
  const found = moduleOf({ [file]: text }).resources[0];
  if (!found) throw new Error('no resource');
  return found;
}

const body = (lines: string): string => `resource "a" "b" {\n${lines}}\n`;

describe('joinInsertions', () => {
  const at = (start: number, end: number, text: string): TextEdit => ({ at: { start, end, path: 'a' }, text });

  it('joins what is inserted at one place, in order, and nothing else', () => {
    const edits = [at(3, 3, 'a'), at(5, 6, 'x'), at(3, 3, 'b'), at(5, 5, 'y')];
    expect(joinInsertions(edits)).toEqual([at(3, 3, 'ab'), at(5, 6, 'x'), at(5, 5, 'y')]);
  });

  it('keeps files apart', () => {
    expect(joinInsertions([at(3, 3, 'a'), { at: { start: 3, end: 3, path: 'b' }, text: 'b' }])).toHaveLength(2);
  });
});

describe('setAttribute and setCreateBeforeDestroy', () => {
  it('replaces or adds', () => {
    const there = body('  x = 1\n');
    expect(applyEdits(there, setAttribute(resource(there).block, 'x', '2'))).toBe(body('  x = 2\n'));
    expect(applyEdits(there, setAttribute(resource(there).block, 'y', '2'))).toBe(body('  x = 1\n  y = 2\n'));
  });

  it('adds the block in JSON', () => {
    const text = '{\n  "resource": { "a": { "b": { "x": 1 } } }\n}\n';
    const edited = applyEdits(text, setCreateBeforeDestroy(resource(text, 'main.tf.json').block));
    expect(JSON.parse(edited)).toEqual({
      resource: { a: { b: { x: 1, lifecycle: { create_before_destroy: true } } } },
    });
  });
});

describe('removeIgnoredChange', () => {
  const removed = (text: string, index: number, file = 'main.tf'): string => {
    const change = ignoredChanges(resource(text, file))[index];
    if (!change) throw new Error('no entry');
    return applyEdits(text, removeIgnoredChange(change));
  };
  const ignoring = (list: string): string => body(`  lifecycle {\n    ignore_changes = ${list}\n  }\n`);

  it.each([
    ['[a, b, c]', 0, '[b, c]'],
    ['[a, b, c]', 1, '[a, c]'],
    ['[a, b, c]', 2, '[a, b]'],
  ])('%s without entry %d', (before, index, after) => {
    expect(removed(ignoring(before), index)).toBe(ignoring(after));
  });

  it('keeps CRLF and the other lines of a list', () => {
    const before = ignoring('[\n      a,\n      b\n    ]').replace(/\n/g, '\r\n');
    expect(removed(before, 0)).toBe(ignoring('[\n      b\n    ]').replace(/\n/g, '\r\n'));
  });

  it('removes the last entry with its block in JSON', () => {
    const text = '{ "resource": { "a": { "b": { "x": 1, "lifecycle": { "ignore_changes": ["ami"] } } } } }';
    expect(JSON.parse(removed(text, 0, 'main.tf.json'))).toEqual({ resource: { a: { b: { x: 1 } } } });
  });
});

describe('renameToPrefix', () => {
  const renamed = (line: string, longest: number): string | undefined => {
    const text = body(`  ${line}\n`);
    const name = resource(text).block.attribute('name');
    const edits = name && renameToPrefix(name, longest);
    return edits && applyEdits(text, edits).split('\n')[1]?.trim();
  };

  it.each([
    ['name = "app"', 'name_prefix = "app-"'],
    ['name          = "app"', 'name_prefix   = "app-"'],
    ['name   = "app"', 'name_prefix = "app-"'],
    ['name = "app-"', 'name_prefix = "app-"'],
    ['name = "app-${var.environment}"', 'name_prefix = "app-${var.environment}-"'],
    ['name = var.name', 'name_prefix = "${var.name}-"'],
  ])('%s', (before, after) => {
    expect(renamed(before, 200)).toBe(after);
  });

  it('keeps to the longest prefix that the provider takes', () => {
    expect(renamed('name = "abcde"', 6)).toBe('name_prefix = "abcde-"');
    expect(renamed('name = "abcdef"', 6)).toBe('name_prefix = "abcdef"');
    expect(renamed('name = "abcdefg"', 6)).toBeUndefined();
    expect(renamed('name = var.name', 6)).toBeUndefined();
    expect(renamed('name = "app"', 0)).toBeUndefined();
  });
});
