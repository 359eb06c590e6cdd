import { asMap, asScalar, get, items } from '../../lang/data/tree';
import type { DataFile, DataNode, MapNode, ScalarNode } from '../../lang/data/tree';
import { kubernetesObjects, labelMap } from './objects';
import type { KubernetesObject } from './objects';
import { workloadOf } from './workloads';
import type { Workload } from './workloads';

export { container, containersOf, words } from './containers';
export type {
  Container,
  ContainerPort,
  ContainerRole,
  EnvironmentVariable,
  ProbeKind,
  VolumeMount,
} from './containers';
export { annotation, annotationsOf, kubernetesObjects, labelMap, labelsOf, pairsOf } from './objects';
export type { KubernetesObject, Pair } from './objects';
export { configReferences } from './references';
export type { ConfigReference } from './references';
export { ONE_SHOT, volumesOf, workloadKind, workloadOf } from './workloads';
export type { Volume, Workload, WorkloadKind } from './workloads';

export interface ServicePort {
  readonly node: DataNode;
  readonly port: ScalarNode | undefined;
  readonly targetPort: ScalarNode | undefined;
  readonly nodePort: ScalarNode | undefined;
}

/** A core `v1` Service. */
export interface KubernetesService {
  readonly object: KubernetesObject;
  readonly type: ScalarNode | undefined;
  /** Undefined when there is none or it is not known. */
  readonly selector: ReadonlyMap<string, string> | undefined;
  readonly ports: readonly ServicePort[];
}

/** A core `v1` ConfigMap or Secret. */
export interface ConfigObject {
  readonly object: KubernetesObject;
  readonly kind: 'ConfigMap' | 'Secret';
  readonly immutable: ScalarNode | undefined;
  readonly data: MapNode | undefined;
  /** Only a Secret has it. */
  readonly stringData: MapNode | undefined;
}

export interface KubernetesFile {
  readonly file: DataFile;
  readonly objects: readonly KubernetesObject[];
  readonly workloads: readonly Workload[];
  readonly services: readonly KubernetesService[];
  readonly configs: readonly ConfigObject[];
}

/** What a manifest declares. */
export function analyseKubernetes(file: DataFile): KubernetesFile {
  const objects = kubernetesObjects(file);
  return {
    file,
    objects,
    workloads: objects.flatMap((object) => workloadOf(object) ?? []),
    services: objects.flatMap((object) => serviceOf(object) ?? []),
    configs: objects.flatMap((object) => configOf(object) ?? []),
  };
}

function serviceOf(object: KubernetesObject): KubernetesService | undefined {
  if (object.kind !== 'Service' || object.group !== '') return undefined;
  const spec = get(object.node, 'spec');
  return {
    object,
    type: asScalar(get(spec, 'type')),
    selector: labelMap(get(spec, 'selector')),
    ports: items(get(spec, 'ports')).map((node) => ({
      node,
      port: asScalar(get(node, 'port')),
      targetPort: asScalar(get(node, 'targetPort')),
      nodePort: asScalar(get(node, 'nodePort')),
    })),
  };
}

function configOf(object: KubernetesObject): ConfigObject | undefined {
  const { kind, node } = object;
  if ((kind !== 'ConfigMap' && kind !== 'Secret') || object.group !== '') return undefined;
  return {
    object,
    kind,
    immutable: asScalar(get(node, 'immutable')),
    data: asMap(get(node, 'data')),
    stringData: asMap(get(node, 'stringData')),
  };
}

/** True when the service sends traffic to the workload's pods: same namespace as written, and every label matches. */
export function selects(service: KubernetesService, workload: Workload): boolean {
  const { selector } = service;
  if (!selector || selector.size === 0) return false;
  if (service.object.namespace?.text.text !== workload.object.namespace?.text.text) return false;
  const labels = get(workload.podMetadata, 'labels');
  for (const [key, value] of selector) if (asScalar(get(labels, key))?.text.text !== value) return false;
  return true;
}
