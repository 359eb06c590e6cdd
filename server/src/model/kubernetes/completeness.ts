import { get } from '../../lang/data/tree';
import type { Workload } from './workloads';

/**
 * True when the manifest is a whole object, not a patch of one (`patches:` of Kustomize): it has what the API requires of
 * its kind. A patch may leave out anything, so nothing may be called missing in it.
 */
export function isWhole(workload: Workload): boolean {
  const { node } = workload.object;
  if (workload.containers.length === 0) return false;
  switch (workload.kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'Rollout':
      return get(node, 'spec', 'selector') !== undefined;
    case 'CronJob':
      return get(node, 'spec', 'schedule') !== undefined;
    case 'Job':
    case 'Pod':
    case 'KnativeService':
      return workload.containers.every((container) => container.image !== undefined);
  }
}
