import type { Range } from '../../core/text';
import { DecodedScalar } from './decoded-scalar';
import type { Origin, ScalarDetails } from './decoded-scalar';
import { firstActionEndingAfter } from './template-actions';
import type { AliasNode, DataNode, MapEntry, MapNode, ScalarNode, SequenceNode } from './tree';

/** Deeper nodes are left out: no manifest nests like this, and walks of the tree recurse. */
export const DEPTH_LIMIT = 200;

/** The anchor and the tag before a node. */
export interface Properties {
  readonly anchor: string | undefined;
  readonly tag: string | undefined;
  readonly end: number;
}

/** A sequence whose items are still being read. */
export interface GrowingSequence extends SequenceNode {
  range: Range;
  readonly items: DataNode[];
}

/** Makes the nodes of one document and remembers which are anchored. */
export class YamlNodes {
  private readonly anchors = new Map<string, DataNode>();

  constructor(readonly origin: Origin) {}

  scalar(start: number, end: number, style: ScalarNode['style'], details?: ScalarDetails): ScalarNode {
    return new DecodedScalar(this.origin, start, end, style, details);
  }

  /** A value of which nothing was written. In a template, an action on the next line may write it. */
  empty(at: number, properties?: Properties): ScalarNode {
    const { actions } = this.origin;
    const action = actions.length > 0 ? this.actionThatWrites(at) : undefined;
    const details = action || properties ? { ...propertiesOf(properties), hole: action !== undefined } : undefined;
    const { start, end } = action ?? { start: at, end: at };
    return this.register(new DecodedScalar(this.origin, start, end, 'plain', details));
  }

  private actionThatWrites(at: number): Range | undefined {
    const { actions, text } = this.origin;
    let from = at;
    for (let i = firstActionEndingAfter(actions, at); i < actions.length; i++) {
      const action = actions[i];
      if (!action?.wholeLine || /\S/.test(text.slice(from, action.start).replace(/#.*/g, ''))) return undefined;
      if (action.output) return action;
      from = action.end;
    }
    return undefined;
  }

  map(start: number, end: number, flow: boolean, entries: readonly MapEntry[], properties?: Properties): MapNode {
    const range = { start, end };
    return this.register({ type: 'map', range, flow, entries, ...propertiesOf(properties) });
  }

  /** A sequence without items: `register` it when it is complete. */
  sequence(start: number, flow: boolean, properties?: Properties): GrowingSequence {
    return { type: 'sequence', range: { start, end: start }, flow, items: [], ...propertiesOf(properties) };
  }

  alias(start: number, end: number): AliasNode {
    const name = this.origin.text.slice(start + 1, end);
    return { type: 'alias', range: { start, end }, name, target: this.anchors.get(name) };
  }

  /** Anchors a node once it is complete: an alias inside its own anchor would make the tree a circle. */
  register<Node extends Exclude<DataNode, AliasNode>>(node: Node): Node {
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    return node;
  }
}

/** All nodes have both fields, so that they are of one shape. */
function propertiesOf(properties: Properties | undefined): { anchor: string | undefined; tag: string | undefined } {
  return { anchor: properties?.anchor, tag: properties?.tag };
}

/** An entry; its range ends with the value. */
export function mapEntry(key: string, keyRange: Range, value: DataNode): MapEntry {
  const range = { start: keyRange.start, end: Math.max(keyRange.end, value.range.end) };
  return { key, keyRange, range, value };
}
