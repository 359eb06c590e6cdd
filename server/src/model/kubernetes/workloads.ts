import { asMap, asScalar, entry, get, items, stringOf } from '../../lang/data/tree';
import type { DataNode, MapEntry, MapNode, ScalarNode } from '../../lang/data/tree';
import { containersOf } from './containers';
import type { Container } from './containers';
import type { KubernetesObject } from './objects';

export interface Volume {
  readonly node: MapNode;
  readonly name: string | undefined;
  /** The kind of source and its value: `emptyDir`, `hostPath`, `persistentVolumeClaim`. */
  readonly source: MapEntry | undefined;
}

/** An object that runs pods. */
export interface Workload {
  readonly object: KubernetesObject;
  /** `Pod`, `Deployment`, … ; a Knative Service is `KnativeService`. */
  readonly kind: WorkloadKind;
  readonly podSpec: MapNode;
  /** The entry of the pod spec's own map (`spec:`), where an inserted field goes. */
  readonly podSpecEntry: MapEntry | undefined;
  /** Metadata of the pods, not of the object: where labels and a checksum annotation count. */
  readonly podMetadata: MapNode | undefined;
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly replicas: ScalarNode | undefined;
}

/**
 * Where each kind keeps its pod template (P43: kinds are listed, never guessed). A path leads to the map that has
 * `metadata` and `spec` of the pod.
 */
const TEMPLATES = {
  Pod: { groups: [''], path: [] },
  Deployment: { groups: ['apps', 'extensions'], path: ['spec', 'template'] },
  StatefulSet: { groups: ['apps'], path: ['spec', 'template'] },
  DaemonSet: { groups: ['apps', 'extensions'], path: ['spec', 'template'] },
  ReplicaSet: { groups: ['apps', 'extensions'], path: ['spec', 'template'] },
  ReplicationController: { groups: [''], path: ['spec', 'template'] },
  Job: { groups: ['batch'], path: ['spec', 'template'] },
  CronJob: { groups: ['batch'], path: ['spec', 'jobTemplate', 'spec', 'template'] },
  /** Argo Rollouts. */
  Rollout: { groups: ['argoproj.io'], path: ['spec', 'template'] },
  KnativeService: { groups: ['serving.knative.dev'], path: ['spec', 'template'] },
} as const satisfies Record<string, { groups: readonly string[]; path: readonly string[] }>;

export type WorkloadKind = keyof typeof TEMPLATES;

/** Pods that run to completion: nothing waits for their readiness. */
export const ONE_SHOT: ReadonlySet<WorkloadKind> = new Set<WorkloadKind>(['Job', 'CronJob']);

/** The kind of workload an object is; undefined when it runs no pods that we know. */
export function workloadKind(object: Pick<KubernetesObject, 'group' | 'kind'>): WorkloadKind | undefined {
  // Nothing is called KnativeService: Knative's kind is Service, told from the core one by its group.
  const name = object.kind === 'Service' ? 'KnativeService' : object.kind === 'KnativeService' ? '' : object.kind;
  if (!isWorkloadKind(name)) return undefined;
  const groups: readonly string[] = TEMPLATES[name].groups;
  return groups.includes(object.group) ? name : undefined;
}

function isWorkloadKind(name: string): name is WorkloadKind {
  return Object.hasOwn(TEMPLATES, name);
}

/** An object as a workload; undefined when it runs no pods or its pod spec is missing or not a map. */
export function workloadOf(object: KubernetesObject): Workload | undefined {
  const kind = workloadKind(object);
  if (!kind) return undefined;
  const template = get(object.node, ...TEMPLATES[kind].path);
  const podSpecEntry = entry(template, 'spec');
  const podSpec = asMap(podSpecEntry?.value);
  if (!podSpec) return undefined;
  return {
    object,
    kind,
    podSpec,
    podSpecEntry,
    podMetadata: asMap(get(template, 'metadata')),
    containers: containersOf(podSpec),
    volumes: volumesOf(podSpec),
    replicas: asScalar(get(object.node, 'spec', 'replicas')),
  };
}

/** The volumes of a pod spec. */
export function volumesOf(podSpec: DataNode | undefined): Volume[] {
  return items(get(podSpec, 'volumes')).flatMap((item) => {
    const node = asMap(item);
    if (!node) return [];
    return [
      {
        node,
        name: stringOf(get(node, 'name')),
        source: node.entries.find(({ key }) => key !== 'name' && key !== '<<'),
      },
    ];
  });
}
