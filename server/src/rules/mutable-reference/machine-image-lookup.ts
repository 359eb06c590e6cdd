import type { Fix, Severity } from '../../core/finding';
import type { ConfigBlock } from '../../model/config-block';
import { insertTopLevel } from '../../model/edits/hcl';
import { defineRule } from '../../model/facts';
import { isMovingParameter, selectionOf, type Selection } from '../../model/image-filters';
import { imageUsersOf, isBuiltUpon, machineImages, replaceReferences } from '../../model/terraform/image-users';
import { given, isText, literalPlace } from '../../model/terraform/literals';
import type { TerraformResource } from '../../model/terraform/types';
import { textsOf } from '../../model/values/texts';
import { booleanIn, every, textOf, type Value } from '../../model/values/value';

/** Images that the cloud provider maintains for its own clusters. */
const MANAGED = /eks[-/]|[-/]ecs[-/]|ecs-hvm|bottlerocket|optimized-ami/i;

/** Google's own projects: what has no date in them is a family (Compute Engine, "Image families"). */
const GOOGLE_FAMILY = /(^|\/)family\/|^(projects\/)?[a-z-]+-cloud\/(?!.*-v\d{8})(?!.*\d{5})[a-z][a-z0-9-]*$/;

export default defineRule({
  meta: {
    id: 'mutable-reference/machine-image-lookup',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'Servers must get their image from a reviewed change, not from a look-up',
    peers: [],
    messages: {
      mostRecent:
        'Pass the AMI id that the image build produced, such as `var.ami_id`. `most_recent = true` chooses the image at plan time, so an unrelated apply can replace servers, or `ignore_changes` hides a new image.',
      source:
        'Pin the id of the source image in a variable that a reviewed change bumps. With `most_recent = true` the same code builds its image on a different base from one day to the next.',
      parameter:
        'Pass the AMI id that the image build produced, such as `var.ami_id`. `{name}` always holds the newest image, so an unrelated apply can replace servers, or `ignore_changes` hides a new image.',
      resolve:
        'Name the AMI id, or a version of the parameter (`{name}:<version>`). `resolve:ssm:` is looked up when an instance starts, so two servers of one group can run different images.',
      family:
        'Name the image itself. The family `{name}` moves to the newest image, so servers that start on different days run different images.',
      azureLatest:
        'Name a version of the image. `latest` is looked up when a machine is made, so machines that start on different days run different images.',
      recipe:
        'Name the version of the parent image. `{name}` takes the newest one, so the same recipe builds another image tomorrow.',
    },
  },
  create: (context) => ({
    'terraform.data:aws_ami': (data) => {
      const recent = data.block.attribute('most_recent');
      if (!recent || !every(recent.value, (option) => booleanIn(option) === true)) return;
      const users = imageUsersOf(data);
      if (selection(data.block) !== 'open' || users.length === 0) return;
      const forBuild = users.every((user) => isBuiltUpon(user));
      const managed = data.block.blocks('filter').some((filter) => valuesOf(filter).some(isManaged));
      context.report({
        at: literalPlace(recent),
        anchor: `${data.address}/most_recent`,
        message: forBuild ? 'source' : 'mostRecent',
        severity: managed && !forBuild ? 'info' : undefined,
        fixes: forBuild ? [] : fromVariable(data, ['id', 'image_id']),
      });
    },
    'terraform.data:aws_ssm_parameter': (data) => {
      const parameter = given(data.block, 'name');
      const name = textOf(parameter?.value);
      if (!parameter || name === undefined || !isMovingParameter(name) || imageUsersOf(data).length === 0) return;
      context.report({
        at: literalPlace(parameter),
        anchor: `${data.address}/name`,
        message: 'parameter',
        data: { name },
        severity: MANAGED.test(name) ? 'info' : undefined,
        fixes: fromVariable(data, ['value', 'insecure_value']),
      });
    },
    'terraform.data:google_compute_image': (data) => {
      const family = given(data.block, 'family');
      const name = textOf(family?.value);
      if (!family || name === undefined || imageUsersOf(data).length === 0) return;
      context.report({ at: literalPlace(family), anchor: `${data.address}/family`, message: 'family', data: { name } });
    },
    'terraform.resource': (resource) => {
      const anchor = `resource.${resource.address}`;
      for (const image of machineImages(resource)) {
        const texts = textsOf(image.value).map(({ text }) => text);
        const [name] = texts;
        if (name === undefined) continue;
        const path = `${anchor}/${image.name}`;
        if (texts.every(isUnversionedResolve)) {
          const severity: Severity | undefined = MANAGED.test(name) ? 'info' : undefined;
          const data = { name: name.replace(/\uE000+/g, '…') };
          context.report({ at: literalPlace(image), anchor: path, message: 'resolve', data, severity });
        } else if (resource.type.startsWith('google_') && texts.every((text) => GOOGLE_FAMILY.test(text))) {
          const data = { name: name.replace(/\uE000+/g, '…') };
          context.report({ at: literalPlace(image), anchor: path, message: 'family', data });
        }
      }
      if (/^azurerm_.*virtual_machine/.test(resource.type)) {
        for (const kind of ['source_image_reference', 'storage_image_reference']) {
          for (const reference of resource.block.blocks(kind)) {
            const version = reference.attribute('version');
            if (!version || !isText(version.value, ['latest', 'Latest'])) continue;
            context.report({ at: literalPlace(version), anchor: `${anchor}/${kind}.version`, message: 'azureLatest' });
          }
        }
      } else if (resource.type === 'aws_imagebuilder_image_recipe') {
        const parent = resource.block.attribute('parent_image');
        const texts = textsOf(parent?.value).map(({ text }) => text);
        const [name] = texts;
        if (!parent || name === undefined || !texts.every((text) => /\/(\d+\.){0,2}x(\.x){0,2}$/.test(text))) return;
        const data = { name: name.slice(name.lastIndexOf('/') + 1) };
        context.report({ at: literalPlace(parent), anchor: `${anchor}/parent_image`, message: 'recipe', data });
      }
    },
  }),
});

