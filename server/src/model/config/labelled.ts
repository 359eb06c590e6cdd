import type { ConfigBlock } from '../config-block';

/** A nested block with the label that says what it is: `provisioner "file"`, `backend "s3"`. */
export interface LabelledBlock {
  readonly label: string;
  readonly block: ConfigBlock;
}

/** Nested blocks of a type that have one label. In JSON the label is the key around the object. */
export function labelledBlocks(holder: ConfigBlock, type: string): readonly LabelledBlock[] {
  return holder.blocks(type).flatMap((block) => {
    const [label] = block.labels;
    if (label !== undefined) return [{ label, block }];
    if (holder.file.form !== 'json') return [];
    return block.attributes.flatMap(({ name }) => block.blocks(name).map((inner) => ({ label: name, block: inner })));
  });
}
