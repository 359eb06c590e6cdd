import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Alias, Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { HOLE } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import { DecodedScalar } from './decoded-scalar';
import type { Origin } from './decoded-scalar';
import { resolveScalar } from './scalar-value';
import { firstActionEndingAfter } from './template-actions';
import type { DataNode, MapEntry, ScalarNode } from './tree';

/** Deeper nodes become null: no manifest nests like this, and walks of the tree recurse. */
const DEPTH_LIMIT = 200;

const STYLES: Readonly<Record<string, ScalarNode['style']>> = {
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

export interface ConvertedDocument {
  readonly root: DataNode | undefined;
  /** Parts of the document's text that are scalar content: a `#` in there is no comment. In order of start. */
  readonly content: readonly Range[];
}

/** Turns what the `yaml` package parsed into our tree. */
export function convertDocument(document: Document.Parsed, origin: Origin): ConvertedDocument {
  const converter = new Converter(origin);
  const contents: unknown = document.contents;
  const root = contents === null || isEmptyDocument(contents) ? undefined : converter.node(contents, undefined, 0);
  return { root, content: converter.content.sort((a, b) => a.start - b.start) };
}

/** A document of only comments gives an empty scalar. */
function isEmptyDocument(contents: unknown): boolean {
  return isScalar(contents) && contents.source === '' && contents.type === 'PLAIN' && contents.anchor === undefined;
}

class Converter {
  readonly content: Range[] = [];
  private readonly anchors = new Map<string, DataNode>();

  constructor(private readonly origin: Origin) {}

  /**
   * @param after where the value would stand when nothing was written, in the document's text
   */
  node(node: unknown, after: number | undefined, depth: number): DataNode {
    const converted = this.convert(node, after, depth);
    // Anchored only once it is complete: an alias inside its own anchor would make the tree a circle.
    if (converted.type !== 'alias' && converted.anchor !== undefined) this.anchors.set(converted.anchor, converted);
    return converted;
  }

  private convert(node: unknown, after: number | undefined, depth: number): DataNode {
    if (depth > DEPTH_LIMIT) return this.empty(after ?? 0, undefined, undefined);
    if (isMap(node)) return this.map(node, depth);
    if (isSeq(node)) return this.sequence(node, depth);
    if (isAlias(node)) return this.alias(node);
    if (isScalar(node)) return this.scalar(node, after);
    return this.empty(after ?? 0, undefined, undefined);
  }

  private map(node: YAMLMap, depth: number): DataNode {
    const entries: MapEntry[] = [];
    for (const pair of node.items) {
      const entry = this.entry(pair, depth);
      if (entry) entries.push(entry);
    }
    const properties = { anchor: node.anchor, tag: node.tag };
    return {
      type: 'map',
      range: this.collectionRange(node, entries),
      flow: node.flow === true,
      entries,
      ...properties,
    };
  }

  private entry(pair: Pair, depth: number): MapEntry | undefined {
    const { key, value } = pair;
    if (!isScalar(key) || !key.range) {
      // What hangs on a key that is no scalar is dropped, but its text is still content and its anchors still count.
      this.node(key, undefined, depth + 1);
      this.node(value, undefined, depth + 1);
      return undefined;
    }
    const name = this.scalar(key, undefined);
    const keyRange = name.range;
    const keyEnd = keyRange.end - this.origin.base;
    const converted = this.node(value, afterColon(this.origin.text, keyEnd), depth + 1);
    const decoded = typeof key.value === 'string' ? key.value : '';
    return {
      key: this.origin.actions.length > 0 && decoded.includes(HOLE) ? name.text.text : decoded,
      keyRange,
      range: { start: keyRange.start, end: Math.max(keyRange.end, converted.range.end) },
      value: converted,
    };
  }

  private sequence(node: YAMLSeq, depth: number): DataNode {
    const items = node.items.map((item) => this.node(item, node.range?.[0], depth + 1));
    const properties = { anchor: node.anchor, tag: node.tag };
    return {
      type: 'sequence',
      range: this.collectionRange(node, items),
      flow: node.flow === true,
      items,
      ...properties,
    };
  }

  /** Block collections end with their last child, not with the blank lines and comments after it. */
  private collectionRange(node: YAMLMap | YAMLSeq, children: readonly { readonly range: Range }[]): Range {
    const { base, text } = this.origin;
    const [from, to] = node.range ?? [0, 0];
    let start = base + from;
    let end = start;
    // In broken text children may reach past the collection: `yaml` mends it in its own way.
    for (const child of children) {
      start = Math.min(start, child.range.start);
      end = Math.max(end, child.range.end);
    }
    if (children.length === 0 || node.flow === true)
      end = Math.max(end, base + from + text.slice(from, to).trimEnd().length);
    return { start, end };
  }

  private alias(node: Alias): DataNode {
    const [start, end] = node.range ?? [0, 0];
    const { base } = this.origin;
    const range = { start: base + start, end: base + end };
    return { type: 'alias', range, name: node.source, target: this.anchors.get(node.source) };
  }

  private scalar(node: Scalar, after: number | undefined): ScalarNode {
    const [start, valueEnd] = node.range ?? [0, 0, 0];
    const style = STYLES[node.type ?? ''] ?? 'plain';
    const decoded = typeof node.value === 'string' ? node.value : '';
    if (style === 'plain' && start === valueEnd) {
      const at = node.anchor === undefined && node.tag === undefined ? (after ?? start) : start;
      return this.empty(at, node.anchor, node.tag);
    }
    const block = style === 'literal' || style === 'folded';
    const end = block ? this.blockEnd(start, valueEnd) : valueEnd;
    this.content.push({ start: block ? this.headerEnd(start, valueEnd) : start, end: valueEnd });
    const parts = { start, end, contentEnd: valueEnd, style, decoded, anchor: node.anchor, tag: node.tag };
    const value = resolveScalar(decoded, style === 'plain', node.tag);
    if (!this.hasActions(start, valueEnd)) return new DecodedScalar(this.origin, { ...parts, value });
    const unknown = new DecodedScalar(this.origin, { ...parts, value });
    const text = unknown.text.text;
    return text !== decoded ? new DecodedScalar(this.origin, { ...parts, value: text }) : unknown;
  }

  private hasActions(start: number, end: number): boolean {
    const { actions } = this.origin;
    const action = actions[firstActionEndingAfter(actions, start)];
    return action !== undefined && action.start < end;
  }

  /** A value of which nothing was written. In a template, an action on the next line may write it. */
  private empty(at: number, anchor: string | undefined, tag: string | undefined): ScalarNode {
    const { actions, text } = this.origin;
    const parts = { style: 'plain', decoded: '', value: null, anchor, tag } as const;
    let from = at;
    for (let i = firstActionEndingAfter(actions, at); i < actions.length; i++) {
      const action = actions[i];
      if (!action?.wholeLine || /\S/.test(text.slice(from, action.start).replace(/#.*/g, ''))) break;
      const { start, end } = action;
      from = end;
      if (!action.output) continue;
      return new DecodedScalar(this.origin, { ...parts, start, end, contentEnd: end, value: HOLE, hole: true });
    }
    return new DecodedScalar(this.origin, { ...parts, start: at, end: at, contentEnd: at });
  }

  private headerEnd(start: number, end: number): number {
    const lineBreak = this.origin.text.indexOf('\n', start);
    return lineBreak < 0 ? end : Math.min(lineBreak + 1, end);
  }

  /** The end of a block scalar's last line that is not blank, without its line break. */
  private blockEnd(start: number, end: number): number {
    return start + this.origin.text.slice(start, end).trimEnd().length;
  }
}

/** The offset after the colon that follows a key; undefined for a key without one. */
function afterColon(text: string, keyEnd: number): number {
  let at = keyEnd;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return text[at] === ':' ? at + 1 : keyEnd;
}
