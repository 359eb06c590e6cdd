import type { Arguments, OptionSpec } from '../command-line';
import type { Io } from '../io';

export const JSON_OPTION: OptionSpec = { type: 'boolean', help: 'For programs.' };

/** Tells what a command did: a sentence, or with `--json` the facts. */
export function answer(args: Arguments, io: Io, facts: Readonly<Record<string, unknown>>, sentence: string): void {
  io.stdout.write(args.flag('json') ? `${JSON.stringify({ version: 1, ...facts }, null, 2)}\n` : `${sentence}\n`);
}
