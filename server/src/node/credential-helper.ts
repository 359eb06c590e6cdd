import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, relative } from 'node:path';
import type { Credentials } from '../workspace/digests';

export interface HelperSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directories whose programs are never run: what a repository brings along is not trusted. */
  readonly workspaces: readonly string[];
  readonly timeoutMs?: number | undefined;
}

/** Helpers may ask the system's key ring; more time than this means that they wait for a person. */
const DEFAULT_TIMEOUT_MS = 10_000;

const MAX_OUTPUT = 64 * 1024;

/**
 * Asks a credential helper (`docker-credential-<name> get`, github.com/docker/docker-credential-helpers).
 *
 * @param server the key under which Docker keeps the registry
 * @returns undefined when there is no such helper, it knows nothing, or it does not answer as it should
 */
export async function askHelper(
  name: string,
  server: string,
  around: HelperSurroundings,
): Promise<Credentials | undefined> {
  const program = findHelper(name, around);
  if (program === undefined) return undefined;
  const output = await run(program, server, around);
  return output === undefined ? undefined : readAnswer(output);
}

/** Absolute path of the helper on PATH, outside of every workspace. */
export function findHelper(name: string, { env, workspaces }: HelperSurroundings): string | undefined {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name)) return undefined;
  const file = `docker-credential-${name}${process.platform === 'win32' ? '.exe' : ''}`;
  const forbidden = workspaces.flatMap((workspace) => [workspace, realPath(workspace) ?? workspace]);
  const isForbidden = (path: string): boolean => forbidden.some((directory) => isBelow(path, directory));
  for (const directory of (env['PATH'] ?? env['Path'] ?? '').split(delimiter)) {
    // An empty or relative entry means the working directory.
    if (!isAbsolute(directory)) continue;
    const path = join(directory, file);
    const real = realPath(path);
    if (real === undefined || isForbidden(path) || isForbidden(real) || !isProgram(real)) continue;
    // The name stays: one program may be several helpers.
    return path;
  }
  return undefined;
}

function run(program: string, server: string, { env, timeoutMs }: HelperSurroundings): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      ['get'],
      {
        cwd: homedir(),
        env: { ...env },
        timeout: timeoutMs ?? DEFAULT_TIMEOUT_MS,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT,
        windowsHide: true,
        shell: false,
      },
      (error, stdout) => resolve(error ? undefined : stdout),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(server);
  });
}

/** A user name `<token>` marks a refresh token. */
function readAnswer(output: string): Credentials | undefined {
  let json: unknown;
  try {
    json = JSON.parse(output);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { Username: username, Secret: secret } = json as Record<string, unknown>;
  if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined;
  return username === '<token>' ? { identityToken: secret } : { username, password: secret };
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isBelow(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return (
    way === '' ||
    (way !== '..' && !way.startsWith(`..${process.platform === 'win32' ? '\\' : '/'}`) && !isAbsolute(way))
  );
}
