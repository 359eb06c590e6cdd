import { MappedText } from '../../core/mapped-text';
import type { Place } from '../../core/text';
import { textValue } from './combine';
import type { Value } from './value';

export interface ForItem {
  readonly key: Value;
  readonly value: Value;
}

/** What a loop over a value goes through, in Terraform's order; undefined when the value is no known collection. */
export function forItems(
  collection: Value,
  at: Place,
): { readonly list: readonly ForItem[]; readonly open: boolean } | undefined {
  if (collection.type === 'list') {
    const list = collection.items.map((value, i): ForItem => ({
      key: { type: 'number', value: i, origin: at },
      value,
    }));
    return { list, open: collection.open };
  }
  if (collection.type === 'object') {
    const list = sortedEntries(collection.entries).map(([key, entry]): ForItem => ({
      key: textValue(MappedText.opaque(key, entry.key), entry.key),
      value: entry.value,
    }));
    return { list, open: collection.open };
  }
  return undefined;
}

/** Entries by key: the order in which Terraform goes through a map. */
export function sortedEntries<Entry>(entries: ReadonlyMap<string, Entry>): [string, Entry][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
