interface Entry<K, V> {
  readonly key: K;
  /** Dropped with the entry, which the collector of memory may still find through tables that are no longer used. */
  value: V | undefined;
  older: Entry<K, V> | undefined;
  newer: Entry<K, V> | undefined;
}

/**
 * A least-recently-used cache bounded by the total weight of its values.
 *
 * Order is kept in a list, not by deleting and setting anew in the map: a map's outgrown table refers to the next one, so
 * that what a dead table holds stays alive through every collection of young objects. Here that would be whole syntax trees,
 * one for every keystroke.
 */
export class BoundedCache<K, V> {
  private entries = new Map<K, Entry<K, V>>();
  private oldest: Entry<K, V> | undefined;
  private newest: Entry<K, V> | undefined;
  private weight = 0;

  constructor(
    private readonly budget: number,
    private readonly weigh: (value: V) => number,
  ) {}

  get(key: K): V | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry !== this.newest) {
      this.unlink(entry);
      this.append(entry);
    }
    return entry.value;
  }

  set(key: K, value: V): void {
    this.delete(key);
    const entry: Entry<K, V> = { key, value, older: undefined, newer: undefined };
    this.entries.set(key, entry);
    this.append(entry);
    this.weight += this.weigh(value);
    while (this.weight > this.budget && this.oldest && this.oldest !== entry) this.delete(this.oldest.key);
  }

  delete(key: K): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.unlink(entry);
    if (entry.value !== undefined) this.weight -= this.weigh(entry.value);
    entry.value = undefined;
  }

  clear(): void {
    for (const entry of this.entries.values()) this.delete(entry.key);
    this.entries = new Map();
    this.weight = 0;
  }

  private append(entry: Entry<K, V>): void {
    entry.older = this.newest;
    if (this.newest) this.newest.newer = entry;
    else this.oldest = entry;
    this.newest = entry;
  }

  private unlink(entry: Entry<K, V>): void {
    if (entry.older) entry.older.newer = entry.newer;
    else this.oldest = entry.newer;
    if (entry.newer) entry.newer.older = entry.older;
    else this.newest = entry.older;
    entry.older = undefined;
    entry.newer = undefined;
  }
}
