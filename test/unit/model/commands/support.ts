import { MappedText } from '../../../../server/src/core/mapped-text';
import type { ShellCommand, ShellScript } from '../../../../server/src/lang/shell/ast';
import { parseShell } from '../../../../server/src/lang/shell/parse';

export function scriptOf(text: string): ShellScript {
  return parseShell(MappedText.verbatim(text, 0));
}

/** The first command of that name, or the first of all. */
export function commandOf(script: ShellScript, name?: string): ShellCommand {
  const found = script.commands.find((command) => name === undefined || command.name === name);
  if (!found) throw new Error('no such command');
  return found;
}
