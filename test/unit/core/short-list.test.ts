import { describe, expect, it } from 'vitest';
import { withItem } from '../../../server/src/core/short-list';

describe('withItem', () => {
  it('appends, and leaves a short list as it was', () => {
    const lists: number[][] = [[]];
    for (let item = 0; item < 10; item++) lists.push(withItem([...(lists.at(-1) ?? [])], item));
    expect(lists.at(-1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const two = [1, 2];
    expect(withItem(two, 3)).toEqual([1, 2, 3]);
    expect(two).toEqual([1, 2]);
  });

  it('does not copy a long list for each item', () => {
    const long = [1, 2, 3];
    expect(withItem(long, 4)).toBe(long);
    expect(long).toEqual([1, 2, 3, 4]);
  });
});
