import type { Place, Range } from '../core/text';
import type { Attribute, Block, Expression, HclFile, ObjectExpression, TraversalExpression } from '../lang/hcl/ast';
import type { Value } from './values/value';

/**
 * One view for everything that has arguments and nested blocks: an HCL block, a `dynamic` block's content, or a JSON object
 * that stands where a block is expected. Rules read Terraform, OpenTofu and Packer, HCL and JSON, through it.
 */
export interface ConfigBlock {
  readonly file: HclFile;
  /** Path of the file it stands in. */
  readonly path: string;
  readonly kind: string;
  readonly labels: readonly string[];
  /** Where to show a finding about the block as a whole: its type and labels (`resource "aws_instance" "web"`). */
  readonly header: Place;
  readonly range: Range;
  /** The syntax node; an object when written in JSON or as an argument that holds an object. */
  readonly node: Block | ObjectExpression;

  /** The argument as written; undefined when absent. */
  attribute(name: string): ConfigAttribute | undefined;
  readonly attributes: readonly ConfigAttribute[];
  /** Evaluated argument; undefined when absent. `null` is a NullValue: callers usually treat it as absent. */
  value(name: string): Value | undefined;
  /** Nested blocks of a type, also inside `dynamic` (then `dynamic` is true) and as objects in JSON. */
  blocks(type: string): readonly ConfigBlock[];
  /** The first nested block of a type. */
  block(type: string): ConfigBlock | undefined;
  /** Whether nested blocks of the type are there: `maybe` for a `dynamic` block that is not provably empty (P17). */
  has(type: string): 'yes' | 'maybe' | 'no';
  /** True when this block comes from a `dynamic` block. */
  readonly dynamic: boolean;
  readonly nested: readonly ConfigBlock[];
}

export interface ConfigAttribute {
  readonly file: HclFile;
  readonly name: string;
  /** Name to end of value. */
  readonly range: Range;
  readonly nameRange: Range;
  readonly expression: Expression;
  readonly node: Attribute;
  readonly path: string;
  /** Evaluated in the module's scope. */
  readonly value: Value;
  /** All references inside: `var.x`, `aws_launch_template.app.id`. */
  readonly references: readonly TraversalExpression[];
}
