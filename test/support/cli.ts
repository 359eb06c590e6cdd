import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export const ROOT = join(import.meta.dirname, '..', '..');
export const CLI = join(ROOT, 'dist', 'cli.js');

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Buffer | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Directory below the workspace to run in. */
  readonly cwd?: string | undefined;
  readonly uid?: number | undefined;
  /** Milliseconds until it is ended. */
  readonly timeout?: number | undefined;
}

/** A directory of its own with the given files, removed when the test ends. */
export class Workspace {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'immutable-cli-')));

  constructor(files: Readonly<Record<string, string | Buffer>> = {}) {
    if (!existsSync(CLI)) throw new Error('dist/cli.js is missing: run `npm run build`.');
    onTestFinished(() => {
      rmSync(this.path, { recursive: true, force: true });
    });
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }

  write(name: string, content: string | Buffer): void {
    const file = this.file(name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  read(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }

  file(name: string): string {
    return join(this.path, name);
  }

  remove(name: string): void {
    rmSync(this.file(name), { recursive: true });
  }

  /** Runs the built CLI here. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [CLI, ...args],
        {
          cwd: join(this.path, options.cwd ?? ''),
          env: { PATH: process.env['PATH'], HOME: this.path, ...options.env },
          maxBuffer: 256 * 1024 * 1024,
          timeout: options.timeout ?? 50_000,
          ...(options.uid === undefined ? {} : { uid: options.uid }),
        },
        (error, stdout, stderr) => {
          const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
          resolve({ code, stdout, stderr });
        },
      );
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(options.stdin ?? '');
    });
  }

  /** Findings as `--format json` gives them, with the run. */
  async lint(args: readonly string[] = [], options: RunOptions = {}): Promise<Outcome & { readonly json: JsonReport }> {
    const outcome = await this.run(['lint', '--format', 'json', ...args], options);
    if (outcome.stdout === '') throw new Error(`No output, exit code ${outcome.code}: ${outcome.stderr}`);
    return { ...outcome, json: JSON.parse(outcome.stdout) as JsonReport };
  }

  git(...args: string[]): string {
    return execFileSync('git', args, {
      cwd: this.path,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: this.path,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'A',
        GIT_AUTHOR_EMAIL: 'a@example.com',
        GIT_COMMITTER_NAME: 'A',
        GIT_COMMITTER_EMAIL: 'a@example.com',
      },
    });
  }

  /** Makes a repository with everything committed. */
  commitAll(): void {
    if (!existsSync(this.file('.git'))) this.git('init', '--quiet', '--initial-branch=main');
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', 'state');
  }
}

export interface JsonFinding {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly fingerprint: string;
  readonly change?: string;
  readonly suppressed?: { readonly reason: string | null };
  readonly fixes: readonly { readonly level: string; readonly title: string; readonly edits: readonly unknown[] }[];
}

export interface JsonReport {
  readonly version: number;
  readonly summary: Readonly<Record<string, number>>;
  readonly findings: readonly JsonFinding[];
  readonly suppressed: readonly JsonFinding[];
  readonly baselined: readonly JsonFinding[];
  readonly fixed?: readonly JsonFinding[];
  readonly staleBaseline: readonly unknown[];
  readonly notes: readonly { readonly path: string; readonly message: string }[];
  readonly problems: readonly {
    readonly path: string;
    readonly line: number;
    readonly severity: string;
    readonly message: string;
  }[];
  readonly errors: readonly unknown[];
}

/** A digest that could be one. */
export const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** One error, `mutable-reference/image-latest`, at 1:6. */
export const MUTABLE_DOCKERFILE = 'FROM node:latest\n';

/** No finding of that rule. */
export const IMMUTABLE_DOCKERFILE = `FROM node:22.11.0@${DIGEST}\n`;

export const LATEST = 'mutable-reference/image-latest';

/** Two files of one module with one safe fix: `$Latest` becomes the template's own version. */
export const MODULE = {
  'infra/template.tf':
    'resource "aws_launch_template" "app" {\n  name_prefix = "app-"\n  image_id    = "ami-0123456789abcdef0"\n}\n',
  'infra/group.tf':
    'resource "aws_autoscaling_group" "app" {\n  max_size = 2\n  min_size = 2\n\n  launch_template {\n    id      = aws_launch_template.app.id\n    version = "$Latest"\n  }\n}\n',
};

export const TEMPLATE_VERSION = 'mutable-reference/launch-template-version';

/** Where findings are, shortly: `Dockerfile:1:6 rule`. */
export function places(findings: readonly JsonFinding[]): string[] {
  return findings.map((finding) => `${finding.path}:${finding.line}:${finding.column} ${finding.rule}`);
}
