import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedCache } from '../../../server/src/workspace/bounded-cache';

/** What the cache must do, in the plainest way: entries from the oldest to the newest use. */
class Model {
  entries: { key: string; value: number }[] = [];
  constructor(private readonly budget: number) {}
  get(key: string): number | undefined {
    const found = this.entries.find((entry) => entry.key === key);
    if (found) this.entries = [...this.entries.filter((entry) => entry !== found), found];
    return found?.value;
  }
  set(key: string, value: number): void {
    this.entries = [...this.entries.filter((entry) => entry.key !== key), { key, value }];
    while (this.entries.length > 1 && this.entries.reduce((sum, entry) => sum + entry.value, 0) > this.budget)
      this.entries.shift();
  }
  delete(key: string): void {
    this.entries = this.entries.filter((entry) => entry.key !== key);
  }
  clear(): void {
    this.entries = [];
  }
}

describe('BoundedCache', () => {
  it('keeps what was used last, within its budget, whatever is done with it', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.oneof(
      fc.record({ type: fc.constant('get' as const), key }),
      fc.record({ type: fc.constant('set' as const), key, value: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ type: fc.constant('delete' as const), key }),
      fc.record({ type: fc.constant('clear' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = new BoundedCache<string, number>(12, (value) => value);
        const model = new Model(12);
        for (const each of steps) {
          if (each.type === 'get') expect(cache.get(each.key)).toBe(model.get(each.key));
          else if (each.type === 'set') {
            cache.set(each.key, each.value);
            model.set(each.key, each.value);
          } else if (each.type === 'delete') {
            cache.delete(each.key);
            model.delete(each.key);
          } else {
            cache.clear();
            model.clear();
          }
        }
        for (const name of ['a', 'b', 'c', 'd', 'e']) expect(cache.get(name)).toBe(model.get(name));
      }),
      { numRuns: 500, seed: 20261121 },
    );
  });
});
