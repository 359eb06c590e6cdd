import type { Range } from '../../core/text';
import { DecodedScalar } from './decoded-scalar';
import type { Origin } from './decoded-scalar';
import type { DataDocument, DataNode } from './tree';

interface CachedDocument {
  readonly origin: Origin;
  readonly document: DataDocument;
}

/**
 * Trees of documents by their text, so that an edit costs one document of the stream and not all of them. A document
 * that only moved is copied with shifted ranges. Least recently used documents leave first.
 */
export class YamlCache {
  private readonly documents = new Map<string, CachedDocument>();
  private size = 0;

  /** @param limit how many code units of document text may be held */
  constructor(private readonly limit = 4_000_000) {}

  get(key: string, base: number): DataDocument | undefined {
    const cached = this.documents.get(key);
    if (!cached) return undefined;
    this.documents.delete(key);
    const found = cached.origin.base === base ? cached : moved(cached, base);
    this.documents.set(key, found);
    return found.document;
  }

  set(key: string, origin: Origin, document: DataDocument): void {
    if (key.length > this.limit) return;
    if (this.documents.delete(key)) this.size -= key.length;
    this.documents.set(key, { origin, document });
    this.size += key.length;
    for (const oldest of this.documents.keys()) {
      if (this.size <= this.limit) break;
      this.documents.delete(oldest);
      this.size -= oldest.length;
    }
  }
}

/** The tree of the same text at another offset. */
function moved(cached: CachedDocument, base: number): CachedDocument {
  const delta = base - cached.origin.base;
  const origin: Origin = { ...cached.origin, base };
  const copies = new Map<DataNode, DataNode>();
  const shift = (range: Range): Range => ({ start: range.start + delta, end: range.end + delta });
  const copyOf = (node: DataNode): DataNode => {
    const range = shift(node.range);
    switch (node.type) {
      case 'map': {
        const entries = node.entries.map((entry) => ({
          key: entry.key,
          keyRange: shift(entry.keyRange),
          range: shift(entry.range),
          value: copy(entry.value),
        }));
        return { ...node, range, entries };
      }
      case 'sequence':
        return { ...node, range, items: node.items.map(copy) };
      case 'alias':
        return { ...node, range, target: node.target && copies.get(node.target) };
      case 'scalar':
        return node instanceof DecodedScalar ? node.at(origin) : { ...node, range };
    }
  };
  const copy = (node: DataNode): DataNode => {
    const result = copyOf(node);
    // Only anchored nodes can be the target of an alias, which comes after them.
    if (node.type !== 'alias' && node.anchor !== undefined) copies.set(node, result);
    return result;
  };
  const { document } = cached;
  return {
    origin,
    document: {
      range: shift(document.range),
      root: document.root && copy(document.root),
      comments: document.comments.map((comment) => ({
        ...comment,
        range: shift(comment.range),
        textStart: comment.textStart + delta,
      })),
      problems: document.problems.map((problem) => ({ ...problem, range: shift(problem.range) })),
    },
  };
}
