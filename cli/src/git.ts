import { execFile, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { UsageError } from './exit-codes';

/** A change of the working tree against a commit. Paths are relative to the root. */
export interface ChangedPath {
  /** Path before; undefined for a file that is new. */
  readonly before: string | undefined;
  /** Path now; undefined for a file that is gone. */
  readonly after: string | undefined;
}

/** Settings of the repository or the user that could run programs or change the output are turned off. */
const SAFE = [
  '-c',
  'core.quotePath=false',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '--no-pager',
];

const MAX_OUTPUT = 512 * 1024 * 1024;

/**
 * Asks Git about a repository. The program is started by its absolute path and never through a shell.
 */
export class Git {
  private readonly program: string;

  /** @throws UsageError when there is no Git */
  constructor(
    private readonly directory: string,
    private readonly env: Readonly<Record<string, string | undefined>>,
  ) {
    this.program = findProgram(env);
  }

  /**
   * The commit to compare with: where the history of `HEAD` left the one of `ref`, as in a pull request.
   *
   * @throws UsageError when `ref` names no commit
   */
  async mergeBase(ref: string): Promise<string> {
    if (ref.startsWith('-')) throw new UsageError(`\`${ref}\` is no Git reference.`);
    let commit: string;
    try {
      commit = (await this.run(['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`])).trim();
    } catch (error) {
      throw new UsageError(`Git finds no commit \`${ref}\`: ${firstLine(error)}`);
    }
    try {
      return (await this.run(['merge-base', commit, 'HEAD'])).trim();
    } catch {
      // No common history, or a shallow clone: the commit itself is the best there is.
      return commit;
    }
  }

  /** What differs between a commit and the working tree, untracked files included. */
  async changes(commit: string): Promise<ChangedPath[]> {
    const listed = await this.run([
      'diff',
      '--name-status',
      '-z',
      '--find-renames',
      '--no-ext-diff',
      '--no-textconv',
      '--relative',
      '--ignore-submodules=all',
      commit,
      '--',
    ]);
    const untracked = await this.run(['ls-files', '--others', '--exclude-standard', '-z']);
    return [
      ...parseNameStatus(listed),
      ...untracked
        .split('\0')
        .filter((path) => path !== '')
        .map((after) => ({ before: undefined, after })),
    ];
  }

  /** The contents of files in a commit, by path; those that are not there are left out. */
  async contents(commit: string, paths: readonly string[]): Promise<Map<string, Buffer>> {
    const wanted = paths.filter((path) => !/[\n\r]/.test(path));
    const found = new Map<string, Buffer>();
    if (wanted.length === 0) return found;
    const output = await this.feed(['cat-file', '--batch'], wanted.map((path) => `${commit}:./${path}\n`).join(''));
    let at = 0;
    for (const path of wanted) {
      const lineEnd = output.indexOf(10, at);
      if (lineEnd < 0) break;
      const [, type, size] = /^\S+ (\S+) (\d+)$/.exec(output.toString('utf8', at, lineEnd)) ?? [];
      at = lineEnd + 1;
      if (type === undefined || size === undefined) continue;
      if (type === 'blob') found.set(path, output.subarray(at, at + Number(size)));
      at += Number(size) + 1;
    }
    return found;
  }

  private run(args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { cwd: this.directory, env: this.environment(), maxBuffer: MAX_OUTPUT, windowsHide: true };
      execFile(this.program, [...SAFE, ...args], options, (error, stdout, stderr) => {
        if (error) reject(new Error(stderr.trim() || error.message));
        else resolve(stdout);
      });
    });
  }

  private feed(args: readonly string[], input: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.program, [...SAFE, ...args], {
        cwd: this.directory,
        env: this.environment(),
        windowsHide: true,
      });
      const parts: Buffer[] = [];
      let complaints = '';
      child.stdout.on('data', (part: Buffer) => parts.push(part));
      child.stderr.on('data', (part: Buffer) => (complaints += part.toString('utf8')));
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve(Buffer.concat(parts));
        else reject(new Error(complaints.trim() || `git ended with code ${code}`));
      });
      // Git may end before it has read everything; its exit code then says why.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  }

  private environment(): NodeJS.ProcessEnv {
    return { ...this.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
  }
}

/** `A\0path\0`, `M\0path\0`, `D\0path\0`, `R100\0old\0new\0`. */
export function parseNameStatus(output: string): ChangedPath[] {
  const fields = output.split('\0');
  const changes: ChangedPath[] = [];
  for (let at = 0; at + 1 < fields.length;) {
    const status = fields[at]?.[0];
    const first = fields[at + 1];
    if (status === 'R' || status === 'C') {
      const second = fields[at + 2];
      changes.push({ before: status === 'R' ? first : undefined, after: second });
      at += 3;
    } else {
      changes.push({ before: status === 'A' ? undefined : first, after: status === 'D' ? undefined : first });
      at += 2;
    }
  }
  return changes;
}

/** Looks in absolute directories only, so that a `git` in the repository is never run. */
function findProgram(env: Readonly<Record<string, string | undefined>>): string {
  const names = process.platform === 'win32' ? ['git.exe'] : ['git'];
  for (const directory of (env['PATH'] ?? env['Path'] ?? '').split(delimiter)) {
    if (!isAbsolute(directory)) continue;
    for (const name of names) {
      const file = join(directory, name);
      try {
        accessSync(file, constants.X_OK);
        if (statSync(file).isFile()) return file;
      } catch {
        continue;
      }
    }
  }
  throw new UsageError('--diff-base needs Git, and there is no `git` on the PATH.');
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? '';
}
