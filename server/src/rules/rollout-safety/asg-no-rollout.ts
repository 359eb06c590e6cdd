import type { Fix } from '../../core/finding';
import { insertBlock } from '../../model/edits/hcl';
import { defineRule } from '../../model/facts';
import { isClusterManaged, launchSources, templateUses } from '../../model/terraform/autoscaling';
import { namesDatastore } from '../../model/terraform/datastores';
import { hasReplaceTrigger, ignoresChangesOf, managedReferrers } from '../../model/terraform/lifecycle';
import { given, knownTexts } from '../../model/terraform/literals';
import { namingOf } from '../../model/terraform/naming';
import { presenceOf } from '../../model/terraform/presence';
import type { TerraformResource } from '../../model/terraform/types';
import { every, numberIn, type Value } from '../../model/values/value';

const LAUNCH_ARGUMENTS = ['launch_template', 'launch_configuration', 'mixed_instances_policy'];

/** Groups of which several stand side by side while traffic moves from one to the other. */
const SIDE_BY_SIDE = /blue|green|canary|colou?r/i;

export default defineRule({
  meta: {
    id: 'rollout-safety/asg-no-rollout',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'A new image must replace the running instances: an Auto Scaling group needs an `instance_refresh`',
    peers: [],
    messages: {
      nothing:
        'Nothing replaces the running instances when the {source} changes: a new image only reaches instances that start later, so two versions run side by side. Add an `instance_refresh` block.',
    },
  },
  create: (context) => ({
    'terraform.resource:aws_autoscaling_group': (group) => {
      if (presenceOf(group.block, 'instance_refresh') !== 'no' || isReplacedOtherwise(group)) return;
      if (isClusterManaged(group) || namesDatastore(group)) return;
      const legacy = given(group.block, 'launch_configuration') !== undefined;
      context.report({
        at: group.header,
        anchor: `resource.${group.address}/instance_refresh`,
        message: 'nothing',
        data: { source: legacy ? 'launch configuration' : 'launch template' },
        fixes: [addRefresh(group)],
      });
    },
  }),
});

/** Another way is visible in which instances give way to new ones, or one cannot be ruled out. */
function isReplacedOtherwise(group: TerraformResource): boolean {
  const { block } = group;
  const starts = LAUNCH_ARGUMENTS.some((name) => given(block, name) ?? presenceOf(block, name) !== 'no');
  if (!starts) return true;
  const naming = namingOf(group);
  if (naming === 'changing' || naming === 'unknown' || hasReplaceTrigger(group)) return true;
  // Instances do not live longer than that.
  if (given(block, 'max_instance_lifetime')) return true;
  if (isZero(block.value('max_size'))) return true;
  // At rest nothing runs: whatever is started for a task is new.
  if (['min_size', 'desired_capacity'].every((name) => isZero(block.value(name)))) return true;
  if (ignoresChangesOf(group, LAUNCH_ARGUMENTS)) return true;
  const names = [group.name, ...knownTexts(block.value('name')), ...knownTexts(block.value('name_prefix'))];
  const forEach = block.attribute('for_each');
  if (forEach) names.push(forEach.file.text.slice(forEach.expression.range.start, forEach.expression.range.end));
  if (names.some((name) => SIDE_BY_SIDE.test(name))) return true;
  return managedReferrers(group).some(deploys);
}

function isZero(value: Value | undefined): boolean {
  return value !== undefined && every(value, (option) => numberIn(option) === 0);
}

/** CodeDeploy, or a provisioner that starts the refresh itself. */
function deploys({ type, block, file }: TerraformResource): boolean {
  if (type.startsWith('aws_codedeploy_')) return true;
  const text = file.syntax.text.slice(block.range.start, block.range.end);
  return /instance-refresh|terminate-instance-in-auto-scaling-group/.test(text);
}

/** AWS rolls a refresh back to a numbered version of a launch template, and to nothing else. */
function addRefresh(group: TerraformResource): Fix {
  const versions = templateUses(group).map(({ block }) => given(block, 'version'));
  const numbered =
    versions.length > 0 &&
    launchSources(group).every(({ type }) => type === 'aws_launch_template') &&
    versions.every(
      (version) => version !== undefined && !knownTexts(version.value).some((text) => text.startsWith('$')),
    );
  const preferences = numbered
    ? ['    min_healthy_percentage = 90', '    auto_rollback          = true']
    : ['    min_healthy_percentage = 90'];
  return {
    level: 'suggestion',
    title: 'Replace the instances step by step: add `instance_refresh`',
    edits: insertBlock(group.block, [
      'instance_refresh {',
      '  strategy = "Rolling"',
      '',
      '  preferences {',
      ...preferences,
      '  }',
      '}',
    ]),
  };
}
