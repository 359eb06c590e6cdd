import type { Fix } from '../../core/finding';
import { asScalar, entry, get } from '../../lang/data/tree';
import { containerAnchor } from '../../model/collect/kubernetes';
import type { ConfigBlock } from '../../model/config-block';
import { insertBlock } from '../../model/edits/hcl';
import { insertEntry } from '../../model/edits/yaml';
import { defineRule, type RuleContext } from '../../model/facts';
import { isKnownSidecar } from '../../model/known-containers';
import type { Container, KubernetesFile, Workload } from '../../model/kubernetes';
import { isWhole } from '../../model/kubernetes/completeness';
import { mayHoldMore } from '../../model/kubernetes/template-holes';
import { trafficOf } from '../../model/kubernetes/traffic';
import { kubernetesType, podSpecBlock, terraformContainers } from '../../model/terraform/containers';
import type { TerraformResource } from '../../model/terraform/types';
import { numberIn, textOf, type Value } from '../../model/values/value';

const KINDS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout']);

const RESOURCES: ReadonlySet<string> = new Set([
  'kubernetes_deployment',
  'kubernetes_stateful_set',
  'kubernetes_daemonset',
  'kubernetes_daemon_set',
]);

/** Ports for operators: nobody is served through them. */
const OPERATORS_PORT = /metric|^prom|debug|pprof|profil|^jmx/;

