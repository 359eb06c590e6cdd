import type { MappedText } from '../../core/mapped-text';
import { MappedTextBuilder } from '../../core/mapped-text';
import type { Instruction } from '../../lang/dockerfile/ast';
import { joinWords } from '../collect/start-command';

/**
 * The shell text that an instruction runs: `RUN`, `CMD`, `ENTRYPOINT`, `HEALTHCHECK CMD`, also under `ONBUILD`. The exec form
 * gives its words, quoted where they must be. A `RUN` that is nothing but a heredoc gives the heredoc's body, with its shebang.
 *
 * @param posixShell whether `SHELL` is one that reads POSIX scripts; when not, only the exec form has a script
 * @returns undefined for other instructions and when there is nothing to run
 */
export function scriptOf(instruction: Instruction, posixShell = true): MappedText | undefined {
  switch (instruction.keyword) {
    case 'ONBUILD':
    case 'HEALTHCHECK':
      return instruction.inner && scriptOf(instruction.inner, posixShell);
    case 'RUN':
    case 'CMD':
    case 'ENTRYPOINT':
      break;
    default:
      return undefined;
  }
  const { execForm, argument } = instruction;
  if (execForm) return execForm.length > 0 ? joinWords(execForm) : undefined;
  if (argument.length === 0 || !posixShell) return undefined;
  return instruction.heredocs.length > 0 ? withHeredocs(instruction) : argument;
}

function withHeredocs({ argument, heredocs }: Instruction): MappedText {
  const only = heredocs.length === 1 && /^\d*<<\S+$/.test(argument.text) ? heredocs[0] : undefined;
  if (only) return only.content;
  const end = argument.placeAt(argument.length) ?? { start: 0, end: 0 };
  const builder = new MappedTextBuilder().append(argument).opaque('\n', end);
  for (const { content, name } of heredocs) {
    const after = content.placeAt(content.length) ?? end;
    builder.append(content).opaque(`${name}\n`, after);
  }
  return builder.build();
}
