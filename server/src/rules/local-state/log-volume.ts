import type { Severity } from '../../core/finding';
import type { Place } from '../../core/text';
import { asScalar, asSequence, entry, get, items, stringOf } from '../../lang/data/tree';
import type { Instruction } from '../../lang/dockerfile/ast';
import { containerAnchor } from '../../model/collect/kubernetes';
import type { ComposeFile, ComposeService, ComposeVolume } from '../../model/compose';
import type { ConfigBlock } from '../../model/config-block';
import type { Dockerfile, Stage } from '../../model/dockerfile';
import { removeInstruction, removeWord } from '../../model/edits/dockerfile';
import { removeEntry, removeItem } from '../../model/edits/yaml';
import { defineRule, type RuleContext } from '../../model/facts';
import { isLogShipper } from '../../model/known-containers';
import type { Container, KubernetesFile, VolumeMount, Workload } from '../../model/kubernetes';
import { mayHoldMore } from '../../model/kubernetes/template-holes';
import { isLogPath } from '../../model/log-paths';
import {
  kubernetesType,
  podSpecBlock,
  terraformContainers,
  type TerraformContainer,
} from '../../model/terraform/containers';
import { alternatives, booleanIn, entryOf, textOf, type Value } from '../../model/values/value';

export default defineRule({
  meta: {
    id: 'local-state/log-volume',
    severity: 'warning',
    languages: ['kubernetes', 'helm', 'compose', 'dockerfile', 'terraform'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'Logs go to standard output, not to a volume that ends with the container or stays on one machine',
    peers: [],
    messages: {
      ephemeral:
        'Logs in `{path}` are deleted with the container, just when they are needed. Write them to standard output, or let a sidecar that mounts the same volume ship them.',
      host: 'Logs in `{path}` pile up on one machine and are lost when it is replaced. Write them to standard output, or let a sidecar that mounts the same volume ship them.',
      kept: 'Logs in `{path}` stay on a volume that only this container reads. Write them to standard output, so that they are collected like those of everything else.',
      image:
        '`VOLUME {path}` gives every container an unnamed volume for its logs, which nobody collects. Remove it and write the logs to standard output.',
    },
  },
  create: (context) => ({
    kubernetes: (manifest) => {
      for (const workload of manifest.workloads) {
        workload.containers.forEach((container, index) => {
          for (const mount of container.volumeMounts) checkMount(context, manifest, workload, container, index, mount);
        });
      }
    },
    compose: (compose) => {
      for (const service of compose.services) {
        for (const volume of service.volumes) checkVolume(context, compose, service, volume);
      }
    },
    dockerfile: (dockerfile) => checkDockerfile(context, dockerfile),
    'terraform.container': (container) => {
      if (container.platform === 'ecs') checkMountPoints(context, container);
      else if (container.platform === 'kubernetes') checkMountBlocks(context, container);
    },
  }),
});

type Fate = 'ephemeral' | 'host' | 'kept';
type Context = RuleContext<Fate | 'image'>;

/** A volume that outlives the container is a note: nothing is lost. */
function severityOf(fate: Fate): Severity {
  return fate === 'kept' ? 'info' : 'warning';
}

function checkMount(
  context: Context,
  manifest: KubernetesFile,
  workload: Workload,
  container: Container,
  index: number,
  mount: VolumeMount,
): void {
  const { mountPath, name } = mount;
  if (!mountPath || name === undefined || mount.readOnly || !isLogPath(mountPath.text.text)) return;
  if (container.role === 'ephemeral' || isLogShipper(container.name, container.image?.text.text)) return;
  const fate = fateOf(workload, name);
  if (!fate || isShipped(manifest, workload, container, name)) return;
  context.report({
    at: mountPath.range,
    anchor: `${containerAnchor(workload, container, index)}/volumeMounts.${mountPath.text.text}`,
    message: fate,
    severity: severityOf(fate),
    data: { path: mountPath.text.text },
  });
}

/** What becomes of a pod's volume; undefined when it holds no logs, or is not known. */
function fateOf(workload: Workload, name: string): Fate | undefined {
  const source = workload.volumes.find((volume) => volume.name === name)?.source;
  switch (source?.key) {
    case 'emptyDir':
      return 'ephemeral';
    case 'hostPath':
      // A DaemonSet reads what others write on the node, and a socket or a device is no directory of logs.
      if (workload.kind === 'DaemonSet') return undefined;
      return /^(Socket|CharDevice|BlockDevice)$/.test(stringOf(get(source.value, 'type')) ?? '') ? undefined : 'host';
    case 'persistentVolumeClaim':
    case 'ephemeral':
      return 'kept';
    case 'csi':
      return asScalar(get(source.value, 'readOnly'))?.value === true ? undefined : 'kept';
    case undefined: {
      const claims = items(get(workload.object.node, 'spec', 'volumeClaimTemplates'));
      return claims.some((claim) => stringOf(get(claim, 'metadata', 'name')) === name) ? 'kept' : undefined;
    }
    default:
      return undefined;
  }
}

/** Another container that runs beside it mounts the volume, or a template may add one. */
function isShipped(manifest: KubernetesFile, workload: Workload, container: Container, name: string): boolean {
  const list = asSequence(get(workload.podSpec, 'containers'));
  if ((list && mayHoldMore(manifest.file, list)) || mayHoldMore(manifest.file, workload.podSpec)) return true;
  return workload.containers.some(
    (other) =>
      other !== container && other.role !== 'init' && other.volumeMounts.some((mounted) => mounted.name === name),
  );
}

const FATES: Readonly<Record<ComposeVolume['type'], Fate | undefined>> = {
  bind: 'host',
  anonymous: 'ephemeral',
  tmpfs: 'ephemeral',
  volume: 'kept',
  unknown: undefined,
};

function checkVolume(context: Context, compose: ComposeFile, service: ComposeService, volume: ComposeVolume): void {
  const path = volume.target?.text;
  if (path === undefined || volume.readOnly || !isLogPath(path) || isLogShipper(service.name, service.image?.text))
    return;
  const fate = FATES[volume.type];
  if (!fate || isSharedVolume(compose, service, volume)) return;
  const list = entry(service.node, 'volumes');
  const sequence = asSequence(list?.value);
  const own = list && service.node.entries.includes(list) ? sequence : undefined;
  const edit =
    own && list && compose.file.format === 'yaml'
      ? own.items.length > 1
        ? removeItem(context.file.text, own, volume.node)
        : removeEntry(context.file.text, service.node, list)
      : undefined;
  context.report({
    at: volume.target?.sourceOf() ?? volume.node.range,
    anchor: `service.${service.name}/volumes.${path}`,
    message: fate,
    severity: severityOf(fate),
    data: { path },
    fixes: edit ? [{ level: 'suggestion', title: 'Remove the volume', edits: [edit] }] : [],
  });
}

/** Another service mounts the same volume or directory: it may ship what it finds there. */
function isSharedVolume(compose: ComposeFile, service: ComposeService, { source }: ComposeVolume): boolean {
  if (source === undefined) return false;
  return compose.services.some(
    (other) =>
      other !== service &&
      (other.volumes.some((volume) => volume.source?.text === source.text) ||
        items(get(other.node, 'volumes_from')).some((from) => stringOf(from)?.split(':')[0] === service.name)),
  );
}

function checkDockerfile(context: Context, dockerfile: Dockerfile): void {
  const shipped = new Set<Stage>(dockerfile.finalStages.flatMap((stage) => [stage, ...stage.parents]));
  for (const stage of dockerfile.stages) {
    if (!shipped.has(stage)) continue;
    for (const instruction of stage.instructions) {
      if (instruction.keyword === 'VOLUME') checkInstruction(context, stage, instruction);
    }
  }
}

function checkInstruction(context: Context, stage: Stage, instruction: Instruction): void {
  const paths = instruction.execForm ?? instruction.words;
  paths.forEach((path, index) => {
    if (!isLogPath(path.text)) return;
    const edit =
      paths.length === 1
        ? removeInstruction(context.file.text, instruction)
        : instruction.execForm
          ? undefined
          : removeWord(context.file.text, instruction, index);
    context.report({
      at: path.sourceOf() ?? instruction.keywordRange,
      anchor: `stage.${stage.name ?? stage.index}/VOLUME.${path.text}`,
      message: 'image',
      data: { path: path.text },
      fixes: edit ? [{ level: 'suggestion', title: `Remove the volume \`${path.text}\``, edits: [edit] }] : [],
    });
  });
}

/** The items of a list that is wholly known; none otherwise. */
function knownItems(value: Value | undefined): readonly Value[] {
  return value?.type === 'list' ? value.items : [];
}

function checkMountPoints(context: Context, container: TerraformContainer): void {
  const { definition, resource, name, image, anchor } = container;
  if (!definition || isLogShipper(name, textOf(image))) return;
  for (const point of knownItems(entryOf(definition, 'mountPoints'))) {
    const path = entryOf(point, 'containerPath');
    const source = textOf(entryOf(point, 'sourceVolume'));
    const text = textOf(path);
    if (path?.type !== 'text' || text === undefined || source === undefined || !isLogPath(text)) continue;
    const readOnly = entryOf(point, 'readOnly');
    if (readOnly !== undefined && booleanIn(readOnly) !== false) continue;
    const fate = taskVolumeFate(resource.block, source);
    if (!fate || isMountedElsewhere(container, source)) continue;
    report(context, fate, path.origin, `${anchor}/mountPoints.${text}`, text);
  }
}

function taskVolumeFate(task: ConfigBlock, name: string): Fate | undefined {
  const volume = task.blocks('volume').find((each) => textOf(each.value('name')) === name);
  if (!volume || volume.dynamic) return undefined;
  const kept = ['efs_volume_configuration', 'fsx_windows_file_server_volume_configuration'];
  if (kept.some((type) => volume.has(type) !== 'no')) return 'kept';
  if (volume.attribute('host_path')) return 'host';
  if (volume.attribute('configure_at_launch')) return 'kept';
  const docker = volume.block('docker_volume_configuration');
  if (!docker) return 'ephemeral';
  const scope = docker.value('scope');
  return scope === undefined || textOf(scope) === 'task'
    ? 'ephemeral'
    : textOf(scope) === 'shared'
      ? 'kept'
      : undefined;
}

/** Another container of the task mounts the volume, or all volumes of this one, or may do so. */
function isMountedElsewhere(container: TerraformContainer, source: string): boolean {
  const definitions = container.resource.block.value('container_definitions');
  if (definitions && alternatives(definitions).some((option) => option.type === 'list' && option.open)) return true;
  return terraformContainers(container.resource).some(({ definition, name }) => {
    if (!definition || definition === container.definition || name === container.name) return false;
    const points = entryOf(definition, 'mountPoints');
    const from = entryOf(definition, 'volumesFrom');
    return (
      knownItems(points).some((point) => textOf(entryOf(point, 'sourceVolume')) === source) ||
      [points, from].some((value) => value?.type === 'unknown') ||
      knownItems(from).some((each) => textOf(entryOf(each, 'sourceContainer')) === container.name)
    );
  });
}

function checkMountBlocks(context: Context, container: TerraformContainer): void {
  const { block, resource, name, image, anchor } = container;
  const pod = podSpecBlock(resource);
  if (!block || !pod || isLogShipper(name, textOf(image))) return;
  for (const mount of block.blocks('volume_mount')) {
    const path = mount.value('mount_path');
    const text = textOf(path);
    const volume = textOf(mount.value('name'));
    if (!path?.origin || text === undefined || volume === undefined || !isLogPath(text)) continue;
    const readOnly = mount.value('read_only');
    if (readOnly !== undefined && booleanIn(readOnly) !== false) continue;
    const fate = podVolumeFate(pod, volume, kubernetesType(resource.type));
    const shared = pod
      .blocks('container')
      .some(
        (other) =>
          other !== block &&
          (other.dynamic || other.blocks('volume_mount').some((each) => textOf(each.value('name')) === volume)),
      );
    if (fate && !shared) report(context, fate, path.origin, `${anchor}/volume_mount.${text}`, text);
  }
}

function podVolumeFate(pod: ConfigBlock, name: string, type: string): Fate | undefined {
  const volume = pod.blocks('volume').find((each) => textOf(each.value('name')) === name);
  if (!volume || volume.dynamic) return undefined;
  if (volume.has('empty_dir') === 'yes') return 'ephemeral';
  if (volume.has('host_path') === 'yes') return /^kubernetes_daemon_?set$/.test(type) ? undefined : 'host';
  return volume.has('persistent_volume_claim') === 'yes' ? 'kept' : undefined;
}

function report(context: Context, fate: Fate, at: Place, anchor: string, path: string): void {
  context.report({ at, anchor, message: fate, severity: severityOf(fate), data: { path } });
}
