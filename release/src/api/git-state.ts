import type { RunSpec } from '../run/spec';
import { safeGit } from './safe-git';

const NOTHING: RunSpec['git'] = { commit: null, branch: null, dirty: false, pushed: null };

/** What git says of a workspace, and who the user is to git. Without git, or a repository, nothing. */
export async function gitState(
  workspace: string,
): Promise<{ readonly git: RunSpec['git']; readonly identity: string | null }> {
  const git = safeGit(workspace);
  if (!git) return { git: NOTHING, identity: null };
  const [name, mail] = [await git('config', 'user.name'), await git('config', 'user.email')];
  const identity = name === undefined ? null : mail === undefined ? name : `${name} <${mail}>`;
  const commit = await git('rev-parse', '--verify', 'HEAD');
  if (commit === undefined) return { git: NOTHING, identity };
  const branch = await git('symbolic-ref', '--short', '-q', 'HEAD');
  const status = await git('status', '--porcelain=v1', '--untracked-files=normal');
  const remotes = await git('branch', '--remotes', '--contains', commit);
  const hasRemote = (await git('remote')) ?? '';
  return {
    git: {
      commit,
      branch: branch ?? null,
      dirty: status !== '',
      pushed: hasRemote === '' ? null : (remotes ?? '') !== '',
    },
    identity,
  };
}
