import { asMap, asScalar, get, items } from '../../lang/data/tree';
import type { DataNode, ScalarNode } from '../../lang/data/tree';
import type { Container } from './containers';
import type { Volume } from './workloads';

/** How a workload reads a ConfigMap or Secret. */
export interface ConfigReference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: ScalarNode;
  readonly via: 'envFrom' | 'env' | 'volume' | 'projected';
  readonly optional: boolean;
}

/** Every ConfigMap and Secret that the containers and volumes of a pod read. Image pull secrets are no configuration. */
export function configReferences(pod: {
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
}): ConfigReference[] {
  const found: ConfigReference[] = [];
  const add = (
    kind: ConfigReference['kind'],
    via: ConfigReference['via'],
    holder: DataNode | undefined,
    key: string,
  ): void => {
    const map = asMap(holder);
    const name = asScalar(get(map, key));
    if (name && name.value !== null)
      found.push({ kind, name, via, optional: asScalar(get(map, 'optional'))?.value === true });
  };
  for (const container of pod.containers) {
    for (const source of container.envFrom) {
      add('ConfigMap', 'envFrom', get(source, 'configMapRef'), 'name');
      add('Secret', 'envFrom', get(source, 'secretRef'), 'name');
    }
    for (const { valueFrom } of container.env) {
      add('ConfigMap', 'env', get(valueFrom, 'configMapKeyRef'), 'name');
      add('Secret', 'env', get(valueFrom, 'secretKeyRef'), 'name');
    }
  }
  for (const volume of pod.volumes) {
    add('ConfigMap', 'volume', get(volume.node, 'configMap'), 'name');
    add('Secret', 'volume', get(volume.node, 'secret'), 'secretName');
    for (const source of items(get(volume.node, 'projected', 'sources'))) {
      add('ConfigMap', 'projected', get(source, 'configMap'), 'name');
      add('Secret', 'projected', get(source, 'secret'), 'name');
    }
  }
  return found;
}
