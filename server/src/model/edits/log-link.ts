import type { Fix } from '../../core/finding';
import type { Instruction } from '../../lang/dockerfile/ast';
import type { Dockerfile, Stage } from '../dockerfile';
import { insertBefore } from './dockerfile';

/** Images without a shell: a RUN cannot run in them. */
const WITHOUT_SHELL = /^scratch$|distroless|(^|\/)static([:@]|$)/;

/** The standard stream for a log: errors have one of their own. */
export function streamFor(path: string): '/dev/stdout' | '/dev/stderr' {
  return /err/i.test(path.slice(path.lastIndexOf('/'))) ? '/dev/stderr' : '/dev/stdout';
}

/**
 * A suggestion that links a log file to the standard stream while the image is built, as the official image of nginx does.
 * The line goes before the instruction, or before the `USER` that takes the right to write there.
 *
 * @param before the instruction that starts the program or names the file
 */
export function linkFix(dockerfile: Dockerfile, stage: Stage, before: Instruction, path: string): readonly Fix[] {
  const bases = [stage, ...stage.parents].map(({ base }) => base.text);
  if (!/^\/[\w./-]+$/.test(path) || bases.some((base) => WITHOUT_SHELL.test(base))) return [];
  const place = asRoot(stage, before);
  if (!dockerfile.hasPosixShell(place)) return [];
  const directory = path.slice(0, path.lastIndexOf('/'));
  const make = directory === '' || directory === '/var/log' ? '' : `mkdir -p ${directory} && `;
  const stream = streamFor(path);
  const line = `RUN ${make}ln -sf ${stream} ${path}`;
  const edit = insertBefore(dockerfile.syntax.text, place, [line]);
  return [{ level: 'suggestion', title: `Link \`${path}\` to \`${stream}\``, edits: [edit] }];
}

/** The instruction itself, or the `USER` before it after which nothing is root any more. */
function asRoot(stage: Stage, before: Instruction): Instruction {
  let place: Instruction | undefined;
  for (const instruction of stage.instructions) {
    if (instruction.range.start >= before.range.start) break;
    if (instruction.keyword !== 'USER') continue;
    if (/^(root|0)(:|$)/.test(instruction.argument.text)) place = undefined;
    else place ??= instruction;
  }
  return place ?? before;
}
