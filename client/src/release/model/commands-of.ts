import { createHash } from 'node:crypto';
import type { CommandLine, Pipeline } from '../../../../release/src/config/types';

/** Every program that a pipeline itself names, with its words: what a changed file could run. */
export function commandsOf(pipeline: Pipeline): readonly CommandLine[] {
  const commands: CommandLine[] = pipeline.gates.tests.map(({ command }) => command);
  for (const image of pipeline.images.values()) commands.push(...image.tests.map(({ command }) => command));
  for (const { health, route, target } of pipeline.environments.values()) {
    for (const check of health) if (check.kind === 'command') commands.push(check.command);
    if (route?.kind === 'file' && route.reload) commands.push(route.reload);
    if (target.kind !== 'containers') continue;
    for (const { environment } of target.run)
      for (const value of Object.values(environment)) if ('fromCommand' in value) commands.push(value.fromCommand);
  }
  return commands;
}

/** The same for the same commands in the same order; empty for none. */
export function hashOfCommands(commands: readonly CommandLine[]): string {
  return commands.length === 0 ? '' : createHash('sha256').update(JSON.stringify(commands)).digest('hex');
}
