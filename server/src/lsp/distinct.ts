import type { Finding } from '../core/finding';

/**
 * Files that share a script or a variable each report what is wrong in it. The first copy stands for all, and when the
 * baseline holds one of them it holds them all.
 */
export function distinct<Item>(items: readonly Item[], findingOf: (item: Item) => Finding): Item[] {
  const groups = new Map<string, { readonly first: Item; isBaselined: boolean }>();
  for (const item of items) {
    const { path, rule, range, message, baselined } = findingOf(item);
    const identity = [path, rule, range.start, range.end, message].join('\u0000');
    const known = groups.get(identity);
    if (known) known.isBaselined ||= baselined === true;
    else groups.set(identity, { first: item, isBaselined: baselined === true });
  }
  return [...groups.values()].filter(({ isBaselined }) => !isBaselined).map(({ first }) => first);
}
