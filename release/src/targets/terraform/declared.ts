import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The variable that carries the name of the release onto the target, where the configuration has it. */
export const RELEASE_VARIABLE = 'immutable_release';

/**
 * Names of the variables of a root module. Terraform only warns of a value for a variable that does not exist, and then
 * deploys nothing.
 */
export function declaredVariables(directory: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const file of readdirSync(directory)) {
    if (/\.tf$|\.tofu$/.test(file)) {
      const text = readFileSync(join(directory, file), 'utf8');
      for (const [, name = ''] of text.matchAll(/^\s*variable\s+"?([\w-]+)"?\s*\{/gm)) names.add(name);
    } else if (/\.(tf|tofu)\.json$/.test(file)) {
      for (const name of variablesOfJson(readFileSync(join(directory, file), 'utf8'))) names.add(name);
    }
  }
  return names;
}

function variablesOfJson(text: string): string[] {
  try {
    const { variable = {} } = JSON.parse(text) as { variable?: object | readonly object[] };
    return (Array.isArray(variable) ? (variable as object[]) : [variable]).flatMap((block) => Object.keys(block));
  } catch {
    // Terraform says what is wrong with it.
    return [];
  }
}
