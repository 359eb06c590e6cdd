import { spawnSync } from 'node:child_process';
import { isMissing, resolveTool } from '../process/resolve-tool';
import { toolEnvironment } from '../process/tool-environment';

/** Hooks and monitors of a repository run programs that it brings, and so does the transport `ext`: none of them may. */
const SAFE = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.pager', 'cat'],
  ['protocol.ext.allow', 'never'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
].flatMap(([name, value]) => ['-c', `${name ?? ''}=${value ?? ''}`]);

/** Nobody is there to answer; the ledger has no author of its own, its records name who did what. */
const QUIET: Readonly<Record<string, string>> = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS_REQUIRE: 'never',
  GCM_INTERACTIVE: 'never',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_AUTHOR_NAME: 'Immutable Infra',
  GIT_AUTHOR_EMAIL: 'ledger@immutable-infra.invalid',
  GIT_COMMITTER_NAME: 'Immutable Infra',
  GIT_COMMITTER_EMAIL: 'ledger@immutable-infra.invalid',
};

const LARGEST_ANSWER = 512 * 1024 * 1024;

/** The team's ledger cannot be reached, or takes nothing. What is to be written waits here. */
export class UnreachableError extends Error {
  constructor(
    readonly remote: string,
    why: string,
  ) {
    super(`The team's ledger at \`${remote}\` cannot be reached: ${why}`);
    this.name = 'UnreachableError';
  }
}

/** What git answers. */
export interface GitAnswer {
  readonly code: number | null;
  readonly output: Buffer;
  /** What went wrong, in one line, without credentials. */
  readonly problem: string;
}

/**
 * Git for the ledger: plumbing that touches neither the index nor the work tree. It blocks, so that a record is
 * delivered before the next step begins, and nothing of us comes between two questions.
 */
export class Git {
  private constructor(
    private readonly program: string,
    private readonly workspace: string,
    private readonly own: Readonly<Record<string, string | undefined>>,
  ) {}

  /** @returns why there is no git */
  static find(workspace: string, own: Readonly<Record<string, string | undefined>> = process.env): Git | string {
    const tool = resolveTool('git', workspace, own);
    return isMissing(tool) ? tool.problem : new Git(tool.path, workspace, own);
  }

  /** @param timeout milliseconds; then git is ended, and has no code */
  run(words: readonly string[], timeout: number, input: string | Buffer = ''): GitAnswer {
    const result = spawnSync(this.program, [...SAFE, ...words], {
      cwd: this.workspace,
      env: toolEnvironment(this.own, QUIET),
      shell: false,
      // A session of its own has no terminal that ssh could ask on.
      detached: true,
      windowsHide: true,
      timeout,
      maxBuffer: LARGEST_ANSWER,
      input,
    } as Parameters<typeof spawnSync>[2]);
    const said = String(result.stderr ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    const why = said.find((line) => /^(fatal|error|remote|ssh|!)/i.test(line)) ?? said[0];
    const late = isTimeout(result.error) ? `no answer within ${timeout / 1000} s` : result.error?.message;
    return {
      code: result.status,
      output: Buffer.isBuffer(result.stdout) ? result.stdout : Buffer.alloc(0),
      problem: (late ?? why ?? `git ${words[0] ?? ''}: exit code ${result.status ?? 'unknown'}`).replace(
        /\/\/[^@/\s]*@/g,
        '//',
      ),
    };
  }

  /**
   * What a local question is answered.
   *
   * @throws Error with git's own words
   */
  answer(words: readonly string[], input: string | Buffer = ''): Buffer {
    const { code, output, problem } = this.run(words, 60_000, input);
    if (code === 0) return output;
    throw new Error(`git ${words[0] ?? ''}: ${problem}`);
  }

  /** As `answer`, the first line of it. */
  word(words: readonly string[], input: string | Buffer = ''): string {
    return this.answer(words, input).toString('utf8').trim();
  }
}

function isTimeout(error: Error | undefined): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT';
}
