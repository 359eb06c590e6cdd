import type { ShellCommand, ShellScript } from '../../lang/shell/ast';

const FETCHERS: ReadonlySet<string> = new Set(['curl', 'wget']);

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'zsh', 'dash', 'ash', 'ksh']);

/** Interpreters, with the options that give them a program of their own (their manuals): the download is then data. */
const INTERPRETERS: readonly (readonly [name: RegExp, program: RegExp])[] = [
  [/^python\d*(\.\d+)?$/, /^-\w*[cm]/],
  [/^perl$/, /^-\w*[eE]/],
  [/^ruby$/, /^-\w*e/],
  [/^node$/, /^(-\w*[ep]|--eval|--print)/],
];

function ownProgram(interpreter: string): RegExp | undefined {
  return INTERPRETERS.find(([name]) => name.test(interpreter))?.[1];
}

/** True for `curl` and `wget`. */
export function isFetch(command: ShellCommand): boolean {
  return FETCHERS.has(command.name);
}

/**
 * True when a shell runs what the command downloads without anybody having looked at it: `curl … | sh`,
 * `bash <(curl …)`, `sh -c "$(curl …)"`, `eval "$(curl …)"`, `source <(curl …)`.
 */
export function isRunUnseen(command: ShellCommand, script: ShellScript): boolean {
  if (!isFetch(command)) return false;
  const { id, index } = command.pipeline;
  const piped = script.commands.some(
    (other) => other.pipeline.id === id && other.pipeline.index > index && readsProgram(other),
  );
  return piped || (command.inSubstitution && script.commands.some((other) => runsSubstitution(other, command, script)));
}

/** The program comes from standard input: no file, no `-c`. */
function readsProgram(command: ShellCommand): boolean {
  const options = command.words.slice(1).map((word) => word.text);
  const inline = ownProgram(command.name);
  if (inline) {
    if (options.some((option) => inline.test(option))) return false;
  } else if (SHELLS.has(command.name)) {
    if (options.some((option) => /^-\w*c$/.test(option))) return false;
    // `-s` reads standard input, and the words after it are the script's arguments.
    if (options.some((option) => /^-\w*s\w*$/.test(option))) return true;
  } else return false;
  const first = options.find((option) => !option.startsWith('-') || option === '-');
  return first === undefined || first === '-' || first === '/dev/stdin';
}

/** The download stands in the word that the shell takes for its program. */
function runsSubstitution(command: ShellCommand, fetch: ShellCommand, script: ShellScript): boolean {
  const index = command.words.findIndex(({ range }) => range.start < fetch.range.start && range.end >= fetch.range.end);
  const word = command.words[index];
  if (!word || index < 1) return false;
  const written = script.source.text.slice(word.range.start, word.range.end);
  // `eval "x=$(curl …)"` takes the answer for a value.
  const whole = /^(["']?)(\$\(|`|<\()/.test(written);
  if (!whole) return false;
  if (command.name === 'eval') return index === 1;
  if (command.name === 'source' || command.name === '.') return index === 1 && written.startsWith('<(');
  if (!SHELLS.has(command.name) && !ownProgram(command.name)) return false;
  if (written.startsWith('<(')) return command.words.slice(1, index).every((each) => each.text.startsWith('-'));
  return /^-\w*[ce]$/.test(command.words[index - 1]?.text ?? '');
}
