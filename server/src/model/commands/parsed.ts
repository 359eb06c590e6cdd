import type { MappedText } from '../../core/mapped-text';
import type { ShellCommand } from '../../lang/shell/ast';
import { parseShell } from '../../lang/shell/parse';

/** The simple commands of a text that a rule came upon itself: an argument that is no script fact. */
export function commandsIn(text: MappedText): readonly ShellCommand[] {
  return parseShell(text).commands;
}
