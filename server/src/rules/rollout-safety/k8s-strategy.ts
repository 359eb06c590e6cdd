import type { Fix } from '../../core/finding';
import { asMap, asScalar, entry, get, numberOf, stringOf } from '../../lang/data/tree';
import type { MapEntry, MapNode } from '../../lang/data/tree';
import { objectAnchor } from '../../model/collect/kubernetes';
import type { ConfigAttribute, ConfigBlock } from '../../model/config-block';
import { removeAttribute } from '../../model/edits/hcl';
import { removeEntry } from '../../model/edits/yaml';
import { isDatastoreImage } from '../../model/known-containers';
import { defineRule, type RuleContext } from '../../model/facts';
import type { KubernetesFile, Workload } from '../../model/kubernetes';
import { podShare, takesAll, type PodShare } from '../../model/kubernetes/rollout-values';
import { trafficOf } from '../../model/kubernetes/traffic';
import { kubernetesType, podSpecBlock } from '../../model/terraform/containers';
import { correctLiteral, given, isText, literalPlace } from '../../model/terraform/literals';
import type { TerraformResource } from '../../model/terraform/types';
import { booleanIn, every, numberIn, textOf } from '../../model/values/value';

export default defineRule({
  meta: {
    id: 'rollout-safety/k8s-strategy',
    severity: 'warning',
    languages: ['kubernetes', 'helm', 'terraform'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'A rollout must start new pods before it stops the old ones',
    peers: ['kube-linter no-rolling-update-strategy', 'kube-score deployment-strategy'],
    messages: {
      recreate:
        '`Recreate` stops every old pod before the first new one starts: each release is an outage, and a broken image leaves nothing that serves. Use `RollingUpdate`.',
      unavailable:
        '`{setting}` lets a rollout stop all pods at once, so a broken image leaves nothing that serves. Allow {allowed}.',
      stuck:
        '`maxSurge` and `maxUnavailable` are both 0, which the API refuses: no pod could ever be replaced. {allowed}.',
      onDelete:
        '`OnDelete` replaces a pod only when somebody deletes it, so old and new versions run side by side for an unknown time. Use `RollingUpdate`.',
      paused:
        '`paused` holds every rollout back: the manifest names one version, the pods run another. Remove it when the deployment is to follow its manifest.',
      deadline:
        'The rollout is declared failed after {deadline} s, but the probes of `{container}` give a pod {budget} s to start. Raise `progressDeadlineSeconds` above that.',
    },
  },
  create: (context) => ({
    kubernetes: (manifest) => {
      for (const workload of manifest.workloads) checkWorkload(context, manifest, workload);
    },
    'terraform.resource': (resource) => {
      const type = kubernetesType(resource.type);
      if (type === 'kubernetes_deployment') checkDeployment(context, resource);
      else if (type === 'kubernetes_stateful_set') checkOnDelete(context, resource, 'update_strategy');
      else if (type === 'kubernetes_daemonset' || type === 'kubernetes_daemon_set') {
        checkOnDelete(context, resource, 'strategy');
      }
    },
  }),
});

type Message = 'recreate' | 'unavailable' | 'stuck' | 'onDelete' | 'paused' | 'deadline';
type Context = RuleContext<Message>;

function checkWorkload(context: Context, manifest: KubernetesFile, workload: Workload): void {
  const { object, kind } = workload;
  if (kind !== 'Deployment' && kind !== 'StatefulSet' && kind !== 'DaemonSet') return;
  const spec = asMap(get(object.node, 'spec'));
  const anchor = objectAnchor(object);
  const strategy = asMap(get(spec, kind === 'Deployment' ? 'strategy' : 'updateStrategy'));
  const type = asScalar(get(strategy, 'type'));
  // A database is not replaced by a rollout: whoever runs it decides when a pod may go.
  const isDatastore = workload.containers.some((container) => isDatastoreImage(container.image?.text.text));
  if (kind !== 'Deployment') {
    if (type?.value === 'OnDelete' && !isDatastore) {
      context.report({
        at: type.range,
        anchor: `${anchor}/updateStrategy.type`,
        message: 'onDelete',
        fixes: [replacement('Use `RollingUpdate`', type.range, 'RollingUpdate')],
      });
    }
    checkShares(context, workload, strategy, false);
    return;
  }
  const serves = trafficOf(workload, manifest.services, context.project.index).selected;
  if (type?.value === 'Recreate' && serves && !isDatastore && !isBoundToOnePod(workload)) {
    context.report({
      at: type.range,
      anchor: `${anchor}/strategy.type`,
      message: 'recreate',
      fixes: [replacement('Use `RollingUpdate`', type.range, 'RollingUpdate')],
    });
  }
  checkShares(context, workload, strategy, serves);
  checkPaused(context, workload, spec);
  checkDeadline(context, workload, spec);
}

/** Two pods cannot run side by side: they would share a disk or a port of the node. */
function isBoundToOnePod({ volumes, podSpec, containers }: Workload): boolean {
  const disks = ['persistentVolumeClaim', 'hostPath', 'awsElasticBlockStore', 'gcePersistentDisk', 'azureDisk', 'csi'];
  return (
    volumes.some(({ source }) => source !== undefined && disks.includes(source.key)) ||
    asScalar(get(podSpec, 'hostNetwork'))?.value === true ||
    containers.some(({ ports }) => ports.some(({ hostPort }) => hostPort !== undefined))
  );
}

function checkShares(context: Context, workload: Workload, strategy: MapNode | undefined, serves: boolean): void {
  if (stringOf(get(strategy, 'type')) === 'Recreate') return;
  const { kind } = workload;
  const rolling = get(strategy, 'rollingUpdate');
  const surgeNode = asScalar(get(rolling, 'maxSurge'));
  const unavailableNode = asScalar(get(rolling, 'maxUnavailable'));
  const unavailable = podShare(unavailableNode?.value);
  if (!unavailable || !unavailableNode) return;
  const at = unavailableNode.range;
  const anchor = `${objectAnchor(workload.object)}/${kind === 'Deployment' ? 'strategy' : 'updateStrategy'}.rollingUpdate`;
  const surge = surgeNode ? podShare(surgeNode.value) : undefined;
  if (unavailable.value === 0 && isNoSurge(kind, surgeNode !== undefined, surge)) {
    // The other way round for what runs once a node: one pod may be away.
    const fix =
      kind === 'Deployment' && surgeNode
        ? replacement('Set `maxSurge: 1`', surgeNode.range, '1', 'safe')
        : replacement('Set `maxUnavailable: 1`', at, '1', 'safe');
    const data = { allowed: kind === 'Deployment' ? 'Set `maxSurge: 1`' : 'Set `maxUnavailable: 1`' };
    context.report({ at, anchor, message: 'stuck', severity: 'error', data, fixes: [fix] });
    return;
  }
  const written = numberOf(workload.replicas);
  // One replica without a Service is often meant to be alone.
  const replicas =
    kind === 'Deployment' && (written !== 1 || serves) && !isBoundToOnePod(workload) ? written : undefined;
  if (!takesAll(unavailable, replicas) || written === 0) return;
  const allowed = kind === 'Deployment' ? '`maxUnavailable: 0` with `maxSurge: 1`' : '`maxUnavailable: 1`';
  context.report({
    at,
    anchor: `${anchor}.maxUnavailable`,
    message: 'unavailable',
    data: { setting: `maxUnavailable: ${unavailableNode.text.text}`, allowed },
    fixes: [
      kind === 'Deployment' ? noneUnavailable(at, surgeNode?.range, surge) : replacement(`Set ${allowed}`, at, '1'),
    ],
  });
}

/** A DaemonSet has no surge by default, a Deployment 25 percent; a StatefulSet knows none. */
function isNoSurge(kind: Workload['kind'], written: boolean, surge: PodShare | undefined): boolean {
  if (kind === 'StatefulSet') return true;
  return written ? surge?.value === 0 : kind === 'DaemonSet';
}

function noneUnavailable(
  at: Fix['edits'][number]['at'],
  surgeAt: typeof at | undefined,
  surge: PodShare | undefined,
): Fix {
  const edits = [{ at, text: '0' }];
  if (surgeAt && surge?.value === 0) edits.push({ at: surgeAt, text: '1' });
  return { level: 'suggestion', title: 'Set `maxUnavailable: 0`, so that new pods start first', edits };
}

function replacement(
  title: string,
  at: Fix['edits'][number]['at'],
  text: string,
  level: Fix['level'] = 'suggestion',
): Fix {
  return { level, title, edits: [{ at, text }] };
}

function checkPaused(context: Context, workload: Workload, spec: MapNode | undefined): void {
  const paused = entry(spec, 'paused');
  if (!spec || !paused || asScalar(paused.value)?.value !== true) return;
  context.report({
    at: paused.value.range,
    anchor: `${objectAnchor(workload.object)}/paused`,
    message: 'paused',
    fixes: removal(context.file.text, spec, paused),
  });
}

function removal(text: string, map: MapNode, found: MapEntry): Fix[] {
  const edit = map.entries.includes(found) ? removeEntry(text, map, found) : undefined;
  return edit ? [{ level: 'suggestion', title: 'Remove `paused`', edits: [edit] }] : [];
}

function checkDeadline(context: Context, workload: Workload, spec: MapNode | undefined): void {
  const deadline = asScalar(get(spec, 'progressDeadlineSeconds'));
  if (typeof deadline?.value !== 'number') return;
  for (const container of workload.containers) {
    const budget = startBudget(container.probes.startupProbe, container.probes.readinessProbe);
    if (budget <= deadline.value) continue;
    context.report({
      at: deadline.range,
      anchor: `${objectAnchor(workload.object)}/progressDeadlineSeconds`,
      message: 'deadline',
      severity: 'info',
      data: { deadline: deadline.value, budget, container: container.name ?? 'a container' },
    });
    return;
  }
}

/** How long a pod may take until its probes must have succeeded; the defaults are those of the API (period 10 s, 3 failures). */
function startBudget(startup: MapEntry | undefined, readiness: MapEntry | undefined): number {
  const field = (probe: MapEntry | undefined, name: string, otherwise: number): number =>
    numberOf(get(probe?.value, name)) ?? otherwise;
  const starting = startup
    ? field(startup, 'initialDelaySeconds', 0) +
      field(startup, 'periodSeconds', 10) * field(startup, 'failureThreshold', 3)
    : 0;
  return Math.max(starting, field(readiness, 'initialDelaySeconds', 0));
}

function checkDeployment(context: Context, resource: TerraformResource): void {
  const spec = resource.block.block('spec');
  if (!spec || spec.dynamic) return;
  const anchor = `resource.${resource.address}/spec`;
  const strategy = spec.has('strategy') === 'yes' ? spec.block('strategy') : undefined;
  const type = strategy && given(strategy, 'type');
  if (type && isText(type.value, ['Recreate'])) {
    if (isServed(resource) && !isBound(resource)) {
      context.report({
        at: literalPlace(type),
        anchor: `${anchor}.strategy.type`,
        message: 'recreate',
        fixes: [suggested(type, '"RollingUpdate"', 'Use `RollingUpdate`')],
      });
    }
  } else if (strategy) checkRolling(context, resource, strategy, `${anchor}.strategy.rolling_update`);
  const paused = given(spec, 'paused');
  if (paused && every(paused.value, (option) => booleanIn(option) === true)) {
    context.report({
      at: literalPlace(paused),
      anchor: `${anchor}.paused`,
      message: 'paused',
      fixes: [{ level: 'suggestion', title: 'Remove `paused`', edits: removeAttribute(paused) }],
    });
  }
}

function checkRolling(context: Context, resource: TerraformResource, strategy: ConfigBlock, anchor: string): void {
  const rolling = strategy.has('rolling_update') === 'yes' ? strategy.block('rolling_update') : undefined;
  const attribute = rolling && given(rolling, 'max_unavailable');
  if (!rolling || !attribute) return;
  const unavailable = podShare(numberIn(attribute.value) ?? textOf(attribute.value));
  if (!unavailable) return;
  const surgeAttribute = given(rolling, 'max_surge');
  const surge = surgeAttribute && podShare(numberIn(surgeAttribute.value) ?? textOf(surgeAttribute.value));
  if (unavailable.value === 0) {
    if (!surgeAttribute || surge?.value !== 0) return;
    context.report({
      at: literalPlace(attribute),
      anchor,
      message: 'stuck',
      severity: 'error',
      data: { allowed: 'Set `max_surge = 1`' },
      fixes: [correctLiteral(surgeAttribute, '1', 'Set `max_surge = 1`')],
    });
    return;
  }
  const replicas = numberIn(resource.block.block('spec')?.value('replicas'));
  const compared = (replicas !== 1 || isServed(resource)) && !isBound(resource) ? replicas : undefined;
  if (!takesAll(unavailable, compared) || replicas === 0) return;
  const fix = suggested(attribute, '0', 'Set `max_unavailable = 0`, so that new pods start first');
  const raised = surgeAttribute && surge?.value === 0 ? suggested(surgeAttribute, '1', '').edits : [];
  context.report({
    at: literalPlace(attribute),
    anchor: `${anchor}.max_unavailable`,
    message: 'unavailable',
    data: {
      setting: `max_unavailable = ${unavailable.value}${unavailable.kind === 'percent' ? '%' : ''}`,
      allowed: '`max_unavailable = 0` with `max_surge = 1`',
    },
    fixes: [{ ...fix, edits: [...fix.edits, ...raised] }],
  });
}

function checkOnDelete(context: Context, resource: TerraformResource, block: string): void {
  const strategy = resource.block.block('spec')?.block(block);
  const type = strategy && !strategy.dynamic ? given(strategy, 'type') : undefined;
  if (!type || !isText(type.value, ['OnDelete'])) return;
  context.report({
    at: literalPlace(type),
    anchor: `resource.${resource.address}/spec.${block}.type`,
    message: 'onDelete',
    fixes: [suggested(type, '"RollingUpdate"', 'Use `RollingUpdate`')],
  });
}

function suggested(attribute: ConfigAttribute, text: string, title: string): Fix {
  return { ...correctLiteral(attribute, text, title), level: 'suggestion' };
}

/** A service of the module selects the pods, by labels that are known or by a reference to the deployment. */
function isServed(resource: TerraformResource): boolean {
  const metadata = resource.block.block('spec')?.block('template')?.block('metadata');
  const labels = metadata?.value('labels');
  return resource.module.resources.some(({ type, block, disabled }) => {
    if (kubernetesType(type) !== 'kubernetes_service' || disabled) return false;
    const attribute = block.block('spec')?.attribute('selector');
    if (!attribute) return false;
    if (resource.module.targets(attribute.expression).includes(resource)) return true;
    const selector = attribute.value;
    if (selector.type !== 'object' || labels?.type !== 'object' || selector.entries.size === 0) return false;
    return [...selector.entries].every(([key, { value }]) => {
      const text = textOf(value);
      return text !== undefined && text === textOf(labels.entries.get(key)?.value);
    });
  });
}

function isBound(resource: TerraformResource): boolean {
  const pod = podSpecBlock(resource);
  if (!pod) return true;
  const disks = ['persistent_volume_claim', 'host_path', 'aws_elastic_block_store', 'gce_persistent_disk', 'csi'];
  return (
    pod.blocks('volume').some((volume) => disks.some((disk) => volume.has(disk) !== 'no')) ||
    booleanIn(pod.value('host_network')) === true ||
    pod.blocks('container').some((each) => each.blocks('port').some((port) => given(port, 'host_port')))
  );
}
