import type { Fix } from '../../core/finding';
import { insertAttribute } from '../../model/edits/hcl';
import { defineRule } from '../../model/facts';
import { attachmentsOf } from '../../model/terraform/autoscaling';
import { isHandedOn, managedReferrers } from '../../model/terraform/lifecycle';
import { given, isText, literalPlace } from '../../model/terraform/literals';
import type { TerraformResource } from '../../model/terraform/types';
import { textOf } from '../../model/values/value';

export default defineRule({
  meta: {
    id: 'health-check/asg-elb-without-target-group',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'A group with `health_check_type = "ELB"` must be attached to a target group',
    peers: [],
    messages: {
      nothing:
        'ELB health checks have nothing to read here: no target group or load balancer is attached to the group, so its instances always count as healthy. Add `target_group_arns`, or an `aws_autoscaling_attachment`.',
    },
  },
  create: (context) => ({
    'terraform.resource:aws_autoscaling_group': (group) => {
      const attribute = given(group.block, 'health_check_type');
      if (!attribute || !isText(attribute.value, ['ELB'])) return;
      if (attachmentsOf(group).presence !== 'no') return;
      context.report({
        at: literalPlace(attribute),
        anchor: `resource.${group.address}/health_check_type`,
        message: 'nothing',
        severity: isHandedOn(group) ? 'info' : 'warning',
        fixes: attachOnlyTargetGroup(group),
      });
    },
  }),
});

/** With one target group of instances in the module there is no doubt which one is meant. */
function attachOnlyTargetGroup(group: TerraformResource): Fix[] {
  if (group.block.attribute('target_group_arns')) return [];
  const candidates = ['aws_lb_target_group', 'aws_alb_target_group'].flatMap((type) => group.module.ofType(type));
  const [target] = candidates;
  if (!target || candidates.length > 1 || target.block.attribute('count') || target.block.attribute('for_each'))
    return [];
  const type = target.block.attribute('target_type');
  if (type && textOf(type.value) !== 'instance') return [];
  if (managedReferrers(target).some((referrer) => referrer.type === 'aws_ecs_service')) return [];
  const value = `[${target.address}.arn]`;
  return [
    {
      level: 'suggestion',
      title: `Add \`target_group_arns = ${value}\``,
      edits: insertAttribute(group.block, 'target_group_arns', value),
    },
  ];
}
