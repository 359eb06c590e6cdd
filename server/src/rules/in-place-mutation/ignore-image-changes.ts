import { removeIgnoredChange } from '../../model/edits/lifecycle';
import { defineRule } from '../../model/facts';
import { namesDatastore, runsDatastore } from '../../model/terraform/datastores';
import { isImageArgument, runsImage } from '../../model/terraform/image-arguments';
import { ignoredChanges } from '../../model/terraform/lifecycle';
import { given, isText } from '../../model/terraform/literals';
import { presenceOf } from '../../model/terraform/presence';
import type { TerraformResource } from '../../model/terraform/types';

export default defineRule({
  meta: {
    id: 'in-place-mutation/ignore-image-changes',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'A change of the image must reach what runs: `ignore_changes` must not name it',
    peers: [],
    messages: {
      image:
        'Terraform ignores changes of `{argument}`: a new image in the code never reaches this resource, and no plan says so. Remove the entry and pin the image instead; if a pipeline deploys it, suppress this with that reason.',
      all: 'Terraform ignores every change of this resource, the image among them: what the code says is not what runs. Name the arguments that others own instead of `all`.',
    },
  },
  create: (context) => ({
    'terraform.resource': (resource) => {
      if (!runsImage(resource.type)) return;
      for (const change of ignoredChanges(resource)) {
        const all = change.path === 'all';
        if (!all && !isImageArgument(resource.type, change.steps)) continue;
        if (isDeployedElsewhere(resource) || runsDatastore(resource) || namesDatastore(resource)) return;
        context.report({
          at: change.at,
          anchor: `resource.${resource.address}/lifecycle.ignore_changes.${change.path}`,
          message: all ? 'all' : 'image',
          data: { argument: change.path },
          fixes: [
            // What is ignored may have drifted: the next plan can replace the resource. A person must look at it.
            { level: 'suggestion', title: `Stop ignoring \`${change.path}\``, edits: removeIgnoredChange(change) },
          ],
        });
      }
    },
  }),
});

/** With these deployment controllers ECS refuses another task definition from Terraform: it has to be ignored. */
function isDeployedElsewhere({ type, block }: TerraformResource): boolean {
  if (type !== 'aws_ecs_service') return false;
  if (presenceOf(block, 'deployment_controller') === 'maybe') return true;
  return block
    .blocks('deployment_controller')
    .some((controller) => given(controller, 'type') && !isText(controller.value('type'), ['ECS']));
}
