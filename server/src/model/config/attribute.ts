import type { Range } from '../../core/text';
import type { Attribute, Expression, HclFile, ObjectItem, TraversalExpression } from '../../lang/hcl/ast';
import { traversals } from '../../lang/hcl/walk';
import type { ConfigAttribute } from '../config-block';
import type { Value } from '../values/value';
import type { BlockContext, Names } from './context';

/** An argument that is evaluated when first asked for. */
export class EvaluatedAttribute implements ConfigAttribute {
  private evaluated: Value | undefined;
  private found: readonly TraversalExpression[] | undefined;

  constructor(
    readonly node: Attribute,
    private readonly context: BlockContext,
    private readonly names: Names,
  ) {}

  get file(): HclFile {
    return this.context.file;
  }

  get path(): string {
    return this.context.path;
  }

  get name(): string {
    return this.node.name;
  }

  get range(): Range {
    return this.node.range;
  }

  get nameRange(): Range {
    return this.node.nameRange;
  }

  get expression(): Expression {
    return this.node.value;
  }

  get value(): Value {
    return (this.evaluated ??= this.context.evaluate(this.node.value, this.names));
  }

  get references(): readonly TraversalExpression[] {
    return (this.found ??= traversals(this.node.value));
  }
}

/** The item of an object seen as an argument; undefined when its key is computed. */
export function attributeOfItem(item: ObjectItem, text: string): Attribute | undefined {
  if (item.name === undefined) return undefined;
  const between = text.slice(item.key.range.end, item.value.range.start);
  const sign = item.key.range.end + Math.max(0, between.search(/[=:]/));
  return {
    type: 'attribute',
    range: item.range,
    name: item.name,
    nameRange: item.key.range,
    equalsRange: { start: sign, end: sign + 1 },
    value: item.value,
  };
}
