import { isFromCaller } from '../../model/terraform/literals';
import { defineRule, type ImageOption } from '../../model/facts';
import {
  IMAGE_LANGUAGES,
  branchesOfClass,
  imagePlace,
  optionsOfClass,
  pinFixes,
  shownReference,
} from '../../model/image-findings';

const MOVING = new Set(['none', 'latest-like'] as const);

export default defineRule({
  meta: {
    id: 'mutable-reference/image-latest',
    severity: 'error',
    languages: IMAGE_LANGUAGES,
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'An image must be named by a version, not by a tag that exists to move',
    peers: [
      'hadolint DL3006',
      'hadolint DL3007',
      'trivy DS-0001',
      'trivy KSV-0013',
      'checkov CKV_DOCKER_7',
      'checkov CKV_K8S_14',
      'kube-linter latest-tag',
    ],
    messages: {
      noTag:
        '`{image}` has no tag, so the registry supplies `latest`: two nodes, or today’s and tomorrow’s rollout, can run different images. Name a version and its digest: `{name}:<version>@sha256:…`.',
      moving:
        '`{image}` is a moving tag: two nodes, or today’s and tomorrow’s rollout, can run different images, and a rollback pulls whatever it points to then. Name a version and its digest: `{name}:<version>@sha256:…`.',
      branch:
        'One of the possible images is `{image}`, which moves: where it is used, two nodes, or today’s and tomorrow’s rollout, can run different images. Name a version and its digest here too: `{name}:<version>@sha256:…`.',
      taggedMoving:
        'This names the image `{image}`, a tag that every build moves: nothing can go back to this build. Tag it with the version or commit.',
    },
  },
  create: (context) => ({
    image: (use) => {
      // The syntax directive's own convention is a major version; only `latest` and `master` are wrong there.
      if (use.site === 'dockerfile.syntax' && use.options.some((option) => option.reference.tagClass === 'none'))
        return;
      for (const option of optionsOfClass(use, MOVING, context.project, context.file.path)) {
        const pushed = use.site === 'shell.tag' || use.site === 'packer.tag';
        context.report({
          at: imagePlace(use, option),
          anchor: use.anchor,
          message: pushed ? 'taggedMoving' : option.reference.tag === undefined ? 'noTag' : 'moving',
          data: named(option),
          fixes: pushed ? [] : pinFixes(option, context.project),
        });
      }
      // A matrix runs every row; a condition in Terraform takes one branch (pitfall P16).
      if (use.site !== 'terraform.container') return;
      for (const option of branchesOfClass(use, MOVING)) {
        context.report({
          at: imagePlace(use, option),
          anchor: use.anchor,
          message: 'branch',
          severity: isFromCaller({ path: context.file.path }, imagePlace(use, option)) ? 'error' : 'info',
          data: named(option),
          fixes: pinFixes(option, context.project),
        });
      }
    },
  }),
});

function named(option: ImageOption): { readonly image: string; readonly name: string } {
  return { image: shownReference(option), name: option.reference.name.replace(/\uE000+/g, '…') };
}
