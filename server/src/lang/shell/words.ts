import type { ShellCommand, ShellWord } from './ast';

/**
 * The words after the program that are neither options nor their values.
 *
 * @param withValue options that take the next word as their value
 */
export function positionals(command: ShellCommand, withValue: ReadonlySet<string>): ShellWord[] {
  const found: ShellWord[] = [];
  for (let i = 1; i < command.words.length; i++) {
    const word = command.words[i];
    if (!word) break;
    if (word.text === '--') {
      found.push(...command.words.slice(i + 1));
      break;
    }
    if (!word.text.startsWith('-') || word.text === '-') found.push(word);
    else if (takesNext(word.text, (name) => withValue.has(name))) i++;
  }
  return found;
}

/** True when one of the options is given: exactly, with `=value`, or among combined short options (`-fsSL` has `-f`). */
export function hasFlag(command: ShellCommand, ...names: readonly string[]): boolean {
  const end = endOfOptions(command);
  for (let i = 1; i < end; i++) {
    const text = command.words[i]?.text ?? '';
    for (const name of names) if (matches(text, name)) return true;
  }
  return false;
}

/**
 * The value of an option: `--x=v`, `--x v`, `-x v`, `-xv`, `-abx v`. Undefined when the option or its value is absent.
 */
export function flagValue(command: ShellCommand, ...names: readonly string[]): string | undefined {
  const { words } = command;
  const end = endOfOptions(command);
  for (let i = 1; i < end; i++) {
    const text = words[i]?.text ?? '';
    for (const name of names) {
      if (takesNext(text, (option) => option === name)) return i + 1 < end ? words[i + 1]?.text : undefined;
      if (text.startsWith(`${name}=`)) return text.slice(name.length + 1);
      if (isShort(name) && text.startsWith(name) && text.length > 2) return text.slice(2);
    }
  }
  return undefined;
}

/** Where the options end: at `--`, or behind the last word. */
function endOfOptions({ words }: ShellCommand): number {
  for (let i = 1; i < words.length; i++) if (words[i]?.text === '--') return i;
  return words.length;
}

/** `-o`, `--output`, and `-fsSLo`, in which the first letter that has a value is the last one. */
function takesNext(text: string, hasValue: (name: string) => boolean): boolean {
  if (hasValue(text)) return true;
  if (!/^-[A-Za-z]{2,}$/.test(text)) return false;
  return [...text.slice(1)].findIndex((letter) => hasValue(`-${letter}`)) === text.length - 2;
}

function matches(text: string, name: string): boolean {
  if (text === name || text.startsWith(`${name}=`)) return true;
  return isShort(name) && /^-[A-Za-z]{2,}$/.test(text) && !text.startsWith('--') && text.includes(name.slice(1));
}

function isShort(name: string): boolean {
  return /^-[A-Za-z]$/.test(name);
}
