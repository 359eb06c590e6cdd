import type { ConfigAttribute, ConfigBlock } from '../config-block';
import { isEmpty } from '../values/combine';
import { alternatives, every, numberIn, textOf } from '../values/value';
import { bootArguments } from './boot-data';
import { ignoresChangesOf, managedReferrers } from './lifecycle';
import { knownTexts } from './literals';
import { presenceOf, type Presence } from './presence';
import type { TerraformResource } from './types';

/** What sends traffic to the instances of an Auto Scaling group. */
export interface GroupAttachments {
  readonly presence: Presence;
  /** Only VPC Lattice does: it has a health check type of its own. */
  readonly lattice: boolean;
}

/** Resources that attach a load balancer to a group from outside. */
const ATTACHMENT_TYPES = ['aws_autoscaling_attachment', 'aws_autoscaling_traffic_source_attachment'];

/** Arguments of a group that a load balancer stands in. */
const ATTACHMENT_ARGUMENTS = ['target_group_arns', 'load_balancers'];

/**
 * Whether a load balancer is attached to an Auto Scaling group anywhere in its module. `maybe` when variables decide, when
 * Terraform is told to ignore what others attach, and when the group is handed to another module.
 */
export function attachmentsOf(group: TerraformResource): GroupAttachments {
  const { block, module } = group;
  const found: Presence[] = ATTACHMENT_ARGUMENTS.map((name) => listPresence(block.attribute(name)));
  const sources = presenceOf(block, 'traffic_source');
  const lattice =
    sources === 'yes' &&
    block.blocks('traffic_source').every((source) => textOf(source.value('type')) === 'vpc-lattice') &&
    found.every((presence) => presence === 'no');
  found.push(sources);
  for (const type of ATTACHMENT_TYPES) {
    for (const attachment of module.ofType(type)) found.push(attachedBy(attachment, group));
  }
  if (found.includes('yes')) return { presence: 'yes', lattice };
  const elsewhere =
    ignoresChangesOf(group, [...ATTACHMENT_ARGUMENTS, 'traffic_source']) ||
    managedReferrers(group).some(({ type }) => type.startsWith('aws_codedeploy_')) ||
    module.referrers(group).some(({ kind }) => kind === 'module');
  return { presence: elsewhere || found.includes('maybe') ? 'maybe' : 'no', lattice };
}

function listPresence(attribute: ConfigAttribute | undefined): Presence {
  if (!attribute) return 'no';
  const empty = isEmpty(attribute.value);
  if (empty === false) return 'yes';
  // An empty default is for the caller to fill.
  return empty === true && attribute.references.length === 0 ? 'no' : 'maybe';
}

function attachedBy(attachment: TerraformResource, group: TerraformResource): Presence {
  const attribute = attachment.block.attribute('autoscaling_group_name');
  if (attachment.disabled || !attribute) return 'no';
  const named = [attribute, attachment.block.attribute('for_each')].flatMap((each) =>
    each ? group.module.targets(each.expression) : [],
  );
  const groups = named.filter(({ type }) => type === group.type);
  if (groups.length > 0) return groups.includes(group) ? existence(attachment) : 'no';
  const name = textOf(attribute.value);
  const own = textOf(group.block.value('name'));
  if (name !== undefined && own !== undefined) return name === own ? existence(attachment) : 'no';
  return attribute.references.every(({ root }) => root === 'module') && attribute.references.length > 0
    ? 'no'
    : 'maybe';
}

/** Whether a resource with `count` or `for_each` exists at all. */
export function existence(resource: TerraformResource): Presence {
  if (resource.disabled) return 'no';
  const count = resource.block.value('count');
  if (count) return every(count, (option) => (numberIn(option) ?? 0) > 0) ? 'yes' : 'maybe';
  const forEach = resource.block.value('for_each');
  return !forEach || isEmpty(forEach) === false ? 'yes' : 'maybe';
}

/** A block that names the launch template which its resource starts instances from. */
export interface TemplateUse {
  readonly block: ConfigBlock;
  /** For anchors: `launch_template`, `mixed_instances_policy.launch_template`. */
  readonly path: string;
  readonly mixed: boolean;
}

const SPECIFICATION = 'launch_template_specification';

