import type { Place, Range } from '../../core/text';
import type { Expression, HclFile } from '../../lang/hcl/ast';
import type { Value } from '../values/value';

/** Names bound around a block: the iterators of the `dynamic` blocks that it stands in. */
export type Names = ReadonlyMap<string, Value>;

export const NO_NAMES: Names = new Map();

/** Where a block stands and how its arguments are evaluated. */
export interface BlockContext {
  readonly file: HclFile;
  readonly path: string;
  evaluate(expression: Expression, names: Names): Value;
}

export function placeOf(context: BlockContext, range: Range): Place {
  return { start: range.start, end: range.end, path: context.path };
}
