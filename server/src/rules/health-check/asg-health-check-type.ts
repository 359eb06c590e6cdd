import { insertAttribute } from '../../model/edits/hcl';
import { joinInsertions } from '../../model/edits/lifecycle';
import { defineRule } from '../../model/facts';
import { attachmentsOf, isClusterManaged } from '../../model/terraform/autoscaling';
import { isHandedOn } from '../../model/terraform/lifecycle';
import { correctLiteral, given, isText, literalPlace } from '../../model/terraform/literals';
import type { TerraformResource } from '../../model/terraform/types';

const TITLE = 'Use the health check of the load balancer: `health_check_type = "ELB"`';

export default defineRule({
  meta: {
    id: 'health-check/asg-health-check-type',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'An Auto Scaling group behind a load balancer must use its health check: `health_check_type = "ELB"`',
    peers: ['checkov CKV2_AWS_15'],
    messages: {
      ec2: '`"EC2"` only sees whether the machine runs: the group keeps instances that the load balancer has taken out, and an instance refresh goes on over a broken image. Set `health_check_type = "ELB"`.',
      absent:
        'The group is behind a load balancer but its health check is the default `EC2`, which only sees whether the machine runs: broken instances are kept and an instance refresh goes on over a broken image. Set `health_check_type = "ELB"`.',
      unattached:
        'The default health check `EC2` only sees whether the machine runs: an instance whose application hangs is never replaced. Attach a target group and set `health_check_type = "ELB"`, or write `"EC2"` and report health with SetInstanceHealth.',
    },
  },
  create: (context) => ({
    'terraform.resource:aws_autoscaling_group': (group) => {
      const attribute = given(group.block, 'health_check_type');
      if (attribute && !isText(attribute.value, ['EC2'])) return;
      const { presence, lattice } = attachmentsOf(group);
      if (presence === 'maybe' || lattice || isClusterManaged(group)) return;
      const anchor = `resource.${group.address}/health_check_type`;
      if (presence === 'no') {
        // `EC2` in writing is a decision: without a load balancer there is nothing better to name.
        if (attribute ?? isHandedOn(group)) return;
        context.report({ at: group.header, anchor, message: 'unattached', severity: 'info' });
      } else if (attribute) {
        const fixes = [correctLiteral(attribute, '"ELB"', TITLE)];
        context.report({ at: literalPlace(attribute), anchor, message: 'ec2', fixes });
      } else {
        const edits = insertHealthCheck(group);
        context.report({
          at: group.header,
          anchor,
          message: 'absent',
          fixes: [{ level: 'safe', title: TITLE, edits }],
        });
      }
    },
  }),
});

/** The grace period is spelled out with the type: it is what keeps a booting instance from being replaced. */
function insertHealthCheck({ block }: TerraformResource) {
  const written = block.attribute('health_check_type');
  if (written) return [correctLiteral(written, '"ELB"', TITLE)].flatMap(({ edits }) => edits);
  const type = insertAttribute(block, 'health_check_type', '"ELB"');
  if (block.attribute('health_check_grace_period')) return type;
  const both = joinInsertions([...type, ...insertAttribute(block, 'health_check_grace_period', '300')]);
  return both.length === 1 ? both : type;
}
