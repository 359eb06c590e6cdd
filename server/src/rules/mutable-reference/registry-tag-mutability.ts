import { insertBlock, removeBlock, replaceText, replaceValue } from '../../model/edits/hcl';
import { setAttribute } from '../../model/edits/lifecycle';
import { defineRule } from '../../model/facts';
import {
  badBranches,
  correctLiteral,
  given,
  isFromCaller,
  isText,
  knownTexts,
  literalPlace,
} from '../../model/terraform/literals';
import { presenceOf } from '../../model/terraform/presence';
import type { TerraformResource } from '../../model/terraform/types';
import { alternatives, booleanIn, every, textOf } from '../../model/values/value';

const ARGUMENT = 'image_tag_mutability';
const FILTER = 'image_tag_mutability_exclusion_filter';
const SET_IMMUTABLE = 'Refuse to overwrite tags: `IMMUTABLE`';

/** Repositories of build caches are written again and again under one tag, and nothing is deployed from them. */
const CACHE = /(^|[-_/.])(build-?)?caches?([-_/.]|$)/i;

export default defineRule({
  meta: {
    id: 'mutable-reference/registry-tag-mutability',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'A registry must refuse to overwrite a tag: `image_tag_mutability = "IMMUTABLE"`',
    peers: ['checkov CKV_AWS_51', 'trivy AWS-0031'],
    messages: {
      absent:
        'Tags of this repository can be overwritten (`MUTABLE` is the default): the version that was tested is not always the one that runs, nor the one a rollback finds. Set `image_tag_mutability = "IMMUTABLE"`.',
      mutable:
        'Tags of this repository can be overwritten: the version that was tested is not always the one that runs, nor the one a rollback finds. Set `image_tag_mutability = "IMMUTABLE"`.',
      branch:
        'One of the possible values is `MUTABLE`: tags of the repositories that get it can be overwritten, so a rollback may not find the version that ran. Give `IMMUTABLE` here too.',
      partly:
        '`MUTABLE_WITH_EXCLUSION` lets every tag be overwritten but the excluded ones. Turn it round: `IMMUTABLE_WITH_EXCLUSION`, with the few tags that must move as exclusions.',
      excluded:
        'The exclusion `{filter}` matches every tag, so all of them can be overwritten. Exclude only the tags that must move, or set `image_tag_mutability = "IMMUTABLE"`.',
      google:
        'Tags of this repository can be overwritten: the version that was tested is not always the one that runs, nor the one a rollback finds. Set `immutable_tags = true` in `docker_config`.',
    },
  },
  create: (context) => {
    const ecr = (resource: TerraformResource): void => {
      const { block } = resource;
      if (isCache(resource, ['name', 'prefix']) || onlyPullThrough(resource)) return;
      const anchor = `resource.${resource.address}/${ARGUMENT}`;
      const attribute = given(block, ARGUMENT);
      if (!attribute) {
        const fix = {
          level: 'safe',
          title: SET_IMMUTABLE,
          edits: setAttribute(block, ARGUMENT, '"IMMUTABLE"'),
        } as const;
        context.report({ at: resource.header, anchor, message: 'absent', fixes: [fix] });
        return;
      }
      const filters = block.blocks(FILTER).flatMap((filter) => given(filter, 'filter') ?? []);
      const all = filters.find((filter) => /^\*+$/.test(textOf(filter.value) ?? ''));
      const at = literalPlace(attribute);
      for (const { origin } of badBranches(attribute.value, ['MUTABLE'])) {
        // In JSON the whole condition is one string.
        const written = attribute.file.form === 'native';
        const fix = { level: 'suggestion', title: SET_IMMUTABLE, edits: [replaceText(origin, '"IMMUTABLE"')] } as const;
        context.report({
          at: origin,
          anchor,
          message: 'branch',
          severity: isFromCaller(attribute, origin) ? 'warning' : 'info',
          fixes: written ? [fix] : [],
        });
      }
      if (isText(attribute.value, ['MUTABLE'])) {
        const fixes = [correctLiteral(attribute, '"IMMUTABLE"', SET_IMMUTABLE)];
        context.report({ at, anchor, message: 'mutable', fixes });
      } else if (isText(attribute.value, ['MUTABLE', 'MUTABLE_WITH_EXCLUSION']) && !all) {
        // Some tags are protected: those of releases, as a rule.
        const severity = presenceOf(block, FILTER) === 'no' ? 'warning' : 'info';
        context.report({ at, anchor, message: 'partly', severity });
      } else if (isText(attribute.value, ['IMMUTABLE_WITH_EXCLUSION']) && all) {
        const [only] = block.blocks(FILTER);
        const single = only !== undefined && block.blocks(FILTER).length === 1 && !only.dynamic;
        const edits = single ? [...replaceValue(attribute, '"IMMUTABLE"'), ...removeBlock(only)] : [];
        context.report({
          at: literalPlace(all),
          anchor: `resource.${resource.address}/${FILTER}`,
          message: 'excluded',
          data: { filter: textOf(all.value) ?? '' },
          fixes: single ? [{ level: 'suggestion', title: SET_IMMUTABLE, edits }] : [],
        });
      }
    };

    return {
      'terraform.resource:aws_ecr_repository': ecr,
      'terraform.resource:aws_ecr_repository_creation_template': ecr,
      'terraform.resource:google_artifact_registry_repository': (resource) => {
        const { block } = resource;
        if (!isText(block.value('format'), ['DOCKER']) || isCache(resource, ['repository_id'])) return;
        const mode = given(block, 'mode');
        if (mode && !isText(mode.value, ['STANDARD_REPOSITORY'])) return;
        const presence = presenceOf(block, 'docker_config');
        if (presence === 'maybe') return;
        const config = block.block('docker_config');
        const flag = config && given(config, 'immutable_tags');
        if (flag && !every(flag.value, (option) => booleanIn(option) === false)) return;
        const title = 'Refuse to overwrite tags: `immutable_tags = true`';
        const lines = ['docker_config {', '  immutable_tags = true', '}'];
        const edits = config ? setAttribute(config, 'immutable_tags', 'true') : insertBlock(block, lines);
        context.report({
          at: flag ? literalPlace(flag) : (config?.header ?? resource.header),
          anchor: `resource.${resource.address}/docker_config.immutable_tags`,
          message: 'google',
          fixes: [flag ? correctLiteral(flag, 'true', title) : { level: 'safe', title, edits }],
        });
      },
    };
  },
});

function isCache(resource: TerraformResource, names: readonly string[]): boolean {
  const texts = names.flatMap((name) =>
    alternatives(resource.block.value(name) ?? { type: 'unknown', origin: undefined }).flatMap((option) =>
      option.type === 'text' ? option.text.text : [],
    ),
  );
  return [resource.name, ...texts].some((text) => CACHE.test(text));
}

/** Copies of other registries' images follow the tags that they copy. */
function onlyPullThrough({ block }: TerraformResource): boolean {
  const purposes = block.value('applied_for');
  if (purposes?.type !== 'list' || purposes.open) return false;
  return purposes.items.length > 0 && purposes.items.every((item) => knownTexts(item)[0] === 'PULL_THROUGH_CACHE');
}
