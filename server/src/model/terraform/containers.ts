import type { Place } from '../../core/text';
import type { ConfigBlock } from '../config-block';
import { structureOf } from '../values/structure';
import { alternatives, entryOf, textOf, type ObjectValue, type Value } from '../values/value';
import type { TerraformResource } from './types';

export type ContainerPlatform =
  'ecs' | 'batch' | 'lambda' | 'app-runner' | 'cloud-run' | 'azure' | 'kubernetes' | 'docker';

/** A container that a Terraform resource runs: an item of `container_definitions`, a `container` block, an image URI. */
export interface TerraformContainer {
  readonly resource: TerraformResource;
  readonly platform: ContainerPlatform;
  readonly role: 'container' | 'init';
  readonly name: string | undefined;
  /** Evaluated image reference; undefined when absent. */
  readonly image: Value | undefined;
  /** Where the image argument stands. */
  readonly imageAt: Place;
  /** For ECS and Batch: the container's JSON object. */
  readonly definition: ObjectValue | undefined;
  /** For the others: the block that describes the container. */
  readonly block: ConfigBlock | undefined;
  /** Where to show a finding about the container as a whole. */
  readonly at: Place;
  readonly anchor: string;
}

/** Kubernetes resources of the Terraform provider that hold a pod specification, and the blocks that lead to it. */
export const KUBERNETES_POD_PATHS: Readonly<Record<string, readonly string[]>> = {
  kubernetes_pod: ['spec'],
  kubernetes_deployment: ['spec', 'template', 'spec'],
  kubernetes_stateful_set: ['spec', 'template', 'spec'],
  kubernetes_daemonset: ['spec', 'template', 'spec'],
  kubernetes_daemon_set: ['spec', 'template', 'spec'],
  kubernetes_replication_controller: ['spec', 'template', 'spec'],
  kubernetes_job: ['spec', 'template', 'spec'],
  kubernetes_cron_job: ['spec', 'job_template', 'spec', 'template', 'spec'],
};

/** The provider's resource type without its version suffix: `kubernetes_deployment_v1` → `kubernetes_deployment`. */
export function kubernetesType(type: string): string {
  return type.replace(/_v\d+(beta\d+)?$/, '');
}

/** The pod specification block of a `kubernetes_*` resource. */
export function podSpecBlock(resource: TerraformResource): ConfigBlock | undefined {
  const path = KUBERNETES_POD_PATHS[kubernetesType(resource.type)];
  let block: ConfigBlock | undefined = resource.block;
  for (const step of path ?? []) block = block?.block(step);
  return path ? block : undefined;
}

/** Blocks that hold an image argument: resource type, path of nested blocks, argument. */
const BLOCK_PATHS: readonly (readonly [string, ContainerPlatform, readonly string[], string])[] = [
  ['aws_lambda_function', 'lambda', [], 'image_uri'],
  ['aws_apprunner_service', 'app-runner', ['source_configuration', 'image_repository'], 'image_identifier'],
  ['google_cloud_run_service', 'cloud-run', ['template', 'spec', 'containers'], 'image'],
  ['google_cloud_run_v2_service', 'cloud-run', ['template', 'containers'], 'image'],
  ['google_cloud_run_v2_job', 'cloud-run', ['template', 'template', 'containers'], 'image'],
  ['azurerm_container_app', 'azure', ['template', 'container'], 'image'],
  ['azurerm_container_app_job', 'azure', ['template', 'container'], 'image'],
  ['azurerm_container_group', 'azure', ['container'], 'image'],
  ['azurerm_linux_web_app', 'azure', ['site_config', 'application_stack'], 'docker_image_name'],
  ['azurerm_linux_function_app', 'azure', ['site_config', 'application_stack', 'docker'], 'image_name'],
  ['docker_image', 'docker', [], 'name'],
  ['docker_container', 'docker', [], 'image'],
  ['docker_service', 'docker', ['task_spec', 'container_spec'], 'image'],
];

const CONTAINER_TYPES = new RegExp(
  [
    'aws_ecs_task_definition',
    'aws_batch_job_definition',
    ...Object.keys(KUBERNETES_POD_PATHS),
    ...BLOCK_PATHS.map(([type]) => type),
  ].join('|'),
);

/** True when the text names a type of resource that runs containers. Others need not be parsed to know that they run none. */
export function namesContainerType(text: string): boolean {
  return CONTAINER_TYPES.test(text);
}

/** Every container that the resource describes, as far as its arguments can be evaluated. */
export function terraformContainers(resource: TerraformResource): TerraformContainer[] {
  if (resource.type === 'aws_ecs_task_definition') return jsonContainers(resource, 'ecs', 'container_definitions');
  if (resource.type === 'aws_batch_job_definition') return jsonContainers(resource, 'batch', 'container_properties');
  const pod = podSpecBlock(resource);
  if (pod) {
    return [
      ...pod.blocks('container').map((block) => blockContainer(resource, 'kubernetes', 'container', block, 'image')),
      ...pod.blocks('init_container').map((block) => blockContainer(resource, 'kubernetes', 'init', block, 'image')),
    ];
  }
  const found: TerraformContainer[] = [];
  for (const [type, platform, path, argument] of BLOCK_PATHS) {
    if (type !== resource.type) continue;
    for (const block of descend(resource.block, path)) {
      // A Lambda function without an image is a zip; a web app may run code instead of a container.
      if (!block.attribute(argument)) continue;
      found.push(blockContainer(resource, platform, 'container', block, argument));
    }
  }
  return found;
}

function descend(block: ConfigBlock, path: readonly string[]): readonly ConfigBlock[] {
  let blocks: readonly ConfigBlock[] = [block];
  for (const step of path) blocks = blocks.flatMap((each) => each.blocks(step));
  return blocks;
}

function blockContainer(
  resource: TerraformResource,
  platform: ContainerPlatform,
  role: 'container' | 'init',
  block: ConfigBlock,
  argument: string,
): TerraformContainer {
  const attribute = block.attribute(argument);
  const name = textOf(block.value('name'));
  const label = block === resource.block ? '' : `/${block.kind}${name === undefined ? '' : `.${name}`}`;
  return {
    resource,
    platform,
    role,
    name,
    image: attribute?.value,
    imageAt: attribute ? { ...attribute.range, path: attribute.path } : block.header,
    definition: undefined,
    block,
    at: block.header,
    anchor: `resource.${resource.address}${label}`,
  };
}

function jsonContainers(
  resource: TerraformResource,
  platform: ContainerPlatform,
  argument: string,
): TerraformContainer[] {
  const attribute = resource.block.attribute(argument);
  if (!attribute) return [];
  const found: TerraformContainer[] = [];
  for (const option of alternatives(structureOf(attribute.value))) {
    const items = option.type === 'list' ? option.items : [option];
    items.forEach((item, index) => {
      if (item.type !== 'object') return;
      const name = textOf(entryOf(item, 'name'));
      const image = item.entries.get('image');
      found.push({
        resource,
        platform,
        role: 'container',
        name,
        image: entryOf(item, 'image'),
        imageAt: image?.key ?? item.origin,
        definition: item,
        block: undefined,
        at: item.entries.get('name')?.key ?? { ...attribute.nameRange, path: attribute.path },
        anchor: `resource.${resource.address}/container.${name ?? index}`,
      });
    });
  }
  return found;
}
