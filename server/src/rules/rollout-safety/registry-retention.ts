import type { Fix } from '../../core/finding';
import type { Place } from '../../core/text';
import type { ConfigBlock } from '../../model/config-block';
import { insertBlock, replaceText } from '../../model/edits/hcl';
import { defineRule } from '../../model/facts';
import { cleanupPolicies } from '../../model/terraform/artifact-cleanup';
import { rulesOfDocument, rulesOfPolicy, type ExpiryRule } from '../../model/terraform/ecr-lifecycle';
import { given, isText, knownTexts } from '../../model/terraform/literals';
import type { TerraformResource } from '../../model/terraform/types';
import { booleanIn, every, numberIn } from '../../model/values/value';

/** Tags of what is never deployed to production: it may go at any time. */
const EPHEMERAL =
  /^\*?[-_]?(pr|pull|mr|dev|develop|feat|feature|fix|branch|test|tests|qa|ci|cache|buildcache|tmp|temp|snapshot|nightly|preview|review|ephemeral|sandbox|wip|draft|staging|stage|dependabot|renovate|latest|edge)(\W|_|\d|$)/i;

/** Tags of releases: an age limit on them ends with nothing to go back to. */
const RELEASE = /^\*?(v|r|rel|release|releases|prod|production|stable|live|main|master|\d|\*)(\W|_|\d|$)/i;

/** Repositories that hold what no rollback needs. */
const EPHEMERAL_REPOSITORY =
  /(^|[-_/.])(build-?)?(caches?|dev|development|pr|preview|test|tests|tmp|sandbox|ci)([-_/.]|$)/i;

/** Registries take that long before they delete what has lost its tag, unless told otherwise. */
const UNTAGGED_DAYS = 7;

