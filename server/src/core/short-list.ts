/**
 * The list with an item more. Most lists of a syntax tree hold one to three items, and there are thousands of them: an array
 * that grows by `push` or is spread keeps room for 17 (V8), one that is written out has the size that it needs.
 *
 * @returns a new list while it is short, then the same one
 */
export function withItem<T>(list: T[], item: T): T[] {
  if (list.length === 0) return [item];
  if (list.length === 1) return [list[0] as T, item];
  if (list.length === 2) return [list[0] as T, list[1] as T, item];
  list.push(item);
  return list;
}
