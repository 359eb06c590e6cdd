import { execFileSync } from 'node:child_process';
import type { EnvironmentConfig, EnvironmentValue } from '../config/types';
import { isMissing, resolveTool } from '../process/resolve-tool';
import { toolEnvironment } from '../process/tool-environment';
import { SECRET_NAME } from './patterns';
import type { Secret } from './redactor';

/** A value that the pipeline names is not there. */
export class MissingValueError extends Error {}

/** Variables of our own environment that are secrets by their name: no tool may print them into a log. */
export function secretsInEnvironment(environment: Readonly<Record<string, string | undefined>>): Secret[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    SECRET_NAME.test(name) && value !== undefined && value !== '' ? [{ name, value }] : [],
  );
}

/**
 * Values that an environment takes from elsewhere, by the name of the variable that they become.
 *
 * @returns the values, and for each that is not there what to set: a run must not end without a word because of it
 */
export function valuesOf(
  environment: EnvironmentConfig | undefined,
  own: Readonly<Record<string, string | undefined>>,
  workspace: string,
): { readonly secrets: readonly Secret[]; readonly missing: readonly string[] } {
  const secrets: Secret[] = [];
  const missing: string[] = [];
  const runs = environment?.target.kind === 'containers' ? environment.target.run : [];
  for (const [name, value] of runs.flatMap((run) => Object.entries(run.environment))) {
    if ('value' in value) continue;
    try {
      secrets.push({ name, value: resolveValue(name, value, own, workspace) });
    } catch (error) {
      if (!(error instanceof MissingValueError)) throw error;
      missing.push(error.message);
    }
  }
  return { secrets, missing };
}

/**
 * What one variable becomes.
 *
 * @throws MissingValueError naming what to set
 */
export function resolveValue(
  name: string,
  value: EnvironmentValue,
  own: Readonly<Record<string, string | undefined>>,
  workspace: string,
): string {
  if ('value' in value) return value.value;
  if ('fromEnv' in value) {
    const found = own[value.fromEnv];
    if (found === undefined)
      throw new MissingValueError(`${name} comes from ${value.fromEnv}, which is not set. Set it and run again.`);
    return found;
  }
  const [program, ...words] = value.fromCommand;
  const tool = resolveTool(program, workspace, own);
  if (isMissing(tool)) throw new MissingValueError(`${name}: ${tool.problem}`);
  try {
    const text = execFileSync(tool.path, words, {
      cwd: workspace,
      env: toolEnvironment(own),
      encoding: 'utf8',
      timeout: 60_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.replace(/\r?\n$/, '');
  } catch {
    // What it printed may hold the secret: it is not shown.
    throw new MissingValueError(`${name}: \`${program}\` failed. Run it by hand to see why.`);
  }
}
