import type { Value } from './values/value';

/** What a look-up of machine images says about the image: by wildcard, exactly, by a version, or not to be told. */
export type Selection = 'open' | 'exact' | 'versioned' | 'unknown';

const EXACT_FILTERS: ReadonlySet<string> = new Set(['image-id', 'source-instance-id']);

/** A tag whose value changes with the image: filtering by it names one build. */
const VERSION_TAG = /^tag:.*(version|build|release|commit|revision|sha|digest)/i;

/**
 * How an AMI look-up selects, by its filters (EC2 DescribeImages): a `name` without wildcards or an `image-id` is exact, a
 * version tag names a build, everything else leaves the choice to the day.
 *
 * @param filters name and values of each filter
 */
export function selectionOf(filters: ReadonlyMap<string, readonly (Value | undefined)[]>): Selection {
  let unknown = false;
  for (const [name, values] of filters) {
    if (EXACT_FILTERS.has(name)) return 'exact';
    if (VERSION_TAG.test(name)) return 'versioned';
    if (name !== 'name') continue;
    const texts = values.map((value) => (value?.type === 'text' ? value.text : undefined));
    // A wildcard leaves the choice open unless a part that is not known names the version: `app-${var.version}-*`.
    if (texts.some((text) => text !== undefined && /[*?]/.test(text.text))) {
      unknown ||= texts.some((text) => !text?.complete);
      continue;
    }
    if (texts.every((text) => text?.complete)) return 'exact';
    unknown = true;
  }
  return unknown ? 'unknown' : 'open';
}

/** The filters of `filters = { name = "…" }`; undefined when not all of them are known. */
export function filterMap(filters: Value | undefined): ReadonlyMap<string, readonly (Value | undefined)[]> | undefined {
  if (filters?.type !== 'object' || filters.open) return undefined;
  return new Map([...filters.entries].map(([name, entry]) => [name, [entry.value]]));
}

/** Names of public parameters that always hold the newest image: `…/latest/…`, `/aws/service/ami-amazon-linux-latest/…`. */
export function isMovingParameter(name: string): boolean {
  return /(^|[/_-])(latest|recommended)([/_-]|$)|\/current\//.test(name);
}
