/** Items by keys. The index is made when it is first asked: many runs never ask. */
export class Lookup<Item> {
  private positions: Map<string, number[]> | undefined;

  /**
   * @param items may still grow until the first question
   * @param keysOf the keys under which an item is found
   */
  constructor(
    private readonly items: readonly Item[],
    private readonly keysOf: (item: Item) => Iterable<string>,
  ) {}

  /** The items under any of the keys, each once, in their order. */
  under(...keys: readonly string[]): readonly Item[] {
    const positions = (this.positions ??= this.index());
    const found = keys.flatMap((key) => positions.get(key) ?? []);
    if (keys.length > 1) found.sort((a, b) => a - b);
    return found.flatMap((position, index) => {
      const item = this.items[position];
      return item === undefined || position === found[index - 1] ? [] : [item];
    });
  }

  private index(): Map<string, number[]> {
    const positions = new Map<string, number[]>();
    for (const [position, item] of this.items.entries()) {
      for (const key of this.keysOf(item)) {
        const list = positions.get(key);
        if (!list) positions.set(key, [position]);
        else if (list.at(-1) !== position) list.push(position);
      }
    }
    return positions;
  }
}

/** One key of several parts. */
export function keyOf(...parts: readonly (string | undefined)[]): string {
  return parts.map((part) => (part === undefined ? '' : `=${part}`)).join('\u0000');
}
