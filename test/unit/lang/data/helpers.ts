import { expect } from 'vitest';
import type { MappedText } from '../../../../server/src/core/mapped-text';
import { resolve } from '../../../../server/src/lang/data/tree';
import type { DataFile, DataNode, ScalarNode } from '../../../../server/src/lang/data/tree';

/** Every node of a file, aliases not followed. */
export function nodesOf(file: DataFile): DataNode[] {
  const found: DataNode[] = [];
  const visit = (node: DataNode | undefined): void => {
    if (!node) return;
    found.push(node);
    if (node.type === 'map') for (const entry of node.entries) visit(entry.value);
    if (node.type === 'sequence') node.items.forEach(visit);
  };
  for (const document of file.documents) visit(document.root);
  return found;
}

export function scalarsOf(file: DataFile): ScalarNode[] {
  return nodesOf(file).filter((node) => node.type === 'scalar');
}

/** A node as a plain value, aliases expanded, merge keys left alone. */
export function plain(node: DataNode | undefined): unknown {
  const found = resolve(node);
  if (!found) return null;
  if (found.type === 'scalar') return found.value;
  if (found.type === 'sequence') return found.items.map(plain);
  const result: Record<string, unknown> = {};
  for (const entry of found.entries)
    Object.defineProperty(result, entry.key, {
      value: plain(entry.value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return result;
}

/** Segments cover the text without a gap, and what is verbatim stands in the source as it is. */
export function checkMapping(text: MappedText, source: string): void {
  let at = 0;
  for (const segment of text.segments) {
    expect(segment.start).toBe(at);
    at = segment.end;
    if (segment.verbatim) {
      expect(source.slice(segment.source.start, segment.source.end)).toBe(text.text.slice(segment.start, segment.end));
    }
  }
  expect(at).toBe(text.length);
}

/** Ranges nest, and every scalar's text maps. */
export function checkTree(file: DataFile): void {
  const visit = (node: DataNode, outer: { start: number; end: number }): void => {
    expect(node.range.start).toBeGreaterThanOrEqual(outer.start);
    expect(node.range.end).toBeLessThanOrEqual(outer.end);
    expect(node.range.start).toBeLessThanOrEqual(node.range.end);
    if (node.type === 'scalar') checkMapping(node.text, file.text);
    if (node.type === 'sequence') for (const item of node.items) visit(item, node.range);
    if (node.type === 'map') {
      for (const entry of node.entries) {
        expect(entry.range.start).toBe(entry.keyRange.start);
        expect(entry.range.start).toBeGreaterThanOrEqual(node.range.start);
        visit(entry.value, { start: entry.range.start, end: node.range.end });
      }
    }
  };
  for (const document of file.documents) if (document.root) visit(document.root, document.range);
}
