import { defineRule } from '../../model/facts';
import {
  IMAGE_LANGUAGES,
  imagePlace,
  keepsTags,
  optionsOfClass,
  pinFixes,
  shownReference,
} from '../../model/image-findings';

const FULL = new Set(['full'] as const);

export default defineRule({
  meta: {
    id: 'mutable-reference/image-tag',
    severity: 'info',
    languages: IMAGE_LANGUAGES,
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    strictSeverity: 'warning',
    summary: 'An image should be named by its digest besides its tag',
    peers: ['checkov CKV_K8S_43', 'semgrep dockerfile-source-not-pinned', 'KICS Image Without Digest'],
    messages: {
      noDigest:
        'Add the digest: `{image}@sha256:…`. A tag can be overwritten; only the digest guarantees that this is the image that was tested.',
    },
  },
  create: (context) => ({
    image: (use) => {
      if (use.site === 'shell.tag' || use.site === 'packer.tag' || use.site === 'dockerfile.syntax') return;
      for (const option of optionsOfClass(use, FULL, context.project, context.file.path)) {
        if (keepsTags(option, context.project)) continue;
        context.report({
          at: imagePlace(use, option),
          anchor: use.anchor,
          message: 'noDigest',
          data: { image: shownReference(option) },
          severity: use.shipped && context.environment === 'production' ? 'info' : 'hint',
          fixes: pinFixes(option, context.project),
        });
      }
    },
  }),
});
