import type { Attribute, Block, Expression } from '../../../server/src/lang/hcl/ast';
import { parseHcl } from '../../../server/src/lang/hcl/parse';
import { traversals } from '../../../server/src/lang/hcl/walk';
import type { KnownFile } from './source-file';

/** The blocks of the files of one folder: for Terraform and Packer they are one program. */
export function blocksOf(files: readonly KnownFile[]): readonly Block[] {
  return files.flatMap(({ text }) => parseHcl(text).body.items.filter((item): item is Block => item.type === 'block'));
}

const IDENTIFIER = /^[A-Za-z_][\w-]*$/;

/** The labels of a block; none when one of them is no name that the tools take. */
export function labelsOf({ labels }: Block): readonly string[] {
  const texts = labels.map(({ value }) => value);
  return texts.every((text) => IDENTIFIER.test(text)) ? texts : [];
}

export function attribute({ body }: Block, name: string): Expression | undefined {
  return body.items.find((item): item is Attribute => item.type === 'attribute' && item.name === name)?.value;
}

/** A text without anything to fill in. */
export function literal(expression: Expression | undefined): string | undefined {
  if (expression?.type !== 'template') return undefined;
  const [part, ...more] = expression.parts;
  const text = part?.type === 'text' && more.length === 0 ? part.text.text : undefined;
  // An escaped `$${` is not ours to write.
  return text?.includes('${') ? undefined : text;
}

/** `var.NAME` in an expression, by name. */
export function variablesIn(expression: Expression | undefined): ReadonlySet<string> {
  return new Set(
    (expression ? traversals(expression) : []).flatMap(({ root, steps: [first] }) =>
      root === 'var' && typeof first?.name === 'string' ? [first.name] : [],
    ),
  );
}

/** What an expression names: `aws_autoscaling_group.web`. */
export function resourcesIn(expression: Expression | undefined): readonly string[] {
  return (expression ? traversals(expression) : []).flatMap(({ root, steps: [first] }) =>
    root.includes('_') && typeof first?.name === 'string' ? [`${root}.${first.name}`] : [],
  );
}

/** Every attribute of a block and of the blocks in it. */
export function attributesIn(block: Block): readonly Attribute[] {
  return block.body.items.flatMap((item) => (item.type === 'attribute' ? [item] : attributesIn(item)));
}
