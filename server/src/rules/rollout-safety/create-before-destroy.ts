import type { Fix } from '../../core/finding';
import { renameToPrefix, setCreateBeforeDestroy } from '../../model/edits/lifecycle';
import { defineRule } from '../../model/facts';
import { createsBeforeDestroy, hasReplaceTrigger, managedReferrers } from '../../model/terraform/lifecycle';
import { given } from '../../model/terraform/literals';
import { namingOf } from '../../model/terraform/naming';
import type { TerraformResource } from '../../model/terraform/types';

/** A resource that Terraform replaces when what it describes changes, and what still uses it then. */
interface Replaced {
  readonly type: string;
  readonly why: string;
  /** Only reported when one of these uses it; `undefined`: always. */
  readonly usedBy: RegExp | undefined;
  /** Longest `name_prefix`; 0 when there is no such argument. */
  readonly longestPrefix: number;
  /** `info` for what a release does not replace by itself. */
  readonly severity: 'warning' | 'info';
}

const REPLACED: readonly Replaced[] = [
  {
    type: 'aws_launch_configuration',
    why: 'A launch configuration cannot be changed, only replaced',
    usedBy: undefined,
    longestPrefix: 200,
    severity: 'warning',
  },
  ...['google_compute_instance_template', 'google_compute_region_instance_template'].map((type): Replaced => ({
    type,
    why: 'An instance template cannot be changed, only replaced',
    usedBy: /^google_compute_(region_)?instance_group_manager$/,
    longestPrefix: 37,
    severity: 'warning',
  })),
  {
    type: 'azurerm_image',
    why: 'An image cannot be changed, only replaced',
    usedBy: /^azurerm_.*(scale_set|virtual_machine)$/,
    longestPrefix: 0,
    severity: 'warning',
  },
  ...['aws_lb_target_group', 'aws_alb_target_group'].map((type): Replaced => ({
    type,
    why: 'A target group is replaced when its port or protocol changes',
    usedBy: /^aws_autoscaling_(group|attachment|traffic_source_attachment)$/,
    longestPrefix: 6,
    severity: 'info',
  })),
];

export default defineRule({
  meta: {
    id: 'rollout-safety/create-before-destroy',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'What a running group uses must be created anew before the old one is destroyed: `create_before_destroy`',
    peers: [
      'checkov CKV_AWS_217',
      'checkov CKV_AWS_233',
      'checkov CKV_AWS_237',
      'tflint aws_acm_certificate_lifecycle',
    ],
    messages: {
      missing:
        '{why}, and Terraform destroys the old one first, while the group still uses it: the apply fails, or no instance can start. Set `create_before_destroy = true`.',
      missingFixedName:
        '{why}, and Terraform destroys the old one first, while the group still uses it. Set `create_before_destroy = true`, and give it a name that can change: two cannot have the same one.',
      conflict:
        '{why}, and `create_before_destroy` creates the new one while the old one still has this name: the apply fails. Use {remedy}.',
      group:
        '{why}, and without `create_before_destroy` Terraform terminates every instance before the first new one starts. Set `create_before_destroy = true`.',
    },
  },
  create: (context) => {
    const inspect =
      (replaced: Replaced) =>
      (resource: TerraformResource): void => {
        const { why, usedBy, severity } = replaced;
        if (usedBy && !managedReferrers(resource).some(({ type }) => usedBy.test(type))) return;
        const anchor = `resource.${resource.address}/lifecycle.create_before_destroy`;
        const fixed = namingOf(resource) === 'fixed';
        if (!createsBeforeDestroy(resource)) {
          context.report({
            at: resource.header,
            anchor,
            message: fixed ? 'missingFixedName' : 'missing',
            data: { why },
            severity,
            fixes: fixed ? rename(resource, replaced, true) : [create(resource)],
          });
        } else if (fixed) conflict(resource, replaced);
      };

    const conflict = (resource: TerraformResource, replaced: Replaced): void => {
      const name = given(resource.block, 'name');
      if (!name) return;
      context.report({
        at: { ...name.range, path: name.path },
        anchor: `resource.${resource.address}/name`,
        message: 'conflict',
        data: { why: replaced.why, remedy: replaced.longestPrefix > 0 ? '`name_prefix`' : 'a version in the name' },
        severity: replaced.severity,
        fixes: rename(resource, replaced, false),
      });
    };

    return {
      ...Object.fromEntries(REPLACED.map((replaced) => [`terraform.resource:${replaced.type}`, inspect(replaced)])),
      // A template gets another version in place; only a name that changes replaces it.
      'terraform.resource:aws_launch_template': (template) => {
        const used = managedReferrers(template).some(({ type }) => type === 'aws_autoscaling_group');
        if (!used || namingOf(template) !== 'changing' || createsBeforeDestroy(template)) return;
        context.report({
          at: template.header,
          anchor: `resource.${template.address}/lifecycle.create_before_destroy`,
          message: 'missing',
          data: { why: 'The name changes with each release, so Terraform replaces the launch template' },
          fixes: [create(template)],
        });
      },
      'terraform.resource:aws_autoscaling_group': (group) => {
        const triggered = hasReplaceTrigger(group);
        const naming = namingOf(group);
        if (!triggered && naming !== 'changing') return;
        const why = triggered
          ? '`replace_triggered_by` replaces the group'
          : 'The name changes with each release, so Terraform replaces the group';
        if (createsBeforeDestroy(group)) {
          if (triggered && naming === 'fixed') conflict(group, { ...GROUP, why });
          return;
        }
        context.report({
          at: group.header,
          anchor: `resource.${group.address}/lifecycle.create_before_destroy`,
          message: 'group',
          data: { why },
          fixes: triggered && naming === 'fixed' ? rename(group, { ...GROUP, why }, true) : [create(group)],
        });
      },
    };
  },
});

const GROUP: Replaced = {
  type: 'aws_autoscaling_group',
  why: '',
  usedBy: undefined,
  longestPrefix: 200,
  severity: 'warning',
};

function create({ block }: TerraformResource): Fix {
  // `false` in writing is a decision that somebody took.
  const written = block.blocks('lifecycle').some((lifecycle) => lifecycle.attribute('create_before_destroy'));
  return {
    level: written ? 'suggestion' : 'safe',
    title: 'Set `create_before_destroy = true`',
    edits: setCreateBeforeDestroy(block),
  };
}

/** Another name replaces the resource once: a person must pick that. */
function rename({ block }: TerraformResource, { longestPrefix }: Replaced, withLifecycle: boolean): Fix[] {
  const name = given(block, 'name');
  const edits = name && renameToPrefix(name, longestPrefix);
  if (!edits) return [];
  const title = 'Use `name_prefix` instead of `name`';
  if (!withLifecycle) return [{ level: 'suggestion', title, edits }];
  return [
    {
      level: 'suggestion',
      title: `${title} and set \`create_before_destroy = true\``,
      edits: [...edits, ...setCreateBeforeDestroy(block)],
    },
  ];
}
