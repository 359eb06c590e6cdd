import { ask } from '../process/ask';
import { isMissing, resolveTool } from '../process/resolve-tool';
import { toolEnvironment } from '../process/tool-environment';

/** Hooks and monitors of a repository run programs that it brings: none of them may (release-engine.md §3.12). */
export const SAFE_GIT: readonly string[] = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.pager=cat',
];

/** Asks git: what it prints, trimmed; undefined when it fails. */
export type Git = (...words: readonly string[]) => Promise<string | undefined>;

/** Git for questions about a workspace; undefined when it is not installed. */
export function safeGit(workspace: string): Git | undefined {
  const tool = resolveTool('git', workspace, process.env);
  if (isMissing(tool)) return undefined;
  return async (...words) => {
    const answer = await ask({
      program: tool.path,
      words: [...SAFE_GIT, ...words],
      cwd: workspace,
      environment: toolEnvironment(process.env),
      timeout: 30_000,
    });
    return answer.code === 0 ? answer.standardOutput.trim() : undefined;
  };
}
