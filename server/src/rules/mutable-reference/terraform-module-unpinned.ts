import type { Place } from '../../core/text';
import type { ConfigAttribute } from '../../model/config-block';
import { defineRule } from '../../model/facts';
import { given, literalPlace } from '../../model/terraform/literals';
import { isDisabled } from '../../model/terraform/module-calls';
import { parseModuleSource, refKind } from '../../model/terraform/module-source';
import { textOf } from '../../model/values/value';
import { closedAtMajor, isBounded, isConstraint } from '../../model/version-constraint';

export default defineRule({
  meta: {
    id: 'mutable-reference/terraform-module-unpinned',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'A module from elsewhere must be named by a version',
    peers: [
      'tflint terraform_module_version',
      'tflint terraform_module_pinned_source',
      'checkov CKV_TF_1',
      'checkov CKV_TF_2',
    ],
    options: {
      requireCommit: {
        type: 'boolean',
        description:
          'Ask for the full commit in Git sources, where a tag is otherwise enough. On in the preset strict.',
        default: false,
        strictDefault: true,
      },
    },
    messages: {
      noVersion:
        'Add a `version` to the module `{name}`. The registry supplies the newest one at each `init`, and the lock file does not record modules, so the same commit can plan other resources.',
      openVersion:
        'Give the version of the module `{name}` an upper bound, such as `{suggested}`. `{version}` accepts any later release, and the lock file does not record modules, so the same commit can plan other resources.',
      noRef:
        'Add `{parameter}=<tag or commit>` to the source of the module `{name}`. Without it each `init` takes the newest commit of the default branch, so the same commit here can plan other resources.',
      branch:
        'Name a tag or a commit instead of `{ref}` in the source of the module `{name}`. A branch moves: the same commit here can plan other resources at the next `init`.',
      tag: 'Name the commit instead of `{ref}` in the source of the module `{name}`, and keep the tag in a comment. A tag can be moved to another commit.',
      archive:
        'Put a version in the address of the module `{name}`, or add `checksum=`. What lies behind this address can be replaced, so the same commit can plan other resources.',
    },
  },
  create: (context) => ({
    'terraform.module-call': (call) => {
      const source = given(call, 'source');
      const address = textOf(source?.value);
      if (!source || address === undefined || isDisabled(call)) return;
      const name = call.labels[0] ?? '';
      const anchor = `module.${name}`;
      const parsed = parseModuleSource(address);
      const at = literalPlace(source);
      if (parsed.type === 'registry') {
        const version = given(call, 'version');
        if (!version) {
          context.report({ at, anchor: `${anchor}/version`, message: 'noVersion', data: { name } });
          return;
        }
        const text = textOf(version.value);
        if (text === undefined || !isConstraint(text) || isBounded(text)) return;
        const closed = closedAtMajor(text);
        const written = literalOf(version);
        context.report({
          at: literalPlace(version),
          anchor: `${anchor}/version`,
          message: 'openVersion',
          data: { name, version: text.trim() === '' ? 'An empty version' : text, suggested: closed ?? '~> 1.0' },
          // A later major may be what `init` took so far: somebody has to agree.
          fixes:
            closed !== undefined && written
              ? [{ level: 'suggestion', title: `Write \`${closed}\``, edits: [{ at: written, text: closed }] }]
              : [],
        });
      } else if (parsed.type === 'repository') {
        const { ref } = parsed;
        const parameter = parsed.kind === 'git' ? 'ref' : 'rev';
        if (ref === undefined || ref === '') {
          context.report({ at, anchor: `${anchor}/source`, message: 'noRef', data: { name, parameter } });
        } else if (refKind(ref) === 'branch') {
          context.report({ at, anchor: `${anchor}/source`, message: 'branch', data: { name, ref } });
        } else if (context.options.requireCommit === true && parsed.kind === 'git' && refKind(ref) !== 'commit') {
          context.report({ at, anchor: `${anchor}/source`, message: 'tag', data: { name, ref } });
        }
      } else if (parsed.type === 'archive' && !parsed.checksum && !/\d+\.\d+|[0-9a-f]{7,}|v\d+/i.test(parsed.path)) {
        context.report({ at, anchor: `${anchor}/source`, message: 'archive', data: { name } });
      }
    },
  }),
});

/** Where the text of a version stands, without its quotes. */
function literalOf(version: ConfigAttribute): Place | undefined {
  const { value } = version;
  return value.type === 'text' && value.text.isVerbatim() ? value.text.sourceOf() : undefined;
}
