import { l10n } from 'vscode';
import { STATUS, type GitApi, type GitChange, type GitRepository } from './git-api';
import { reviewedFiles, type ReviewedFile } from './reviewed-files';

/** What a review compares: names for the usual ones, else a branch, a tag or a commit. */
export type Against = 'workingTree' | 'staged' | 'mergeBase' | 'upstream' | { readonly ref: string };

/** The changes of one comparison. */
export interface Changes {
  /** For the title of the editor: `Working tree ↔ HEAD`. */
  readonly title: string;
  readonly files: readonly ReviewedFile[];
}

/** Common names of default branches, without the remote. */
const DEFAULT_BRANCHES = ['HEAD', 'main', 'master', 'trunk'];

/**
 * Collects what changed.
 *
 * @throws with a plain sentence when there is nothing to compare with, or Git fails
 */
export async function collectChanges(git: GitApi, repository: GitRepository, against: Against): Promise<Changes> {
  try {
    return await collect(git, repository, against);
  } catch (error) {
    if (error instanceof NothingToCompare) throw error;
    throw new Error(l10n.t('Git could not compare: {0}', reasonOf(error)), { cause: error });
  }
}

/** The usual comparison is not possible in this repository. */
export class NothingToCompare extends Error {}

async function collect(git: GitApi, repository: GitRepository, against: Against): Promise<Changes> {
  // What the Git extension knows may be older than the files.
  await repository.status();
  if (against === 'staged') {
    const changes = await repository.diffIndexWithHEAD();
    return {
      title: l10n.t('Staged ↔ HEAD'),
      files: reviewedFiles(changes, {
        base: (uri) => git.toGitUri(uri, 'HEAD'),
        head: (uri) => git.toGitUri(uri, ''),
      }),
    };
  }
  const { ref, name } = await resolve(repository, against);
  const changes = [...(await repository.diffWith(ref)), ...untracked(repository)];
  return {
    title: l10n.t('Working tree ↔ {0}', name),
    files: reviewedFiles(changes, { base: (uri) => git.toGitUri(uri, ref), head: (uri) => uri }),
  };
}

async function resolve(
  repository: GitRepository,
  against: Exclude<Against, 'staged'>,
): Promise<{ readonly ref: string; readonly name: string }> {
  if (against === 'workingTree') return { ref: 'HEAD', name: 'HEAD' };
  if (against === 'mergeBase') {
    const branch = await defaultBranch(repository);
    if (branch === undefined)
      throw new NothingToCompare(l10n.t('No default branch (main, master) was found. Pick a branch to compare with.'));
    const ref = await repository.getMergeBase('HEAD', branch);
    if (!ref) throw new NothingToCompare(l10n.t('This branch and {0} have no commit in common.', branch));
    return { ref, name: l10n.t('merge base with {0}', branch) };
  }
  const name = against === 'upstream' ? upstreamOf(repository) : against.ref;
  if (name === undefined) throw new NothingToCompare(l10n.t('This branch has no upstream. Publish it first.'));
  if (name.startsWith('-')) throw new NothingToCompare(l10n.t('“{0}” names no commit.', name));
  return { ref: (await repository.getCommit(name)).hash, name };
}

/** The branch that the current one follows: `origin/feature`. */
export function upstreamOf({ state }: GitRepository): string | undefined {
  const upstream = state.HEAD?.upstream;
  return upstream && `${upstream.remote}/${upstream.name}`;
}

/** The branch that pull requests go to: of a remote if there is one, else the local one. */
export async function defaultBranch(repository: GitRepository): Promise<string | undefined> {
  const remotes = repository.state.remotes
    .map(({ name }) => name)
    .sort((a, b) => Number(b === 'origin') - Number(a === 'origin'));
  const candidates = [
    ...remotes.flatMap((remote) => DEFAULT_BRANCHES.map((branch) => `${remote}/${branch}`)),
    ...DEFAULT_BRANCHES.slice(1),
  ];
  for (const candidate of candidates) {
    try {
      await repository.getCommit(candidate);
      return candidate;
    } catch {
      // There is no such branch: the next one may exist.
    }
  }
  return undefined;
}

/** Files that Git does not know yet are part of the working tree, but of no diff. */
function untracked({ state }: GitRepository): GitChange[] {
  return [...state.workingTreeChanges, ...(state.untrackedChanges ?? [])].filter(
    ({ status }) => status === STATUS.untracked,
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return said.split('\n', 1)[0] || error.message;
}
