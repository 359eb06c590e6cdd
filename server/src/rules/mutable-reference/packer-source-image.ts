import type { Fix, Severity, TextEdit } from '../../core/finding';
import type { Place } from '../../core/text';
import type { ConfigAttribute, ConfigBlock } from '../../model/config-block';
import { insertTopLevel } from '../../model/edits/hcl';
import { defineRule, type RuleContext } from '../../model/facts';
import { filterMap, isMovingParameter, selectionOf } from '../../model/image-filters';
import { isTraceable } from '../../model/packer/traceability';
import type { PackerSource, PackerTemplate } from '../../model/packer/types';
import { given, isText, literalPlace } from '../../model/terraform/literals';
import { booleanIn, every, textOf } from '../../model/values/value';

type Message =
  'mostRecent' | 'noOwners' | 'family' | 'azureLatest' | 'azureAbsent' | 'parameter' | 'vagrant' | 'channel';

export default defineRule({
  meta: {
    id: 'mutable-reference/packer-source-image',
    severity: 'warning',
    languages: ['packer', 'packer-json'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'An image must be built on a source image that is named exactly',
    peers: ['checkov CKV_AWS_386', 'trivy AWS-0344'],
    messages: {
      mostRecent:
        'Pin the AMI id in a variable that a reviewed change bumps. With `most_recent = true` the same template builds on a different base from one day to the next.',
      noOwners:
        'Name the `owners` of the source image. Without them anybody may publish an AMI of that name, and the next build uses it.',
      family:
        'Name the image with `source_image`. The family `{name}` moves to the newest image, so the same template builds on a different base from one day to the next.',
      azureLatest:
        'Name a version of the source image. `latest` makes the same template build on a different base from one day to the next.',
      azureAbsent:
        'Add `image_version` with an exact version. Without it Azure takes the latest one, so the same template builds on a different base from one day to the next.',
      parameter:
        'Pin the AMI id in a variable that a reviewed change bumps. The parameter `{name}` always holds the newest image, so the same template builds on a different base from one day to the next.',
      vagrant:
        'Add `box_version`. Without it Vagrant takes the newest `{name}`, so the same template builds on a different base from one day to the next.',
      channel:
        'The channel `{name}` can be moved to another version without a change here. Commit the version fingerprint when builds must be repeatable.',
    },
  },
  create: (context) => ({
    'packer.source': (source) => {
      const anchor = `source.${source.builder}.${source.name}`;
      const { block, builder } = source;
      if (builder.startsWith('amazon-') && !given(block, 'source_ami')) {
        const traced = isTraceable(source) ? 'info' : undefined;
        const template = context.project.packerTemplate(context.file.path);
        for (const filter of block.blocks('source_ami_filter')) {
          reportLookup(context, filter, `${anchor}/source_ami_filter`, traced, () => fromVariable(filter, template));
        }
      } else if (builder === 'googlecompute') {
        const family = given(block, 'source_image_family');
        const name = textOf(family?.value);
        if (!family || name === undefined || given(block, 'source_image')) return;
        report(context, literalPlace(family), `${anchor}/source_image_family`, 'family', { name });
      } else if (builder === 'azure-arm') reportAzure(context, block, anchor);
      else if (builder === 'vagrant') reportVagrant(context, source, anchor);
    },
    'packer.data': (data) => {
      const [type = '', name = ''] = data.labels;
      const anchor = `data.${type}.${name}`;
      if (type === 'amazon-ami') reportLookup(context, data, anchor, undefined, () => []);
      else if (type === 'amazon-parameterstore') {
        const parameter = data.attribute('name');
        const path = textOf(parameter?.value);
        if (!parameter || path === undefined || !isMovingParameter(path)) return;
        report(context, literalPlace(parameter), `${anchor}/name`, 'parameter', { name: path });
      } else if (type === 'hcp-packer-version' || type === 'hcp-packer-iteration') {
        const channel = data.attribute(type === 'hcp-packer-version' ? 'channel_name' : 'channel');
        const shown = textOf(channel?.value);
        if (!channel || shown === undefined) return;
        report(context, literalPlace(channel), `${anchor}/${channel.name}`, 'channel', { name: shown }, 'hint');
      }
    },
  }),
});

function report(
  context: RuleContext<Message>,
  at: Place,
  anchor: string,
  message: Message,
  data: Readonly<Record<string, string>> = {},
  severity?: Severity,
  fixes: readonly Fix[] = [],
): void {
  context.report({ at, anchor, message, data, severity, fixes });
}

/** `source_ami_filter` of a builder and `data "amazon-ami"` have the same arguments. */
function reportLookup(
  context: RuleContext<Message>,
  lookup: ConfigBlock,
  anchor: string,
  severity: Severity | undefined,
  fixes: () => readonly Fix[],
): void {
  const filters = filterMap(lookup.value('filters'));
  const selection = filters ? selectionOf(filters) : 'unknown';
  const recent = lookup.attribute('most_recent');
  const mostRecent = recent && every(recent.value, (option) => booleanIn(option) === true) ? recent : undefined;
  if (mostRecent && selection === 'open') {
    report(context, literalPlace(mostRecent), `${anchor}/most_recent`, 'mostRecent', {}, severity, fixes());
  }
  const named = filters && ['owner-id', 'owner-alias', 'image-id'].some((name) => filters.has(name));
  if (filters && !named && !lookup.attribute('owners')) {
    report(context, lookup.header, `${anchor}/owners`, 'noOwners');
  }
}

/** Replaces the look-up by a variable, which is declared when the template has none of that name. */
function fromVariable(filter: ConfigBlock, template: PackerTemplate): readonly Fix[] {
  const file = template.files.find(({ path }) => path === filter.path);
  if (!file || filter.file.form === 'json' || filter.node.type !== 'block' || filter.dynamic) return [];
  const edits: TextEdit[] = [
    { at: { ...filter.range, path: filter.path }, text: 'source_ami = var.base_ami' },
    ...(template.variables.has('base_ami')
      ? []
      : insertTopLevel(file, [
          'variable "base_ami" {',
          '  type        = string',
          '  description = "AMI to build on. Bump it in a reviewed change."',
          '}',
        ])),
  ];
  return [{ level: 'suggestion', title: 'Take the source AMI from a variable', edits }];
}

/** Marketplace images and images of a gallery: both take the latest version unless one is named. */
function reportAzure(context: RuleContext<Message>, block: ConfigBlock, anchor: string): void {
  const check = (holder: ConfigBlock, subject: ConfigAttribute | undefined, path: string): void => {
    const version = given(holder, 'image_version');
    if (version) {
      if (isText(version.value, ['latest', 'Latest'])) report(context, literalPlace(version), path, 'azureLatest');
    } else if (subject) report(context, { ...subject.range, path: subject.path }, path, 'azureAbsent');
  };
  // A managed image or a VHD of one's own has no versions.
  if (given(block, 'custom_managed_image_name') || given(block, 'image_url')) return;
  const galleries = block.blocks('shared_image_gallery');
  if (galleries.length === 0) check(block, given(block, 'image_sku'), `${anchor}/image_version`);
  for (const gallery of galleries) {
    // The id of a gallery image may itself name the version.
    if (gallery.attribute('id')) continue;
    check(gallery, given(gallery, 'image_name'), `${anchor}/shared_image_gallery.image_version`);
  }
}

function reportVagrant(context: RuleContext<Message>, source: PackerSource, anchor: string): void {
  const box = source.block.attribute('source_path');
  const name = textOf(box?.value);
  // `ubuntu/jammy64` is a box of the public catalogue; files and addresses hold one version.
  if (!box || name === undefined || !/^[\w.-]+\/[\w.-]+$/.test(name) || name.startsWith('.') || /\.box$/.test(name))
    return;
  if (given(source.block, 'box_version')) return;
  report(context, literalPlace(box), `${anchor}/source_path`, 'vagrant', { name });
}
