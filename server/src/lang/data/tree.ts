import type { MappedText } from '../../core/mapped-text';
import type { Place, Range } from '../../core/text';
import type { Comment, SyntaxProblem } from '../syntax';

/**
 * A tree of maps, sequences and scalars with ranges: what YAML and JSON have in common. Plain data, so the parser
 * behind it can be replaced (docs/decisions). Aliases are not expanded in the tree: `resolve` follows them.
 */
export type DataNode = MapNode | SequenceNode | ScalarNode | AliasNode;

export interface MapNode {
  readonly type: 'map';
  readonly range: Range;
  readonly flow: boolean;
  /** In source order; duplicate keys are kept. */
  readonly entries: readonly MapEntry[];
  readonly anchor?: string | undefined;
  readonly tag?: string | undefined;
}

export interface MapEntry {
  /** The key as a string: scalars only, others are dropped. */
  readonly key: string;
  readonly keyRange: Range;
  /** From the key to the end of the value. */
  readonly range: Range;
  /** A scalar `null` with an empty range after the colon when nothing was written. */
  readonly value: DataNode;
}

export interface SequenceNode {
  readonly type: 'sequence';
  readonly range: Range;
  readonly flow: boolean;
  readonly items: readonly DataNode[];
  readonly anchor?: string | undefined;
  readonly tag?: string | undefined;
}

export interface ScalarNode {
  readonly type: 'scalar';
  /** With quotes; for a block scalar from `|` or `>` to the end of its content. */
  readonly range: Range;
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded' | 'json';
  /** Decoded text; each offset still maps to the source. `{{ … }}` of a Helm template becomes a HOLE. */
  readonly text: MappedText;
  /** As Kubernetes' decoder sees it (go-yaml, YAML 1.1 booleans for plain `yes/no/on/off`). */
  readonly value: string | number | boolean | null;
  readonly anchor?: string | undefined;
  readonly tag?: string | undefined;
}

export interface AliasNode {
  readonly type: 'alias';
  readonly range: Range;
  readonly name: string;
  /** The anchored node; undefined when there is none before it. */
  readonly target: DataNode | undefined;
}

/** One document of a YAML stream, or a whole JSON text. */
export interface DataDocument {
  readonly range: Range;
  readonly root: DataNode | undefined;
  readonly comments: readonly Comment[];
  readonly problems: readonly SyntaxProblem[];
}

export interface DataFile {
  readonly format: 'yaml' | 'json';
  /** The text that was parsed: every range of the tree is a pair of offsets in it. */
  readonly text: string;
  readonly documents: readonly DataDocument[];
  /**
   * Set when the text was derived from another one (a heredoc, a part of a mime message). Ranges of the tree are then
   * offsets in the derived text: `placeOf` gives the place in the source. `ScalarNode.text` maps to the source already.
   */
  readonly source?: MappedText | undefined;
  /** True when the text holds `{{ … }}` actions: what is absent from the tree may still be rendered. */
  readonly template?: boolean | undefined;
}

/** Where a range of the tree was written. Undefined only for derived text that is pieced together from several places. */
export function placeOf(file: DataFile, range: Range): Place | undefined {
  if (!file.source) return range;
  return range.start === range.end ? file.source.placeAt(range.start) : file.source.sourceOf(range);
}

/** Follows an alias to the node it stands for. */
export function resolve(node: DataNode | undefined): Exclude<DataNode, AliasNode> | undefined {
  let current = node;
  // An alias can only point backwards, so a chain is finite; the bound guards against a broken tree.
  for (let i = 0; i < 20 && current?.type === 'alias'; i++) current = current.target;
  return current?.type === 'alias' ? undefined : current;
}

/** The map a node is or stands for. */
export function asMap(node: DataNode | undefined): MapNode | undefined {
  const found = resolve(node);
  return found?.type === 'map' ? found : undefined;
}

export function asSequence(node: DataNode | undefined): SequenceNode | undefined {
  const found = resolve(node);
  return found?.type === 'sequence' ? found : undefined;
}

export function asScalar(node: DataNode | undefined): ScalarNode | undefined {
  const found = resolve(node);
  return found?.type === 'scalar' ? found : undefined;
}

/** The items of a sequence, or none. */
export function items(node: DataNode | undefined): readonly DataNode[] {
  return asSequence(node)?.items ?? [];
}

/** The scalar's value when it is a string. */
export function stringOf(node: DataNode | undefined): string | undefined {
  const value = asScalar(node)?.value;
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(node: DataNode | undefined): number | undefined {
  const value = asScalar(node)?.value;
  return typeof value === 'number' ? value : undefined;
}

export function booleanOf(node: DataNode | undefined): boolean | undefined {
  const value = asScalar(node)?.value;
  return typeof value === 'boolean' ? value : undefined;
}

/** How many merged maps one look-up may visit: a bound against alias bombs. */
const MERGE_BUDGET = 100;

/**
 * The entry of a map by key. Merge keys (`<<: *base`) are followed: an own key wins, then earlier merged maps.
 * With duplicate keys the last one wins, as Kubernetes' decoder has it.
 */
export function entry(node: DataNode | undefined, key: string): MapEntry | undefined {
  const map = asMap(node);
  if (!map) return undefined;
  return ownEntry(map, key) ?? (ownEntry(map, '<<') ? inheritedEntry(map, key, { left: MERGE_BUDGET - 1 }) : undefined);
}

function ownEntry(map: MapNode, key: string): MapEntry | undefined {
  const { entries } = map;
  for (let i = entries.length - 1; i >= 0; i--) if (entries[i]?.key === key) return entries[i];
  return undefined;
}

function inheritedEntry(map: MapNode, key: string, budget: { left: number }): MapEntry | undefined {
  for (const candidate of map.entries) {
    if (candidate.key !== '<<') continue;
    const merged = resolve(candidate.value);
    const sources =
      merged?.type === 'sequence' ? merged.items.map(asMap) : [merged?.type === 'map' ? merged : undefined];
    for (const source of sources) {
      if (!source || budget.left-- <= 0) continue;
      const found = ownEntry(source, key) ?? inheritedEntry(source, key, budget);
      if (found) return found;
    }
  }
  return undefined;
}

/** The value at a path of keys: `get(pod, 'spec', 'containers')`. */
export function get(node: DataNode | undefined, ...path: readonly string[]): DataNode | undefined {
  let current = node;
  for (const key of path) {
    current = entry(current, key)?.value;
    if (!current) return undefined;
  }
  return current;
}
