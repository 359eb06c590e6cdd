import { asMap, asScalar, asSequence, entry, get, items, resolve, stringOf } from '../../lang/data/tree';
import type { DataDocument, DataFile, DataNode, MapNode, ScalarNode } from '../../lang/data/tree';

/** One API object of a manifest. */
export interface KubernetesObject {
  readonly apiVersion: string;
  /** The part of `apiVersion` before the slash; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  readonly name: ScalarNode | undefined;
  readonly namespace: ScalarNode | undefined;
  readonly metadata: MapNode | undefined;
  readonly node: MapNode;
  readonly document: DataDocument;
  /** Where the object stands in the document: empty, or `['items', 2]` inside a List. */
  readonly path: readonly (string | number)[];
}

/** A List inside a List is not a thing; the bound guards against aliases that nest one. */
const LIST_DEPTH = 3;

/** The API objects of a YAML stream or JSON text, those inside `kind: List` included. */
export function kubernetesObjects(file: DataFile): KubernetesObject[] {
  const found: KubernetesObject[] = [];
  const visit = (node: DataNode | undefined, document: DataDocument, path: readonly (string | number)[]): void => {
    const map = asMap(node);
    const apiVersion = stringOf(get(map, 'apiVersion'));
    const kind = stringOf(get(map, 'kind'));
    if (!map || apiVersion === undefined || kind === undefined) return;
    if (kind.endsWith('List') && asSequence(get(map, 'items')) && path.length < LIST_DEPTH * 2) {
      items(get(map, 'items')).forEach((item, index) => visit(item, document, [...path, 'items', index]));
      return;
    }
    const metadata = asMap(get(map, 'metadata'));
    found.push({
      apiVersion,
      group: apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '',
      kind,
      name: asScalar(get(metadata, 'name')),
      namespace: asScalar(get(metadata, 'namespace')),
      metadata,
      node: map,
      document,
      path,
    });
  };
  for (const document of file.documents) visit(document.root, document, []);
  return found;
}

/** A key with a scalar value: a label, an annotation, an item of a ConfigMap's data. */
export interface Pair {
  readonly key: string;
  readonly value: ScalarNode;
  readonly node: DataNode;
}

/** The entries of a map whose values are scalars. */
export function pairsOf(node: DataNode | undefined): Pair[] {
  return (asMap(node)?.entries ?? []).flatMap((candidate) => {
    const value = asScalar(candidate.value);
    return value ? [{ key: candidate.key, value, node: candidate.value }] : [];
  });
}

export const labelsOf = (metadata: DataNode | undefined): Pair[] => pairsOf(get(metadata, 'labels'));

export const annotationsOf = (metadata: DataNode | undefined): Pair[] => pairsOf(get(metadata, 'annotations'));

/** The value of an annotation as text; undefined when it is absent or no scalar. */
export function annotation(metadata: DataNode | undefined, name: string): string | undefined {
  return asScalar(entry(get(metadata, 'annotations'), name)?.value)?.text.text;
}

/** Keys as plain text: `{app: web}` → `app=web`. Undefined when a value is not a scalar. */
export function labelMap(node: DataNode | undefined): ReadonlyMap<string, string> | undefined {
  const map = asMap(node);
  if (!map) return undefined;
  const result = new Map<string, string>();
  for (const { key, value } of map.entries) {
    const scalar = resolve(value);
    if (scalar?.type !== 'scalar') return undefined;
    result.set(key, scalar.text.text);
  }
  return result;
}
