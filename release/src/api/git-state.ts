import { ask } from '../process/ask';
import { isMissing, resolveTool } from '../process/resolve-tool';
import { toolEnvironment } from '../process/tool-environment';
import type { RunSpec } from '../run/spec';

/** Hooks and monitors of a repository run programs that it brings: none of them may (release-engine.md §3.12). */
export const SAFE_GIT = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'core.pager=cat'];

const NOTHING: RunSpec['git'] = { commit: null, branch: null, dirty: false, pushed: null };

/** What git says of a workspace, and who the user is to git. Without git, or a repository, nothing. */
export async function gitState(
  workspace: string,
): Promise<{ readonly git: RunSpec['git']; readonly identity: string | null }> {
  const tool = resolveTool('git', workspace, process.env);
  if (isMissing(tool)) return { git: NOTHING, identity: null };
  const git = async (...words: string[]): Promise<string | undefined> => {
    const answer = await ask({
      program: tool.path,
      words: [...SAFE_GIT, ...words],
      cwd: workspace,
      environment: toolEnvironment(process.env),
      timeout: 30_000,
    });
    return answer.code === 0 ? answer.standardOutput.trim() : undefined;
  };
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
