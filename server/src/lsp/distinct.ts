import type { Finding } from '../core/finding';

/**
 * Files that share a script or a variable each report what is wrong in it. The first copy stands for all, and when the
 * baseline holds one of them it holds them all.
 */
export function distinct<Item>(items: readonly Item[], findingOf: (item: Item) => Finding): Item[] {
  const groups = new Map<string, { readonly first: Item; isBaselined: boolean }>();
  for (const item of items) {
    const finding = findingOf(item);
    const isBaselined = finding.baselined === true;
    const identity = identityOf(finding);
    const known = groups.get(identity);
    if (known) known.isBaselined ||= isBaselined;
    else groups.set(identity, { first: item, isBaselined });
  }
  return [...groups.values()].filter(({ isBaselined }) => !isBaselined).map(({ first }) => first);
}

/** The same for every copy of a finding. */
export function identityOf({ path, rule, range, message }: Finding): string {
  return [path, rule, range.start, range.end, message].join('\u0000');
}
