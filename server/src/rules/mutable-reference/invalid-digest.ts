import { defineRule } from '../../model/facts';
import { IMAGE_LANGUAGES } from '../../model/image-findings';
import { isValidDigest } from '../../model/image-reference';

/** What documentation writes instead of a real digest. */
const PLACEHOLDER = /\.\.\.|…|[<>]|^sha256:(x+|0+|abc123?|digest)$/i;

export default defineRule({
  meta: {
    id: 'mutable-reference/invalid-digest',
    severity: 'error',
    languages: IMAGE_LANGUAGES,
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'A digest must be one: an algorithm and all its hexadecimal digits',
    peers: [],
    messages: {
      invalid:
        '`{digest}` is not a digest, so the pull will fail. Write `sha256:` and 64 lower-case hexadecimal digits.',
      placeholder: 'Replace the placeholder `{digest}` by the digest of the image that was tested.',
      upperCase: 'Write the digest in lower case: registries refuse upper-case hexadecimal digits.',
      shortCommit:
        '`{commit}` is an abbreviated commit, which GitHub does not accept. Write all 40 hexadecimal digits of the commit.',
    },
  },
  create: (context) => ({
    image: (use) => {
      for (const option of use.options) {
        const { digest, digestRange } = option.reference;
        if (digest === undefined || digestRange === undefined || digest.includes('\uE000') || isValidDigest(digest))
          continue;
        const at = option.text.sourceOf(digestRange) ?? use.at;
        if (isValidDigest(digest.toLowerCase())) {
          const exact = option.text.isVerbatim(digestRange);
          context.report({
            at,
            anchor: use.anchor,
            message: 'upperCase',
            fixes: exact
              ? [
                  {
                    level: 'safe',
                    title: 'Write the digest in lower case',
                    edits: [{ at, text: digest.toLowerCase() }],
                  },
                ]
              : [],
          });
        } else if (PLACEHOLDER.test(digest)) {
          context.report({ at, anchor: use.anchor, message: 'placeholder', data: { digest }, severity: 'info' });
        } else context.report({ at, anchor: use.anchor, message: 'invalid', data: { digest } });
      }
    },
    uses: (use) => {
      const found = /^[\w.-]+\/[\w./-]+@([0-9a-f]{7,39})$/.exec(use.text.text);
      const commit = found?.[1];
      // Seven and more hexadecimal digits with a digit and a letter among them: a branch would not be called that.
      if (commit === undefined || !/\d/.test(commit) || !/[a-f]/.test(commit)) return;
      const start = use.text.length - commit.length;
      context.report({
        at: use.text.sourceOf({ start, end: use.text.length }) ?? use.at,
        anchor: use.anchor,
        message: 'shortCommit',
        data: { commit },
      });
    },
  }),
});
