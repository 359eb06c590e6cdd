import { stripVTControlCharacters } from 'node:util';
import { safeGit } from './safe-git';

/** A commit, for release notes. */
export interface Commit {
  readonly id: string;
  readonly author: string;
  readonly subject: string;
}

/** What lies between two releases. `unknown`: git does not have the commits, after a force-push for example. */
export type ReleaseNotes =
  | { readonly kind: 'ahead' | 'back'; readonly commits: readonly Commit[]; readonly paths: readonly string[] }
  | { readonly kind: 'same' }
  | { readonly kind: 'unknown' };

const FIELD = '\x1f';
const COMMIT = /^[0-9a-f]{7,64}$/;

/**
 * The commits that come with a release, or that disappear when it lies behind. Asks git, so it is for trusted
 * workspaces only.
 *
 * @param from commit that is live
 * @param to commit that is to be live
 */
export async function releaseNotes(workspace: string, from: string, to: string): Promise<ReleaseNotes> {
  if (from === to) return { kind: 'same' };
  const git = COMMIT.test(from) && COMMIT.test(to) ? safeGit(workspace) : undefined;
  if (!git) return { kind: 'unknown' };
  const isBehind = async (older: string, newer: string): Promise<boolean> =>
    (await git('merge-base', '--is-ancestor', older, newer)) !== undefined;
  const kind = (await isBehind(from, to)) ? 'ahead' : (await isBehind(to, from)) ? 'back' : undefined;
  if (kind === undefined) return { kind: 'unknown' };
  const range = kind === 'ahead' ? `${from}..${to}` : `${to}..${from}`;
  const log = await git(
    'log',
    '--no-show-signature',
    '--no-merges',
    '--max-count=200',
    `--format=%H${FIELD}%an${FIELD}%s`,
    range,
    '--',
  );
  const names = await git('diff', '--name-only', '-z', '--no-ext-diff', range, '--');
  return {
    kind,
    commits: commitsIn(log ?? ''),
    paths: (names ?? '')
      .split('\0')
      .filter((path) => path !== '')
      .map(oneLine),
  };
}

/** The first line of a commit's message; undefined when git does not have the commit. */
export async function commitSubject(workspace: string, commit: string): Promise<string | undefined> {
  const git = COMMIT.test(commit) ? safeGit(workspace) : undefined;
  const subject = await git?.('log', '--no-show-signature', '--max-count=1', '--format=%s', commit, '--');
  return subject === undefined ? undefined : oneLine(subject);
}

/** Names and messages are written by anybody: nothing in them steers a terminal or turns text around (F37). */
function oneLine(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** What `git log` printed, newest first. */
export function commitsIn(text: string): readonly Commit[] {
  return text
    .split('\n')
    .map((line) => line.split(FIELD))
    .flatMap(([id, author, ...subject]) =>
      id === undefined || author === undefined
        ? []
        : [{ id, author: oneLine(author), subject: oneLine(subject.join(' ')) }],
    );
}

/** Paths by what they are: the application, its image, the infrastructure, the configuration, migrations of data. */
export function groupPaths(paths: readonly string[]): ReadonlyMap<PathGroup, readonly string[]> {
  const groups = new Map<PathGroup, string[]>();
  for (const path of paths) {
    const group = GROUPS.find(({ pattern }) => pattern.test(path))?.group ?? 'app';
    const known = groups.get(group);
    if (known) known.push(path);
    else groups.set(group, [path]);
  }
  return groups;
}

export type PathGroup = 'migrations' | 'image' | 'infrastructure' | 'configuration' | 'app';

const GROUPS: readonly { readonly group: PathGroup; readonly pattern: RegExp }[] = [
  { group: 'migrations', pattern: /(^|\/)(migrations?|alembic|flyway|liquibase)\/|\.sql$/i },
  { group: 'image', pattern: /(^|\/)([\w.-]*(dockerfile|containerfile)[\w.-]*|\.dockerignore)$|\.pkr\.(hcl|json)$/i },
  { group: 'infrastructure', pattern: /\.(tf|tofu|tfvars)(\.json)?$|(^|\/)(k8s|kubernetes|helm|charts|kustomize)\//i },
  { group: 'configuration', pattern: /(^|\/)(config|conf|etc)\/|(^|\/)immutable\.ya?ml$|\.env(\.|$)/i },
];
