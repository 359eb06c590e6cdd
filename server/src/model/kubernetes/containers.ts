import { asMap, asScalar, asSequence, entry, get, items, stringOf } from '../../lang/data/tree';
import type { DataNode, MapEntry, MapNode, ScalarNode } from '../../lang/data/tree';

/**
 * `sidecar` is an init container with `restartPolicy: Always` (Kubernetes 1.29, "Sidecar Containers"): it runs as long
 * as the pod does and can have probes.
 */
export type ContainerRole = 'container' | 'init' | 'sidecar' | 'ephemeral';

export type ProbeKind = 'readinessProbe' | 'livenessProbe' | 'startupProbe';

export interface ContainerPort {
  readonly node: DataNode;
  readonly name: string | undefined;
  readonly containerPort: ScalarNode | undefined;
  readonly hostPort: ScalarNode | undefined;
  readonly protocol: string;
}

export interface VolumeMount {
  readonly node: DataNode;
  readonly name: string | undefined;
  readonly mountPath: ScalarNode | undefined;
  readonly subPath: ScalarNode | undefined;
  readonly readOnly: boolean;
}

export interface EnvironmentVariable {
  readonly node: DataNode;
  readonly name: ScalarNode | undefined;
  /** A literal; undefined with `valueFrom`. */
  readonly value: ScalarNode | undefined;
  readonly valueFrom: MapNode | undefined;
}

export interface Container {
  readonly role: ContainerRole;
  readonly name: string | undefined;
  readonly node: MapNode;
  readonly image: ScalarNode | undefined;
  readonly imagePullPolicy: ScalarNode | undefined;
  /** The words of `command` and `args`; an item that is no scalar is left out. */
  readonly command: readonly ScalarNode[];
  readonly args: readonly ScalarNode[];
  readonly ports: readonly ContainerPort[];
  readonly probes: Readonly<Partial<Record<ProbeKind, MapEntry>>>;
  readonly lifecycle: MapNode | undefined;
  readonly securityContext: MapNode | undefined;
  readonly volumeMounts: readonly VolumeMount[];
  readonly env: readonly EnvironmentVariable[];
  readonly envFrom: readonly DataNode[];
}

/** The containers of a pod spec, in the order they start. Reads only a pod spec's own lists. */
export function containersOf(podSpec: DataNode | undefined): Container[] {
  const listed = (key: string, role: (map: MapNode) => ContainerRole): Container[] =>
    items(get(podSpec, key)).flatMap((item) => {
      const map = asMap(item);
      return map ? [container(map, role(map))] : [];
    });
  return [
    ...listed('initContainers', (map) => (stringOf(get(map, 'restartPolicy')) === 'Always' ? 'sidecar' : 'init')),
    ...listed('containers', () => 'container'),
    ...listed('ephemeralContainers', () => 'ephemeral'),
  ];
}

/** One container, from its map. */
export function container(node: MapNode, role: ContainerRole): Container {
  const probes: Partial<Record<ProbeKind, MapEntry>> = {};
  for (const kind of ['readinessProbe', 'livenessProbe', 'startupProbe'] as const) {
    const probe = entry(node, kind);
    if (probe && !isNull(probe.value)) probes[kind] = probe;
  }
  return {
    role,
    name: stringOf(get(node, 'name')),
    node,
    image: asScalar(get(node, 'image')),
    imagePullPolicy: asScalar(get(node, 'imagePullPolicy')),
    command: words(get(node, 'command')),
    args: words(get(node, 'args')),
    ports: items(get(node, 'ports')).map(port),
    probes,
    lifecycle: asMap(get(node, 'lifecycle')),
    securityContext: asMap(get(node, 'securityContext')),
    volumeMounts: items(get(node, 'volumeMounts')).map(mount),
    env: items(get(node, 'env')).map(variable),
    envFrom: items(get(node, 'envFrom')),
  };
}

/** The scalars of a list. A lone scalar is what somebody types before making it a list. */
export function words(node: DataNode | undefined): ScalarNode[] {
  const list = asSequence(node);
  if (list) {
    return list.items.flatMap((item) => {
      const scalar = asScalar(item);
      return scalar ? [scalar] : [];
    });
  }
  const scalar = asScalar(node);
  return scalar && scalar.value !== null ? [scalar] : [];
}

function isNull(node: DataNode): boolean {
  return asScalar(node)?.value === null;
}

function port(node: DataNode): ContainerPort {
  return {
    node,
    name: stringOf(get(node, 'name')),
    containerPort: asScalar(get(node, 'containerPort')),
    hostPort: asScalar(get(node, 'hostPort')),
    protocol: stringOf(get(node, 'protocol')) ?? 'TCP',
  };
}

function mount(node: DataNode): VolumeMount {
  return {
    node,
    name: stringOf(get(node, 'name')),
    mountPath: asScalar(get(node, 'mountPath')),
    subPath: asScalar(get(node, 'subPath')),
    readOnly: asScalar(get(node, 'readOnly'))?.value === true,
  };
}

function variable(node: DataNode): EnvironmentVariable {
  return {
    node,
    name: asScalar(get(node, 'name')),
    value: asScalar(get(node, 'value')),
    valueFrom: asMap(get(node, 'valueFrom')),
  };
}
