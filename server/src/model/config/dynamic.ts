import type { Range } from '../../core/text';
import type { Block, Expression, ObjectExpression } from '../../lang/hcl/ast';
import { isEmpty } from '../values/combine';
import { forItems } from '../values/for-items';
import { UNKNOWN, type Value } from '../values/value';
import { placeOf, type BlockContext, type Names } from './context';

/** A `dynamic` block, native or JSON. */
export interface DynamicBlock {
  /** The type of the blocks that it makes. */
  readonly type: string;
  readonly forEach: Expression | undefined;
  readonly iterator: Expression | undefined;
  readonly content: Block | ObjectExpression | undefined;
  readonly range: Range;
  readonly header: Range;
}

/** More blocks than this are not told apart. */
const MAX_ITERATIONS = 50;

/**
 * Whether a `dynamic` block makes blocks, and the names that its content sees for each of them. When the collection is not
 * known there is one iteration with an unknown iterator: what the content holds may be there (P17).
 */
export function dynamicIterations(
  dynamic: DynamicBlock,
  context: BlockContext,
  names: Names,
): { readonly presence: 'yes' | 'maybe' | 'no'; readonly iterations: readonly Names[] } {
  const iterator = nameOf(dynamic.iterator) ?? dynamic.type;
  const bind = (value: Value): Names => new Map([...names, [iterator, value]]);
  const collection = dynamic.forEach ? context.evaluate(dynamic.forEach, names) : UNKNOWN;
  const empty = isEmpty(collection);
  if (empty === true) return { presence: 'no', iterations: [] };
  const presence = empty === false ? 'yes' : 'maybe';
  const at = placeOf(context, dynamic.forEach?.range ?? dynamic.header);
  const items = forItems(collection, at);
  if (!items || items.open || items.list.length > MAX_ITERATIONS) return { presence, iterations: [bind(UNKNOWN)] };
  const iterations = items.list.map((item) => {
    const entries = new Map([
      ['key', { key: at, value: item.key }],
      ['value', { key: at, value: item.value }],
    ]);
    return bind({ type: 'object', entries, open: false, origin: at });
  });
  return { presence, iterations };
}

/** `iterator = port` in native syntax, `"iterator": "port"` in JSON. */
function nameOf(expression: Expression | undefined): string | undefined {
  if (expression?.type === 'traversal') return expression.root;
  if (expression?.type !== 'template') return undefined;
  const part = expression.parts[0];
  return part?.type === 'text' ? part.text.text : undefined;
}
