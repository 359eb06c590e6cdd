import { HOLE } from '../../core/mapped-text';
import type { WorkspaceIndex } from '../workspace-index';
import { get } from '../../lang/data/tree';
import { labelMap, selects, type KubernetesService, type Workload } from './index';

/** Services through which only the operators' tools ask: no user waits for an answer. */
const OPERATORS_SERVICE = /(^|[-.])(metrics|monitoring|telemetry)$/;

/** The ports to which Services send the workload's traffic, and whether there is a Service at all. */
export interface Traffic {
  readonly selected: boolean;
  readonly targetPorts: readonly (string | number)[];
}

/**
 * Finds the Services that select a workload's pods, in its file and in the workspace. A selector that a template
 * renders is not known and selects nothing.
 */
export function trafficOf(
  workload: Workload,
  services: readonly KubernetesService[],
  index: WorkspaceIndex | undefined,
): Traffic {
  const near = services.filter(
    (service) => isTraffic(service.object.name?.text.text) && isKnown(service) && selects(service, workload),
  );
  const labels = Object.fromEntries(labelMap(get(workload.podMetadata, 'labels')) ?? []);
  const selecting = index?.servicesSelecting(labels, workload.object.namespace?.text.text) ?? [];
  const far = selecting.filter(({ name }) => isTraffic(name));
  return {
    selected: near.length + far.length > 0,
    targetPorts: [
      ...near.flatMap(({ ports }) =>
        ports.flatMap(({ targetPort, port }) => {
          const value = (targetPort ?? port)?.value;
          return typeof value === 'string' || typeof value === 'number' ? [value] : [];
        }),
      ),
      ...far.flatMap(({ targetPorts }) => targetPorts),
    ],
  };
}

function isTraffic(name: string | undefined): boolean {
  return name === undefined || !OPERATORS_SERVICE.test(name);
}

function isKnown({ selector }: KubernetesService): boolean {
  return selector !== undefined && [...selector.values()].every((value) => !value.includes(HOLE));
}
