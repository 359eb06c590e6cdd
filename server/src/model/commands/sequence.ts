import { HOLE } from '../../core/mapped-text';
import type { Instruction } from '../../lang/dockerfile/ast';
import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { parseShell } from '../../lang/shell/parse';
import type { Dockerfile, Stage } from '../dockerfile';
import type { ScriptUse } from '../facts';

/** A command, its script, and the directory in which it runs. */
export interface PlacedCommand {
  readonly command: ShellCommand;
  readonly shell: ShellScript;
  /** Relative to where the script starts when it has no slash in front; parts that are not known are holes. */
  readonly directory: string;
}

/**
 * The commands of a script in order. For a `RUN` those of the later `RUN`s of its stage follow: when one of them fails, the
 * build fails, so that what it checks or changes counts for the layers before it.
 */
export function commandsFrom(script: ScriptUse): readonly PlacedCommand[] {
  const { owner, shell } = script;
  if (owner.type !== 'dockerfile' || owner.keyword !== 'RUN') return placed(shell, '');
  const at = shell.source.placeAt(0)?.start ?? 0;
  const own = owner.stage.instructions.filter(({ keyword, range }) => keyword === 'RUN' && range.start <= at).at(-1);
  return own ? commandsAfter(owner.dockerfile, owner.stage, own, shell) : placed(shell, '');
}

/**
 * The commands of a stage's `RUN`s after an instruction.
 *
 * @param own the parsed script of that instruction; its commands come first
 */
export function commandsAfter(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  own?: ShellScript,
): readonly PlacedCommand[] {
  const found: PlacedCommand[] = [];
  let directory = '';
  for (const each of stage.instructions) {
    if (each.keyword === 'WORKDIR') directory = enter(directory, dockerfile.expand(each.argument, each).text);
    if (each === instruction && own) found.push(...placed(own, directory));
    if (each.keyword !== 'RUN' || each.range.start <= instruction.range.start) continue;
    const text = dockerfile.scriptOf(each);
    if (text) found.push(...placed(parseShell(text, { variables: dockerfile.variablesAt(each) }), directory));
  }
  return found;
}

function placed(shell: ShellScript, start: string): PlacedCommand[] {
  const before: string[] = [];
  let directory = start;
  return shell.commands.map((command) => {
    const own = { command, shell, directory };
    if (command.inSubstitution) return own;
    const target = command.words[1]?.text ?? '';
    if (command.name === 'popd') directory = before.pop() ?? HOLE;
    else if (command.name === 'pushd' || command.name === 'cd') {
      const previous = before.at(-1) ?? HOLE;
      before.push(directory);
      directory = target === '-' ? previous : enter(directory, target === '' ? '~' : target);
    }
    return own;
  });
}

/** The directory that `cd` leads to. */
export function enter(directory: string, target: string): string {
  const path = target.replace(/^["']|["']$/g, '');
  const joined = /^[/~\uE000]/.test(path) ? path : `${directory}/${path}`;
  const parts: string[] = [];
  for (const part of joined.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const absolute = joined.startsWith('/') && (path.startsWith('/') || directory.startsWith('/'));
  return `${absolute ? '/' : ''}${parts.join('/')}`;
}
