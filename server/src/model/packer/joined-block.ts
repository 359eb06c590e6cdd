import type { ConfigAttribute, ConfigBlock } from '../config-block';

/** A block to which other blocks add arguments. Without additions it is the block itself. */
export function joinedBlock(base: ConfigBlock, additions: readonly ConfigBlock[]): ConfigBlock {
  if (additions.length === 0) return base;
  const all = [base, ...additions];
  const attribute = (name: string): ConfigAttribute | undefined => {
    for (const block of all) {
      const found = block.attribute(name);
      if (found) return found;
    }
    return undefined;
  };
  const blocks = (type: string): readonly ConfigBlock[] => all.flatMap((block) => block.blocks(type));
  return {
    file: base.file,
    path: base.path,
    kind: base.kind,
    labels: base.labels,
    header: base.header,
    range: base.range,
    node: base.node,
    dynamic: base.dynamic,
    attribute,
    get attributes() {
      return all.flatMap((block) => block.attributes);
    },
    value: (name) => attribute(name)?.value,
    blocks,
    block: (type) => blocks(type)[0],
    has(type) {
      const presences = all.map((block) => block.has(type));
      return presences.includes('yes') ? 'yes' : presences.includes('maybe') ? 'maybe' : 'no';
    },
    get nested() {
      return all.flatMap((block) => block.nested);
    },
  };
}