/** `filter` blocks with literal names; a `dynamic` one may hold anything. */
function selection(data: ConfigBlock): Selection {
  const filters = new Map<string, readonly (Value | undefined)[]>();
  for (const filter of data.blocks('filter')) {
    const name = textOf(filter.value('name'));
    if (name === undefined) return 'unknown';
    filters.set(name, valuesOf(filter));
  }
  if (data.has('filter') === 'maybe') return 'unknown';
  return selectionOf(filters);
}

/** An unknown list counts as one unknown value. */
function valuesOf(filter: ConfigBlock): readonly (Value | undefined)[] {
  const values = filter.value('values');
  return values?.type === 'list' && !values.open ? values.items : [undefined];
}

function isManaged(value: Value | undefined): boolean {
  return value?.type === 'text' && MANAGED.test(value.text.text);
}

/** `resolve:ssm:/path`, without `:3` or a label at the end (EC2 Auto Scaling, "Use AWS Systems Manager parameters"). */
function isUnversionedResolve(text: string): boolean {
  return /^resolve:ssm:[^:]+$/.test(text);
}

/** Reads the image from a variable instead; the data source stays, for nothing uses it any more. */
function fromVariable(data: TerraformResource, names: readonly string[]): readonly Fix[] {
  const { module, file } = data;
  const single = module.dataSources.filter(({ type }) => type === data.type).length === 1;
  const variable = single ? 'ami_id' : `${data.name.replace(/-/g, '_')}_ami_id`;
  const edits = replaceReferences(data, names, variable);
  if (!edits || edits.length === 0 || file.syntax.form === 'json') return [];
  const declared = module.variables.has(variable)
    ? []
    : insertTopLevel(file, [
        `variable "${variable}" {`,
        '  type        = string',
        '  description = "AMI that the image build produced"',
        '}',
      ]);
  return [{ level: 'suggestion', title: `Take the AMI id from \`var.${variable}\``, edits: [...edits, ...declared] }];
}
