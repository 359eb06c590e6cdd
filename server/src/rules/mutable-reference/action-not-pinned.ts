import type { Fix } from '../../core/finding';
import { defineRule, type ActionUse } from '../../model/facts';
import type { Project } from '../../model/project';
import type { SourceFile } from '../../model/source-file';

type Policy = 'hash' | 'tag' | 'any';

const COMMIT = /^[0-9a-f]{40}$/;

/** A version tag, complete or not: `v4`, `4.2.2`, `release-1.2`. Everything else is taken for a branch. */
const VERSION = /^(?:[\w-]*[-_/@])?v?\d+(?:\.\d+)*(?:[-+.][\w.+-]+)?$/i;

export default defineRule({
  meta: {
    id: 'mutable-reference/action-not-pinned',
    severity: 'warning',
    languages: ['workflow'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'An action must be pinned to a commit',
    peers: ['zizmor unpinned-uses', 'semgrep third-party-action-not-pinned', 'KICS Unpinned Actions'],
    messages: {
      branch:
        '`{action}@{ref}` runs whatever is on that branch when the pipeline runs, so the same commit of yours can build another image. Pin a commit: `{action}@<40 hex> # vX.Y.Z`.',
      tag: '`{action}@{ref}` is a tag that its owner can move. Pin the commit behind it: `{action}@<40 hex> # {ref}`. Renovate and Dependabot keep the comment up to date.',
      none: '`{action}` names no version. Pin a commit: `{action}@<40 hex> # vX.Y.Z`.',
    },
    options: {
      policies: {
        type: 'object',
        description:
          'What each action must be pinned to, by pattern (`actions/*`, `acme/deploy`): `hash`, `tag` or `any`. The most specific pattern wins.',
        default: {},
        additionalProperties: { type: 'string', enum: ['hash', 'tag', 'any'] },
      },
    },
  },
  create: (context) => ({
    uses: (use) => {
      const { text } = use.text;
      // Images are read as image references; local actions and expressions are not decidable here.
      if (text.startsWith('docker://') || /^(\.|\$)/.test(text) || text.includes('\uE000')) return;
      const at = text.indexOf('@');
      const action = at < 0 ? text : text.slice(0, at);
      const ref = at < 0 ? undefined : text.slice(at + 1);
      if (!/^[\w.-]+\/[\w./-]+$/.test(action)) return;
      if (ref !== undefined && (COMMIT.test(ref) || looksAbbreviated(ref))) return;
      const policy = policyFor(action, context.options['policies']);
      const isTag = ref !== undefined && VERSION.test(ref);
      if (policy === 'any' || (policy === 'tag' && isTag)) return;
      context.report({
        at: use.at,
        anchor: use.anchor,
        message: ref === undefined ? 'none' : isTag ? 'tag' : 'branch',
        data: { action, ref: ref ?? '' },
        severity: isTag ? 'warning' : 'error',
        fixes: ref !== undefined && mayGetComment(use, context.file) ? pins(action, ref, use, context.project) : [],
      });
    },
  }),
});

/** A pin brings a comment: nothing else may stand behind the action, neither another comment nor the rest of a flow map. */
function mayGetComment(use: ActionUse, file: SourceFile): boolean {
  return (
    use.text.isVerbatim() && use.comment === undefined && /^[ \t]*(?:\r?\n|\r|$)/.test(file.text.slice(use.at.end))
  );
}

function pins(action: string, ref: string, use: ActionUse, project: Project): readonly Fix[] {
  const lookUp: Fix = {
    level: 'online',
    title: `Pin \`${action}@${ref}\` to the commit that it names now`,
    edits: [],
    resolve: { image: `${action}@${ref}`, at: use.at },
  };
  return [...knownPin(action, ref, use, project), lookUp];
}

/** The commit to which this workspace already pins the action, when its comment names the same version. */
function knownPin(action: string, ref: string, use: ActionUse, project: Project): readonly Fix[] {
  const commits = new Set<string>();
  for (const { commit, comment } of project.index?.pinsOf(action) ?? []) {
    const version = comment.trim().split(/\s/)[0] ?? '';
    // `v4` may be replaced by what another workflow pins as `v4.2.2`: that is a release of the same line.
    if (version === ref || version.startsWith(`${ref}.`)) commits.add(`${commit} # ${version}`);
  }
  const [pin] = commits;
  if (commits.size !== 1 || pin === undefined) return [];
  return [
    {
      level: 'safe',
      title: `Pin the commit that this workspace already uses: \`${pin.slice(0, 12)}…\``,
      edits: [{ at: use.at, text: `${action}@${pin}` }],
    },
  ];
}

function looksAbbreviated(ref: string): boolean {
  // mutable-reference/invalid-digest speaks of those.
  return /^[0-9a-f]{7,39}$/.test(ref) && /\d/.test(ref) && /[a-f]/.test(ref);
}

/** The policy of the longest pattern that matches; `*` at the end stands for anything. */
function policyFor(action: string, policies: unknown): Policy {
  let best: { length: number; policy: Policy } = { length: -1, policy: 'hash' };
  if (typeof policies !== 'object' || policies === null) return best.policy;
  for (const [pattern, policy] of Object.entries(policies as Record<string, unknown>)) {
    if (policy !== 'hash' && policy !== 'tag' && policy !== 'any') continue;
    const matches = pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern;
    if (matches && pattern.length > best.length) best = { length: pattern.length, policy };
  }
  return best.policy;
}
