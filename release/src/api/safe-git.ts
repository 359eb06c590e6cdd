import { ask } from '../process/ask';
import { isMissing, resolveTool } from '../process/resolve-tool';
import { SAFE_GIT } from '../process/safe-git';
import { toolEnvironment } from '../process/tool-environment';

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