export default defineRule({
  meta: {
    id: 'rollout-safety/registry-retention',
    severity: 'warning',
    languages: ['terraform', 'packer', 'packer-json'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'Clean-up must keep the images that a rollback needs',
    peers: ['checkov CKV_AZURE_167'],
    messages: {
      fewImages:
        'Only {count} {images}: the version before a few failed releases is already gone when it is needed. Keep {minimum} or more.',
      young:
        'Images are deleted {count} days after they were pushed, also the one that runs: nodes that start later cannot pull it, and there is nothing to go back to. Keep releases by count, or for {minimum} days or more.',
      untagged:
        'Untagged images are deleted after {count} days, but this workspace deploys by digest: when its tag moves on, an image that runs has none. Wait {minimum} days or more.',
      noKeep:
        'This deletes images by age, also the one that runs, and no `KEEP` policy holds any back. Add a policy with `action = "KEEP"` and `most_recent_versions`.',
    },
    options: {
      minImages: {
        type: 'number',
        description: 'How many tagged images a clean-up must leave in a registry.',
        default: 5,
        minimum: 1,
      },
      minDays: {
        type: 'number',
        description: 'How many days a clean-up by age must leave released images.',
        default: 30,
        minimum: 1,
      },
      minMachineImages: {
        type: 'number',
        description: 'How many machine images `amazon-ami-management` must leave.',
        default: 3,
        minimum: 1,
      },
    },
  },
  create: (context) => {
    const images = Number(context.options['minImages']);
    const days = Number(context.options['minDays']);
    const machineImages = Number(context.options['minMachineImages']);

    const tooLow = (
      at: Place,
      anchor: string,
      message: 'fewImages' | 'young' | 'untagged',
      count: number,
      minimum: number,
      written = String(minimum),
    ): void =>
      context.report({
        at,
        anchor,
        message,
        data: { count, minimum, images: count === 1 ? 'image is kept' : 'images are kept' },
        fixes: [{ level: 'suggestion', title: `Raise it to ${minimum}`, edits: [replaceText(at, written)] }],
      });

    const usesDigest = (matches: (repository: string) => boolean): boolean =>
      context.project.index?.usesDigestOf(matches) ?? false;

    const ecr = (rules: readonly ExpiryRule[], anchor: string, deployedByDigest: () => boolean): void => {
      for (const [index, rule] of rules.entries()) {
        const { tagStatus, count, countAt, countType, tags } = rule;
        if (count === undefined || !countAt) continue;
        const here = `${anchor}/rule.${rule.priority ?? index}`;
        const byAge = countType === 'sinceImagePushed';
        if (tagStatus === 'untagged') {
          if (byAge && count < UNTAGGED_DAYS && deployedByDigest())
            tooLow(countAt, here, 'untagged', count, UNTAGGED_DAYS);
          continue;
        }
        const everything = tagStatus === 'any' && !rules.some((other) => protectsReleases(other, rule));
        const named = tagStatus === 'tagged' && tags !== undefined && tags.length > 0;
        if (countType === 'imageCountMoreThan' && count < images) {
          const kept = everything || (named && !tags.some((tag) => EPHEMERAL.test(tag)));
          if (kept) tooLow(countAt, here, 'fewImages', count, images);
        } else if (byAge && count < days) {
          if (everything || (named && tags.every((tag) => RELEASE.test(tag))))
            tooLow(countAt, here, 'young', count, days);
        }
      }
    };

    const policyOf =
      (argument: string, repositoryArgument: string) =>
      (resource: TerraformResource): void => {
        const policy = given(resource.block, argument);
        if (!policy || policy.value.type === 'choice') return;
        const repository = repositoryOf(resource, repositoryArgument);
        if (repository.names.some((name) => EPHEMERAL_REPOSITORY.test(name))) return;
        ecr(rulesOfPolicy(policy.value), `resource.${resource.address}/${argument}`, () => {
          // Tags that cannot move leave no image without one.
          if (repository.immutable) return false;
          return usesDigest(
            (used) => /\.dkr[.-]ecr\./.test(used) && repository.names.some((name) => used.endsWith(`/${name}`)),
          );
        });
      };

    const google = (resource: TerraformResource): void => {
      const { block } = resource;
      const names = [resource.name, ...knownTexts(block.value('repository_id'))];
      if (!holdsImages(block) || block.has('cleanup_policies') !== 'yes') return;
      if (names.some((name) => EPHEMERAL_REPOSITORY.test(name))) return;
      const policies = cleanupPolicies(block);
      if (policies.some(({ action }) => action === undefined)) return;
      const keeps = policies.some(({ action }) => action === 'KEEP');
      const id = knownTexts(block.value('repository_id'))[0];
      for (const policy of policies) {
        const { action, keep, tagState, tagPrefixes, age } = policy;
        const anchor = `resource.${resource.address}/cleanup_policies.${policy.id}`;
        if (action === 'KEEP') {
          if (keep && keep.count < images) tooLow(keep.at, `${anchor}/keep_count`, 'fewImages', keep.count, images);
        } else if (tagState === 'UNTAGGED') {
          if (!age || age.days >= UNTAGGED_DAYS || id === undefined) continue;
          const deployed = usesDigest((used) => used.includes('-docker.pkg.dev/') && used.includes(`/${id}/`));
          if (deployed) tooLow(age.at, anchor, 'untagged', age.days, UNTAGGED_DAYS, `"${UNTAGGED_DAYS}d"`);
        } else if (tagState !== undefined && tagPrefixes && !keeps) {
          if (tagPrefixes.length > 0 && tagPrefixes.every((prefix) => EPHEMERAL.test(prefix))) continue;
          context.report({ at: policy.header, anchor, message: 'noKeep', fixes: [keepRecent(block, images)] });
        }
      }
    };

    return {
      'terraform.resource:aws_ecr_lifecycle_policy': policyOf('policy', 'repository'),
      'terraform.resource:aws_ecr_repository_creation_template': policyOf('lifecycle_policy', 'prefix'),
      'terraform.data:aws_ecr_lifecycle_policy_document': (document) => {
        if (EPHEMERAL_REPOSITORY.test(document.name) || document.block.has('rule') === 'maybe') return;
        ecr(rulesOfDocument(document.block), document.address, () => false);
      },
      'terraform.resource:google_artifact_registry_repository': google,
      'terraform.resource:azurerm_container_registry': ({ block, address }) => {
        const nested = block.block('retention_policy');
        const days =
          given(block, 'retention_policy_in_days') ?? (nested && isOn(nested) ? given(nested, 'days') : undefined);
        const count = numberIn(days?.value);
        const name = knownTexts(block.value('name'))[0]?.toLowerCase();
        if (!days?.value.origin || !count || count >= UNTAGGED_DAYS || name === undefined) return;
        if (!usesDigest((used) => used.startsWith(`${name}.azurecr.io/`))) return;
        tooLow(days.value.origin, `resource.${address}/retention_policy`, 'untagged', count, UNTAGGED_DAYS);
      },
      'packer.build': (build) => {
        for (const step of build.postProcessors) {
          const keep = step.type === 'amazon-ami-management' ? given(step.block, 'keep_releases') : undefined;
          const count = numberIn(keep?.value);
          if (!keep?.value.origin || count === undefined || count >= machineImages) continue;
          const name = knownTexts(step.block.value('identifier'))[0];
          const anchor = `post-processor.amazon-ami-management${name === undefined ? '' : `.${name}`}/keep_releases`;
          tooLow(keep.value.origin, anchor, 'fewImages', count, machineImages);
        }
      },
    };
  },
});

/** An image that a rule looks at is out of reach of the rules after it (ECR user guide, "Lifecycle policy rules"). */
function protectsReleases(other: ExpiryRule, rule: ExpiryRule): boolean {
  if (other === rule || other.tagStatus !== 'tagged') return false;
  if (other.priority !== undefined && rule.priority !== undefined && other.priority > rule.priority) return false;
  return other.tags === undefined || other.tags.some((tag) => !EPHEMERAL.test(tag));
}

/** What the repository of a policy is called, here and in the registry. */
function repositoryOf(
  policy: TerraformResource,
  argument: string,
): { readonly names: readonly string[]; readonly immutable: boolean } {
  const attribute = policy.block.attribute(argument);
  const [repository] = attribute ? policy.module.targets(attribute.expression) : [];
  const names = [policy.name, ...knownTexts(attribute?.value), ...knownTexts(repository?.block.value('name'))];
  return { names, immutable: isText(repository?.block.value('image_tag_mutability'), ['IMMUTABLE']) };
}

/** A repository of images of its own, whose policies are more than a dry run. */
function holdsImages(block: ConfigBlock): boolean {
  const mode = given(block, 'mode');
  const dryRun = given(block, 'cleanup_policy_dry_run');
  if (!isText(block.value('format'), ['DOCKER']) || (mode && !isText(mode.value, ['STANDARD_REPOSITORY'])))
    return false;
  return !dryRun || every(dryRun.value, (option) => booleanIn(option) === false);
}

function isOn(policy: ConfigBlock): boolean {
  const enabled = given(policy, 'enabled');
  return enabled !== undefined && every(enabled.value, (option) => booleanIn(option) === true);
}

function keepRecent(repository: ConfigBlock, images: number): Fix {
  const edits = insertBlock(repository, [
    'cleanup_policies {',
    '  id     = "keep-recent"',
    '  action = "KEEP"',
    '',
    '  most_recent_versions {',
    `    keep_count = ${Math.max(10, images)}`,
    '  }',
    '}',
  ]);
  return { level: 'suggestion', title: 'Keep the most recent versions', edits };
}