const rule = defineRule({
  meta: {
    id: 'health-check/k8s-readiness-probe',
    severity: 'warning',
    languages: ['kubernetes', 'helm', 'terraform'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'A container that serves traffic must say when it is ready',
    peers: [
      'checkov CKV_K8S_9',
      'kube-score pod-probes',
      'polaris readinessProbeMissing',
      'kube-linter no-readiness-probe',
    ],
    messages: {
      missing:
        'Without a `readinessProbe` a rollout takes the new pod for ready as soon as its process starts, so a broken image replaces the good one. Add a probe that asks the application.',
      startupOnly:
        'The `startupProbe` tells when `{container}` has started, not whether it can serve. Add a `readinessProbe`, so that a pod that stops serving loses its traffic.',
    },
  },
  create: (context) => ({
    kubernetes: (manifest) => {
      for (const workload of manifest.workloads) checkWorkload(context, manifest, workload);
    },
    'terraform.resource': (resource) => {
      if (RESOURCES.has(kubernetesType(resource.type))) checkResource(context, resource);
    },
  }),
});

export default rule;

type Context = RuleContext<'missing' | 'startupOnly'>;

function checkWorkload(context: Context, manifest: KubernetesFile, workload: Workload): void {
  const { file } = manifest;
  if (!KINDS.has(workload.kind) || !isWhole(workload) || workload.replicas?.value === 0) return;
  if (get(workload.podSpec, 'readinessGates') || mayHoldMore(file, workload.podSpec)) return;
  const traffic = trafficOf(workload, manifest.services, context.project.index);
  const candidates = workload.containers.filter(
    (each) => each.role === 'container' && !isKnownSidecar(each.name, each.image?.text.text),
  );
  const container = unprobed(
    candidates.map((each) => ({
      item: each,
      ports: each.ports.map((port) => ({
        name: port.name,
        number: asScalar(port.containerPort)?.value,
        tcp: port.protocol !== 'UDP',
      })),
      probed: each.probes.readinessProbe !== undefined || mayHoldMore(file, each.node),
    })),
    traffic,
  );
  if (!container || isPatched(context, workload, container)) return;
  const started = container.probes.startupProbe !== undefined;
  const fix = file.template || file.format === 'json' ? undefined : probeEntry(file.text, container);
  context.report({
    at: entry(container.node, 'name')?.keyRange ?? container.image?.range ?? container.node.range,
    anchor: `${containerAnchor(workload, container, workload.containers.indexOf(container))}/readinessProbe`,
    message: started ? 'startupOnly' : 'missing',
    severity: started ? 'info' : 'warning',
    data: { container: container.name ?? 'the container' },
    fixes: fix ? [fix] : [],
  });
}

interface Candidate<T> {
  readonly item: T;
  readonly ports: readonly { readonly name: string | undefined; readonly number: unknown; readonly tcp: boolean }[];
  readonly probed: boolean;
}

/**
 * The container that should say when it is ready and does not: the one behind the Service's port; else, when none of
 * the pod's containers says it, the first that has a port, or the only one that a Service can mean.
 */
function unprobed<T>(
  candidates: readonly Candidate<T>[],
  traffic: { readonly selected: boolean; readonly targetPorts: readonly (string | number)[] },
): T | undefined {
  const served = candidates.filter(({ ports }) =>
    ports.some(({ name, number }) => traffic.targetPorts.some((target) => target === name || target === number)),
  );
  if (served.length > 0) return served.find(({ probed }) => !probed)?.item;
  if (candidates.some(({ probed }) => probed)) return undefined;
  const exposed = candidates.find(({ ports }) =>
    ports.some(({ name, tcp }) => tcp && !OPERATORS_PORT.test(name ?? '')),
  );
  if (exposed) return exposed.item;
  return traffic.selected && candidates.length === 1 ? candidates[0]?.item : undefined;
}

/** A Kustomize patch elsewhere in the workspace adds the probe. */
function isPatched(context: Context, workload: Workload, container: Container): boolean {
  const name = workload.object.name?.text.text;
  if (name === undefined || container.name === undefined) return false;
  const { name: own } = container;
  const same = context.project.index?.workloadsNamed(workload.kind, name) ?? [];
  return same.some((other) => other.readinessProbes.includes(own));
}

/** A connection to the first port: it invents no path. An endpoint that tells about starting is known, so it is used. */
function probeEntry(text: string, container: Container): Fix | undefined {
  const port = container.ports[0];
  const target = port?.name ?? port?.containerPort?.value;
  if (port?.protocol === 'UDP' || target === undefined || target === null) return undefined;
  const request = get(container.probes.startupProbe?.value, 'httpGet');
  const path = asScalar(get(request, 'path'))?.value;
  const known = asScalar(get(request, 'port'))?.value;
  const lines =
    typeof path === 'string' && (typeof known === 'string' || typeof known === 'number')
      ? ['  httpGet:', `    path: ${path}`, `    port: ${known}`]
      : ['  tcpSocket:', `    port: ${String(target)}`];
  const edit = insertEntry(text, container.node, ['readinessProbe:', ...lines], 'ports');
  return edit && { level: 'suggestion', title: `Add a \`readinessProbe\` on port ${String(target)}`, edits: [edit] };
}

function checkResource(context: Context, resource: TerraformResource): void {
  const pod = podSpecBlock(resource);
  if (!pod || pod.has('readiness_gate') !== 'no') return;
  if (numberIn(resource.block.block('spec')?.value('replicas')) === 0) return;
  const containers = terraformContainers(resource).flatMap(({ role, name, image, block, anchor }) =>
    block && role === 'container' && !isKnownSidecar(name, textOf(image)) ? [{ block, anchor, name }] : [],
  );
  const container = unprobed(
    containers.map((each) => ({
      item: each,
      ports: each.block.blocks('port').map((port) => ({
        name: textOf(port.value('name')),
        number: numberIn(port.value('container_port')),
        tcp: textOf(port.value('protocol')) !== 'UDP',
      })),
      probed: each.block.has('readiness_probe') !== 'no',
    })),
    terraformTraffic(resource),
  );
  if (!container) return;
  const { block, anchor, name } = container;
  const started = block.has('startup_probe') === 'yes';
  context.report({
    at: block.header,
    anchor: `${anchor}/readiness_probe`,
    message: started ? 'startupOnly' : 'missing',
    severity: started ? 'info' : 'warning',
    data: { container: name ?? 'the container' },
    fixes: probeBlock(block),
  });
}

/** The ports of the module's `kubernetes_service` resources whose selector matches, as far as both are known. */
function terraformTraffic(resource: TerraformResource): { selected: boolean; targetPorts: (string | number)[] } {
  const template = resource.block.block('spec')?.block('template');
  const labels = knownLabels(template?.block('metadata')?.value('labels'));
  const ports: (string | number)[] = [];
  let selected = false;
  for (const service of resource.module.resources) {
    if (kubernetesType(service.type) !== 'kubernetes_service' || service.disabled) continue;
    const spec = service.block.block('spec');
    const selector = knownLabels(spec?.value('selector'));
    if (!selector || !labels || selector.size === 0) continue;
    if (![...selector].every(([key, value]) => labels.get(key) === value)) continue;
    selected = true;
    for (const port of spec?.blocks('port') ?? []) {
      const target = port.value('target_port') ?? port.value('port');
      const known = numberIn(target) ?? textOf(target);
      if (known !== undefined) ports.push(known);
    }
  }
  return { selected, targetPorts: ports };
}

function knownLabels(value: Value | undefined): ReadonlyMap<string, string> | undefined {
  if (value?.type !== 'object' || value.open) return undefined;
  const labels = new Map<string, string>();
  for (const [key, { value: label }] of value.entries) {
    const text = textOf(label);
    if (text === undefined) return undefined;
    labels.set(key, text);
  }
  return labels;
}

function probeBlock(container: ConfigBlock): Fix[] {
  const port = container.blocks('port')[0];
  const number = numberIn(port?.value('container_port'));
  if (number === undefined || container.dynamic || textOf(port?.value('protocol')) === 'UDP') return [];
  const edits = insertBlock(container, ['readiness_probe {', '  tcp_socket {', `    port = ${number}`, '  }', '}']);
  if (edits.length === 0) return [];
  return [{ level: 'suggestion', title: `Add a \`readiness_probe\` on port ${number}`, edits }];
}
