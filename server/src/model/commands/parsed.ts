import type { MappedText } from '../../core/mapped-text';
import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { parseShell } from '../../lang/shell/parse';

/** A text that a rule came upon itself, as a script. */
export function scriptIn(text: MappedText): ShellScript {
  return parseShell(text);
}

/** The simple commands of a text that a rule came upon itself: an argument that is no script fact. */
export function commandsIn(text: MappedText): readonly ShellCommand[] {
  return scriptIn(text).commands;
}
