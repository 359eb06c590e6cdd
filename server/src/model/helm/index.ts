import { asMap, asScalar, entry, get, items, stringOf } from '../../lang/data/tree';
import type { DataFile, DataNode, MapEntry, MapNode, ScalarNode } from '../../lang/data/tree';

/** An image in `values.yaml`, written in parts or as one reference. */
export interface HelmImage {
  /** Keys that lead to the map: `['sidecar', 'image']`. */
  readonly path: readonly string[];
  readonly node: MapNode;
  readonly registry: ScalarNode | undefined;
  readonly repository: ScalarNode;
  readonly tag: ScalarNode | undefined;
  /** The entry of `tag`, also when its value is empty. */
  readonly tagEntry: MapEntry | undefined;
  readonly digest: ScalarNode | undefined;
}

export interface HelmDependency {
  readonly node: MapNode;
  readonly name: ScalarNode | undefined;
  readonly version: ScalarNode | undefined;
  readonly repository: ScalarNode | undefined;
}

/** `Chart.yaml`. */
export interface HelmChart {
  readonly file: DataFile;
  readonly root: MapNode | undefined;
  readonly name: string | undefined;
  readonly version: ScalarNode | undefined;
  readonly appVersion: ScalarNode | undefined;
  readonly dependencies: readonly HelmDependency[];
}

const DEPTH_LIMIT = 30;

/**
 * The images in a values file: maps with `repository` (or `registry` and `name`) together with `tag` or `digest`, or
 * any map called `image` or `…Image` that has a `repository`. A lone `repository` elsewhere may be a Git or chart repository.
 */
export function analyseHelmValues(file: DataFile): HelmImage[] {
  const images: HelmImage[] = [];
  const visit = (node: DataNode, path: readonly string[], depth: number): void => {
    if (depth > DEPTH_LIMIT) return;
    // Aliases are not followed: what they stand for is read where it is written.
    if (node.type === 'sequence') node.items.forEach((item, index) => visit(item, [...path, String(index)], depth + 1));
    if (node.type !== 'map') return;
    const image = imageOf(node, path);
    if (image) images.push(image);
    for (const { key, value } of node.entries) visit(value, [...path, key], depth + 1);
  };
  for (const document of file.documents) if (document.root) visit(document.root, [], 0);
  return images;
}

function imageOf(node: MapNode, path: readonly string[]): HelmImage | undefined {
  const repository = scalarIn(node, 'repository');
  if (
    !repository ||
    typeof repository.value !== 'string' ||
    /^(?:https?|git|ssh|oci):\/\/|^git@/.test(repository.value)
  ) {
    return undefined;
  }
  const tagEntry = entry(node, 'tag');
  const digest = scalarIn(node, 'digest');
  const named = /image$/i.test(path[path.length - 1] ?? '');
  if (!tagEntry && !digest && !named) return undefined;
  return { path, node, registry: scalarIn(node, 'registry'), repository, tag: scalarIn(node, 'tag'), tagEntry, digest };
}

/** What a `Chart.yaml` declares. */
export function analyseHelmChart(file: DataFile): HelmChart {
  const root = asMap(file.documents[0]?.root);
  return {
    file,
    root,
    name: stringOf(get(root, 'name')),
    version: scalarIn(root, 'version'),
    appVersion: scalarIn(root, 'appVersion'),
    dependencies: items(get(root, 'dependencies')).flatMap((item) => {
      const node = asMap(item);
      return node
        ? [
            {
              node,
              name: scalarIn(node, 'name'),
              version: scalarIn(node, 'version'),
              repository: scalarIn(node, 'repository'),
            },
          ]
        : [];
    }),
  };
}

/** A scalar that is not empty: `tag: ""` is how a chart says "the chart's own version". */
function scalarIn(node: DataNode | undefined, key: string): ScalarNode | undefined {
  const scalar = asScalar(get(node, key));
  return scalar && scalar.value !== null && scalar.value !== '' ? scalar : undefined;
}
