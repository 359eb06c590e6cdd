import type { Fix } from '../../core/finding';
import { insertAttribute, replaceText, replaceValue } from '../../model/edits/hcl';
import { defineRule } from '../../model/facts';
import { templateName, templateUses, type TemplateUse } from '../../model/terraform/autoscaling';
import {
  badBranches,
  given,
  isFromCaller,
  isText,
  knownTexts,
  literalPlace,
  valuePlace,
} from '../../model/terraform/literals';
import { versionReference, type VersionReference } from '../../model/terraform/template-version';
import type { TerraformResource } from '../../model/terraform/types';

const MOVING = ['$Latest', '$Default'];

export default defineRule({
  meta: {
    id: 'mutable-reference/launch-template-version',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'A launch template must be named by a numbered version, such as its `latest_version`',
    peers: [],
    messages: {
      refresh:
        '`{version}` hides template changes from Terraform: `instance_refresh` will not start, plans show no difference, and AWS refuses to roll a refresh back to it. {remedy}',
      mixed:
        '`{version}` hides template changes from Terraform: plans show no difference, a scale-out mixes versions within the group, and AWS refuses to roll an instance refresh back to it. {remedy}',
      hidden:
        '`{version}` hides template changes from Terraform: plans show no difference, and new instances start from another version than those that run. {remedy}',
      nodeGroup:
        '`{version}` is read back as a number, so every plan shows a difference, and the reviewer never sees which version the nodes get. {remedy}',
      branch:
        'One of the possible values is `{version}`, which hides template changes from Terraform: where it is used, plans show no difference and an instance refresh does not start. {remedy}',
      absent:
        'Without `version` the group starts instances from `$Default`: template changes never show in a plan and do not start an instance refresh. {remedy}',
    },
  },
  create: (context) => {
    const inspect = (resource: TerraformResource): void => {
      for (const use of templateUses(resource)) {
        const attribute = given(use.block, 'version');
        const anchor = `resource.${resource.address}/${use.path}.version`;
        if (!attribute) {
          if (resource.type !== 'aws_autoscaling_group' || !templateName(use.block)) continue;
          const best = bestReference(use);
          context.report({
            at: use.block.header,
            anchor,
            message: 'absent',
            data: { remedy: remedy(best) },
            fixes: best ? [assign(use, best)] : [],
          });
          continue;
        }
        const latest = versionReference(use.block, resource.module, context.project, 'latest_version');
        for (const branch of badBranches(attribute.value, MOVING)) {
          const title = `Replace \`${branch.text.text}\` by \`${latest?.text ?? ''}\``;
          context.report({
            at: branch.origin,
            anchor,
            message: 'branch',
            data: { version: branch.text.text, remedy: remedy(latest) },
            severity: isFromCaller(attribute, branch.origin) ? 'warning' : 'info',
            // In JSON the whole condition is one string.
            fixes:
              latest && attribute.file.form === 'native' && branch.origin.path === attribute.path
                ? [{ level: 'suggestion', title, edits: [replaceText(branch.origin, latest.text)] }]
                : [],
          });
        }
        if (!isText(attribute.value, MOVING)) continue;
        const version = knownTexts(attribute.value)[0] ?? '';
        const refreshed = resource.block.has('instance_refresh') === 'yes';
        const fixes = fixesFor(use, version, latest, resource);
        context.report({
          at: literalPlace(attribute),
          anchor,
          message:
            resource.type === 'aws_eks_node_group'
              ? 'nodeGroup'
              : refreshed
                ? 'refresh'
                : use.mixed
                  ? 'mixed'
                  : 'hidden',
          data: { version, remedy: remedy(latest) },
          severity: refreshed || use.mixed ? 'error' : 'warning',
          fixes,
          related: resource.block
            .blocks('instance_refresh')
            .slice(0, 1)
            .map(({ header }) => ({ at: header, message: 'This refresh does not start when the template changes' })),
        });
      }

      /** For a version that is absent: the newest one, or the default one where the template chooses its default. */
      function bestReference(use: TemplateUse): VersionReference | undefined {
        const latest = versionReference(use.block, resource.module, context.project, 'latest_version');
        const chosen = latest?.template?.block.attribute('default_version');
        return chosen ? versionReference(use.block, resource.module, context.project, 'default_version') : latest;
      }
    };

    /** `$Default` means the default version, which is exact; that the newest one was meant is for a person to say. */
    function fixesFor(
      use: TemplateUse,
      version: string,
      latest: VersionReference | undefined,
      resource: TerraformResource,
    ): Fix[] {
      if (!latest) return [];
      if (version !== '$Default') return [assign(use, latest)];
      const exact = versionReference(use.block, resource.module, context.project, 'default_version');
      return [...(exact ? [assign(use, exact)] : []), assign(use, { ...latest, level: 'suggestion' })];
    }

    return Object.fromEntries(TYPES.map((type) => [`terraform.resource:${type}`, inspect]));
  },
});

const TYPES = [
  'aws_autoscaling_group',
  'aws_instance',
  'aws_spot_instance_request',
  'aws_spot_fleet_request',
  'aws_ec2_fleet',
  'aws_eks_node_group',
  'aws_batch_compute_environment',
];

function remedy(reference: VersionReference | undefined): string {
  return reference ? `Use \`${reference.text}\`.` : "Use the template's `latest_version`.";
}

/** Writes the reference where the version stands, or adds the argument below the template's id. */
function assign({ block }: TemplateUse, { text, level }: VersionReference): Fix {
  const attribute = block.attribute('version');
  if (!attribute) {
    const after = templateName(block)?.name;
    return { level, title: `Add \`version = ${text}\``, edits: insertAttribute(block, 'version', text, { after }) };
  }
  const place = literalPlace(attribute);
  const written = valuePlace(attribute);
  const own =
    (place.path ?? attribute.path) === attribute.path && place.start === written.start && place.end === written.end;
  const title = `Replace \`${attribute.file.text.slice(written.start, written.end).replace(/"/g, '')}\` by \`${text}\``;
  return {
    level: own || attribute.value.type === 'null' ? level : 'suggestion',
    title,
    edits: replaceValue(attribute, text),
  };
}
