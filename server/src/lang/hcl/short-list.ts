/** Longer lists grow in place: to copy them for each item would take quadratic time. */
const SHORT = 4;

/**
 * The list with an item more. Most lists of a syntax tree hold one to three items, and there are thousands of them: an array
 * that grows by `push` keeps room for 17 (V8), one that is written out has the size that it needs.
 *
 * @returns a new list while it is short, then the same one
 */
export function withItem<T>(list: T[], item: T): T[] {
  if (list.length < SHORT) return [...list, item];
  list.push(item);
  return list;
}
