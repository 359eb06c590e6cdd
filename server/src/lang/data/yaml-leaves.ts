import { ASTERISK, DOUBLE_QUOTE, GREATER_THAN, OPEN_BRACE, OPEN_BRACKET, PIPE, SINGLE_QUOTE } from './yaml-characters';
import { keyText } from './decoded-scalar';
import type { YamlCursor } from './yaml-cursor';
import type { FlowReader } from './yaml-flow';
import type { Properties, YamlNodes } from './yaml-nodes';
import type { ScalarReader } from './yaml-scalars';
import type { DataNode } from './tree';

/** What was read of a key. `text` is undefined for a key that is no scalar. */
export interface Key {
  readonly text: string | undefined;
  readonly start: number;
  readonly end: number;
}

/** Reads what stands on its own in a block: scalars, aliases, flow collections, and keys. */
export class LeafReader {
  constructor(
    private readonly cursor: YamlCursor,
    private readonly nodes: YamlNodes,
    private readonly scalars: ScalarReader,
    private readonly flow: FlowReader,
  ) {}

  /**
   * A scalar, an alias or a flow collection. The cursor is left behind it.
   *
   * @param column of the block collection around it
   */
  read(column: number, properties: Properties | undefined): DataNode {
    const { cursor, scalars } = this;
    switch (cursor.code) {
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE:
        return scalars.quoted(column, false, properties);
      case OPEN_BRACKET:
      case OPEN_BRACE:
        return this.flow.collection(column, properties);
      case ASTERISK:
        if (properties) cursor.problem(cursor.at, cursor.at + 1, 'An alias can have no anchor and no tag.');
        return scalars.alias();
      default:
        return scalars.plain(column, false, false, properties);
    }
  }

  /** The key that is written from `start` to the colon at `stop`. */
  plainKey(start: number, stop: number, properties?: Properties): Key {
    const { cursor, nodes } = this;
    const end = cursor.trimmed(start, stop);
    if (properties?.anchor !== undefined) {
      const { anchor, tag } = properties;
      nodes.register(nodes.scalar(start, end, 'plain', { anchor, tag }));
    }
    const text = nodes.origin.actions.length > 0 ? keyText(nodes.origin, { start, end }, 'plain') : undefined;
    return { text: text ?? cursor.text.slice(start, end), start, end };
  }
}

/** Whether a leaf that begins like this is a plain scalar. */
export const isPlain = (code: number): boolean =>
  code !== DOUBLE_QUOTE &&
  code !== SINGLE_QUOTE &&
  code !== OPEN_BRACKET &&
  code !== OPEN_BRACE &&
  code !== ASTERISK &&
  code !== PIPE &&
  code !== GREATER_THAN;

/** A node that turned out to be a key. */
export function keyOf(leaf: DataNode): Key {
  return { text: leaf.type === 'scalar' ? leaf.text.text : undefined, start: leaf.range.start, end: leaf.range.end };
}
