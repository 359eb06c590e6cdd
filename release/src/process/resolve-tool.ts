import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { repositoryTop } from '../state-root';

/** A program, by the one file that is run. */
export interface ResolvedTool {
  readonly name: string;
  /** Absolute and without symbolic links, outside of the workspace. */
  readonly path: string;
}

/** Why a tool cannot be run, for people. */
export interface MissingTool {
  readonly name: string;
  readonly problem: string;
}

/**
 * Finds a program on PATH. One that lies in the workspace, or in its repository, is passed over and named: a repository
 * must not bring the terraform that is run with the user's credentials. Relative entries of PATH are passed over as well.
 *
 * @param name without a directory, or an absolute path
 * @param workspace absolute path
 */
export function resolveTool(
  name: string,
  workspace: string,
  environment: Readonly<Record<string, string | undefined>>,
): ResolvedTool | MissingTool {
  const { path, ignored } = searchTool(name, workspace, environment);
  if (path !== undefined) return { name, path };
  const passedOver = ignored.length > 0 ? ` ${ignored.join(', ')} was passed over: it lies in the workspace.` : '';
  return { name, problem: `\`${name}\` is not on PATH.${passedOver} Install it, or name its directory in PATH.` };
}

/** As `resolveTool`, with the files of the workspace that come earlier on PATH and are passed over. */
export function searchTool(
  name: string,
  workspace: string,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly path: string | undefined; readonly ignored: readonly string[] } {
  const real = realpathSync(workspace);
  // A pipeline may lie deep in its repository: what stands beside it came by the same push.
  const tops = [real, resolve(workspace)].map((path) => repositoryTop(path) ?? path);
  const isOurs = (path: string): boolean => tops.some((top) => isInside(path, top));
  const ignored: string[] = [];
  for (const candidate of candidatesOf(name, environment)) {
    const path = executableAt(candidate);
    if (path === undefined) continue;
    // The place that PATH names counts as much as the place it leads to.
    if (isOurs(path) || isOurs(resolve(candidate))) {
      ignored.push(candidate);
      continue;
    }
    return { path, ignored };
  }
  return { path: undefined, ignored };
}

export function isMissing(tool: ResolvedTool | MissingTool): tool is MissingTool {
  return 'problem' in tool;
}

function candidatesOf(name: string, environment: Readonly<Record<string, string | undefined>>): string[] {
  if (isAbsolute(name)) return [name];
  // A path such as ./deploy.sh would be looked up from wherever we stand.
  if (name === '' || name.includes('/') || name.includes(sep)) return [];
  const directories = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter).filter(isAbsolute);
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat', ''] : [''];
  return directories.flatMap((directory) => endings.map((ending) => join(directory, name + ending)));
}

function executableAt(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    accessSync(real, constants.X_OK);
    return statSync(real).isFile() ? real : undefined;
  } catch {
    return undefined;
  }
}

function isInside(path: string, directory: string): boolean {
  const from = relative(directory, path);
  return from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from);
}