/** Where each type of resource names a launch template. */
const TEMPLATE_PATHS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  aws_autoscaling_group: [
    ['launch_template'],
    ['mixed_instances_policy', 'launch_template', SPECIFICATION],
    ['mixed_instances_policy', 'launch_template', 'override', SPECIFICATION],
  ],
  aws_instance: [['launch_template']],
  aws_spot_instance_request: [['launch_template']],
  aws_spot_fleet_request: [['launch_template_config', SPECIFICATION]],
  aws_ec2_fleet: [['launch_template_config', SPECIFICATION]],
  aws_eks_node_group: [['launch_template']],
  aws_batch_compute_environment: [['compute_resources', 'launch_template']],
};

/** The blocks of a resource that name a launch template. */
export function templateUses(resource: TerraformResource): readonly TemplateUse[] {
  return (TEMPLATE_PATHS[resource.type] ?? []).flatMap((path) => {
    const blocks = path.reduce<readonly ConfigBlock[]>(
      (found, step) => found.flatMap((block) => block.blocks(step)),
      [resource.block],
    );
    return blocks.map((block, index) => ({
      block,
      path: path.filter((step) => step !== SPECIFICATION).join('.') + (blocks.length > 1 ? `.${index}` : ''),
      mixed: path[0] === 'mixed_instances_policy',
    }));
  });
}

/** The argument of a template use that says which template: by id or by name. */
export function templateName(use: ConfigBlock): ConfigAttribute | undefined {
  return ['id', 'launch_template_id', 'name', 'launch_template_name']
    .map((name) => use.attribute(name))
    .find((attribute) => attribute !== undefined && attribute.value.type !== 'null');
}

/** The launch templates and launch configurations of the module that a group starts instances from. */
export function launchSources(group: TerraformResource): readonly TerraformResource[] {
  const names = [
    ...templateUses(group).map(({ block }) => templateName(block)),
    group.block.attribute('launch_configuration'),
  ];
  const found = names.flatMap((name) => (name ? group.module.targets(name.expression) : []));
  return [...new Set(found)].filter(
    ({ type }) => type === 'aws_launch_template' || type === 'aws_launch_configuration',
  );
}

const CLUSTER_TAGS = /^(kubernetes\.io\/|k8s\.io\/|eks[:.]|karpenter\.|alpha\.eksctl\.io|AmazonECSManaged$)/;
const CLUSTER_BOOT =
  /\bECS_CLUSTER\b|\/etc\/ecs\/ecs\.config|\/etc\/eks\/|\bnodeadm\b|node\.eks\.aws|settings\.kubernetes|\bkubeadm\s+join\b/;
const CLUSTER_IMAGE = /amazon-eks-|\/eks\/|ecs-optimized|amazon-ecs-|-ecs-|\/ecs\/|bottlerocket/;

/**
 * True when a cluster owns the instances of a group: nodes of EKS or ECS. The cluster watches its nodes, drains them and
 * decides when they go; what the group would do on its own does not apply. Told by tags, by a capacity provider, by what
 * the instances run at boot and by the image that they start from.
 */
export function isClusterManaged(group: TerraformResource): boolean {
  const { block, module } = group;
  const keys = block.blocks('tag').flatMap((tag) => {
    const key = tag.value('key');
    return key ? alternatives(key).flatMap((option) => (option.type === 'text' ? option.text.text : [])) : [];
  });
  for (const option of alternatives(block.value('tags') ?? { type: 'unknown', origin: undefined })) {
    if (option.type === 'object') keys.push(...option.entries.keys());
    if (option.type !== 'list') continue;
    for (const item of option.items)
      if (item.type === 'object') keys.push(...knownTexts(item.entries.get('key')?.value));
  }
  if (keys.some((key) => CLUSTER_TAGS.test(key))) return true;
  if (managedReferrers(group).some(({ type }) => type === 'aws_ecs_capacity_provider')) return true;
  return launchSources(group).some((source) => {
    if (bootArguments(source).some(({ text }) => CLUSTER_BOOT.test(text.text.text))) return true;
    const image = source.block.attribute('image_id');
    if (!image) return false;
    return module
      .targets(image.expression)
      .some((lookup) => imageNames(lookup).some((name) => CLUSTER_IMAGE.test(name)));
  });
}

/** What an image is looked up by. */
function imageNames(lookup: TerraformResource): readonly string[] {
  const filters = lookup.block.blocks('filter').flatMap((filter) => {
    const values = filter.value('values');
    return values?.type === 'list' ? values.items : [];
  });
  return [...filters, lookup.block.value('name'), lookup.block.value('name_regex')].flatMap((value) =>
    value ? alternatives(value).flatMap((option) => (option.type === 'text' ? option.text.text : [])) : [],
  );
}
