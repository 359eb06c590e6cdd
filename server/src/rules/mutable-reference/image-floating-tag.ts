import { defineRule } from '../../model/facts';
import {
  IMAGE_LANGUAGES,
  imagePlace,
  keepsTags,
  optionsOfClass,
  pinFixes,
  shownReference,
} from '../../model/image-findings';

const FLOATING = new Set(['floating'] as const);

export default defineRule({
  meta: {
    id: 'mutable-reference/image-floating-tag',
    severity: 'warning',
    languages: IMAGE_LANGUAGES,
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'An image must be named by a complete version, not by a part of one',
    peers: [],
    messages: {
      floating:
        '`{image}` moves with every release of that line, so the same commit gives another image later. Pin the complete version with its digest: `{name}:<version>@sha256:…`. Renovate and Dependabot can bump it.',
    },
  },
  create: (context) => ({
    image: (use) => {
      // A tag that this repository gives, and the documented `docker/dockerfile:1`, are meant to move.
      if (use.site === 'shell.tag' || use.site === 'packer.tag' || use.site === 'dockerfile.syntax') return;
      for (const option of optionsOfClass(use, FLOATING, context.project, context.file.path)) {
        if (keepsTags(option, context.project) && /^\D*\d+\.\d+/.test(option.reference.tag ?? '')) continue;
        context.report({
          at: imagePlace(use, option),
          anchor: use.anchor,
          message: 'floating',
          data: { image: shownReference(option), name: option.reference.name.replace(/\uE000+/g, '…') },
          fixes: pinFixes(option, context.project),
        });
      }
    },
  }),
});
