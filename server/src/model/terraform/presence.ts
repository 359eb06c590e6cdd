import type { Expression } from '../../lang/hcl/ast';
import { traversals } from '../../lang/hcl/walk';
import type { ConfigBlock } from '../config-block';
import { argument } from './variables';

export type Presence = 'yes' | 'maybe' | 'no';

/**
 * Whether nested blocks of a type are there, for rules about what is missing. Where a variable decides about a `dynamic`
 * block, its default is not the last word: the author has thought of the block, and callers switch it on (P17).
 */
export function presenceOf(block: ConfigBlock, type: string): Presence {
  const presence = block.has(type);
  if (presence !== 'no') return presence;
  return forEachOf(block, type).some((expression) => traversals(expression).length > 0) ? 'maybe' : 'no';
}

/** The collections of the `dynamic` blocks of a type, and the argument of that name. */
function forEachOf({ node }: ConfigBlock, type: string): readonly Expression[] {
  if (node.type === 'object') {
    const dynamic = node.items.find(({ name }) => name === 'dynamic' || name === type);
    return dynamic ? [dynamic.value] : [];
  }
  return node.body.items.flatMap((item) => {
    if (item.type === 'attribute') return item.name === type || item.name === 'dynamic' ? [item.value] : [];
    const collection =
      item.kind === 'dynamic' && item.labels[0]?.value === type ? argument(item, 'for_each') : undefined;
    return collection ? [collection.value] : [];
  });
}
