import { ask } from '../../../../release/src/process/ask';
import { isMissing, resolveTool } from '../../../../release/src/process/resolve-tool';
import { SAFE_GIT } from '../../../../release/src/process/safe-git';
import { toolEnvironment } from '../../../../release/src/process/tool-environment';
import { requireTrust } from './trust';

/** Asks git something that it only reads. Undefined when it has no answer. @throws UntrustedError */
export async function askGit(folder: string, words: readonly string[]): Promise<string | undefined> {
  requireTrust();
  const tool = resolveTool('git', folder, process.env);
  if (isMissing(tool)) return undefined;
  try {
    const { code, standardOutput } = await ask({
      program: tool.path,
      words: [...SAFE_GIT, ...words],
      cwd: folder,
      environment: toolEnvironment(process.env),
      timeout: 10_000,
    });
    return code === 0 ? standardOutput.trim() : undefined;
  } catch {
    return undefined;
  }
}

/** `1272ab3 Make the shop faster`; undefined without git. */
export async function commitLine(folder: string, commit: string | null): Promise<string | undefined> {
  if (commit === null) return undefined;
  const subject = await askGit(folder, ['log', '-1', '--format=%s', commit, '--']);
  return subject === undefined ? commit.slice(0, 9) : `${commit.slice(0, 9)} ${subject}`;
}
