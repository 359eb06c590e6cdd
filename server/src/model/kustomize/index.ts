import { asMap, asScalar, entry, get, items } from '../../lang/data/tree';
import type { DataFile, DataNode, MapNode, ScalarNode } from '../../lang/data/tree';
import { remoteBase } from './remote';
import type { RemoteBase } from './remote';

export { remoteBase };
export type { RemoteBase };

/** An item of `images`: replaces name, tag or digest of an image in the resources. */
export interface KustomizeImage {
  readonly node: MapNode;
  readonly name: ScalarNode | undefined;
  readonly newName: ScalarNode | undefined;
  readonly newTag: ScalarNode | undefined;
  readonly digest: ScalarNode | undefined;
}

/** A directory, file or URL whose objects are taken in. */
export interface KustomizeResource {
  readonly node: ScalarNode;
  readonly key: 'resources' | 'bases' | 'components';
  /** Undefined for a local path. */
  readonly remote: RemoteBase | undefined;
}

export interface KustomizeGenerator {
  readonly node: MapNode;
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: ScalarNode | undefined;
  /** True when the name gets no hash of its content, here or in `generatorOptions`. */
  readonly hashDisabled: boolean;
}

export interface KustomizeHelmChart {
  readonly node: MapNode;
  readonly name: ScalarNode | undefined;
  readonly repository: ScalarNode | undefined;
  readonly version: ScalarNode | undefined;
}

export interface Kustomization {
  readonly file: DataFile;
  readonly root: MapNode | undefined;
  readonly images: readonly KustomizeImage[];
  readonly resources: readonly KustomizeResource[];
  readonly generators: readonly KustomizeGenerator[];
  readonly helmCharts: readonly KustomizeHelmChart[];
}

/** What a `kustomization.yaml` declares. */
export function analyseKustomization(file: DataFile): Kustomization {
  const root = asMap(file.documents[0]?.root);
  const disabled = isTrue(get(root, 'generatorOptions', 'disableNameSuffixHash'));
  return {
    file,
    root,
    images: maps(get(root, 'images')).map((node) => ({
      node,
      name: scalarIn(node, 'name'),
      newName: scalarIn(node, 'newName'),
      newTag: scalarIn(node, 'newTag'),
      digest: scalarIn(node, 'digest'),
    })),
    resources: (['resources', 'bases', 'components'] as const).flatMap((key) =>
      items(get(root, key)).flatMap((item) => {
        const node = asScalar(item);
        return node && node.value !== null ? [{ node, key, remote: remoteBase(node.text) }] : [];
      }),
    ),
    generators: (
      [
        ['configMapGenerator', 'ConfigMap'],
        ['secretGenerator', 'Secret'],
      ] as const
    ).flatMap(([key, kind]) =>
      maps(get(root, key)).map((node) => ({
        node,
        kind,
        name: scalarIn(node, 'name'),
        hashDisabled: hashDisabled(node) ?? disabled,
      })),
    ),
    helmCharts: maps(get(root, 'helmCharts')).map((node) => ({
      node,
      name: scalarIn(node, 'name'),
      repository: scalarIn(node, 'repo'),
      version: scalarIn(node, 'version'),
    })),
  };
}

function hashDisabled(generator: MapNode): boolean | undefined {
  const own = entry(get(generator, 'options'), 'disableNameSuffixHash');
  return own ? isTrue(own.value) : undefined;
}

const isTrue = (node: DataNode | undefined): boolean => asScalar(node)?.value === true;

const maps = (node: DataNode | undefined): MapNode[] => items(node).flatMap((item) => asMap(item) ?? []);

function scalarIn(node: DataNode | undefined, key: string): ScalarNode | undefined {
  const scalar = asScalar(get(node, key));
  return scalar && scalar.value !== null && scalar.value !== '' ? scalar : undefined;
}
