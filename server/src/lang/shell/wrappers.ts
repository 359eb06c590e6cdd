import type { ShellWord } from './ast';

interface Wrapper {
  /** Options that take the next word. */
  readonly values: readonly string[];
  /** Positional words before the program: `timeout 5`, `chroot`-like tools. */
  readonly operands?: number;
}

/** Programs that only run another program (their manuals name the options with a value). */
const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  sudo: {
    values: [
      '-u',
      '-g',
      '-h',
      '-p',
      '-r',
      '-t',
      '-C',
      '-D',
      '-R',
      '-T',
      '-U',
      '--user',
      '--group',
      '--host',
      '--prompt',
      '--chdir',
    ],
  },
  doas: { values: ['-u', '-C'] },
  env: { values: ['-u', '--unset', '-C', '--chdir', '-S'] },
  nohup: { values: [] },
  exec: { values: ['-a'] },
  command: { values: [] },
  builtin: { values: [] },
  time: { values: ['-f', '-o', '--format', '--output'] },
  nice: { values: ['-n', '--adjustment'] },
  ionice: { values: ['-c', '-n', '-p', '--class', '--classdata'] },
  timeout: { values: ['-s', '-k', '--signal', '--kill-after'], operands: 1 },
  stdbuf: { values: ['-i', '-o', '-e'] },
  setsid: { values: [] },
  xargs: {
    values: ['-I', '-n', '-P', '-L', '-d', '-a', '-E', '-s', '--max-args', '--max-procs', '--delimiter', '--arg-file'],
  },
  eatmydata: { values: [] },
  'dumb-init': { values: [] },
  tini: { values: ['-p'] },
  gosu: { values: [], operands: 1 },
  'su-exec': { values: [], operands: 1 },
};

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh']);

export interface Unwrapped {
  readonly wrappers: readonly string[];
  readonly words: readonly ShellWord[];
  /** Assignments that `env` and `sudo` take as words. */
  readonly assignments: readonly { readonly name: string; readonly value: ShellWord | undefined }[];
  /** The script of `sh -c '…'` or `eval '…'`, when it is a single word. */
  readonly script: ShellWord | undefined;
}

/** Takes the wrappers off a command, and finds the script that a shell is given. */
export function unwrap(words: readonly ShellWord[]): Unwrapped {
  const wrappers: string[] = [];
  const assignments: { name: string; value: ShellWord | undefined }[] = [];
  let rest = words;
  for (;;) {
    const name = nameOf(rest[0]);
    const wrapper = name !== undefined && Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
    if (name === undefined || !wrapper) break;
    const start = programAt(rest, wrapper, assignments);
    // `command -v x` asks; `exec > file` and `env` alone run nothing else.
    if (start >= rest.length || (name === 'command' && /^-[vV]/.test(rest[1]?.text ?? ''))) break;
    wrappers.push(name);
    rest = rest.slice(start);
  }
  return { wrappers, words: rest, assignments, script: innerScript(rest) };
}

function programAt(
  words: readonly ShellWord[],
  wrapper: Wrapper,
  assignments: { name: string; value: ShellWord | undefined }[],
): number {
  let operands = wrapper.operands ?? 0;
  let i = 1;
  for (; i < words.length; i++) {
    const text = words[i]?.text ?? '';
    const assignment = /^([A-Za-z_]\w*)=/.exec(text);
    if (text === '--') return i + 1;
    if (text.startsWith('-') && text !== '-') {
      if (takesNextWord(text, wrapper.values)) i++;
    } else if (assignment) {
      const word = words[i];
      const name = assignment[1] ?? '';
      if (word) assignments.push({ name, value: withoutName(word, name.length + 1) });
    } else if (operands > 0) operands--;
    else break;
  }
  return i;
}

/** `-u`, `--user`, and `-Eu`: the letters before the one with a value are options of their own. */
function takesNextWord(text: string, values: readonly string[]): boolean {
  if (values.includes(text)) return true;
  if (!/^-[A-Za-z0-9]{2,}$/.test(text)) return false;
  const first = [...text.slice(1)].findIndex((letter) => values.includes(`-${letter}`));
  return first === text.length - 2;
}

function withoutName(word: ShellWord, length: number): ShellWord {
  const value = word.value.slice(length);
  return { ...word, text: value.text, value, complete: value.complete };
}

function innerScript(words: readonly ShellWord[]): ShellWord | undefined {
  const name = nameOf(words[0]);
  if (name === 'eval') return words.length === 2 ? words[1] : undefined;
  if (name === 'su' || name === 'runuser') {
    const at = words.findIndex((word) => /^-[a-z]*c$/.test(word.text) || word.text === '--command');
    return at > 0 ? words[at + 1] : undefined;
  }
  if (name === undefined || !SHELLS.has(name)) return undefined;
  for (let i = 1; i < words.length; i++) {
    const text = words[i]?.text ?? '';
    // `-euo pipefail -c …`: an `o` or `O` takes the next word.
    const operands = /^[-+][A-Za-z]+$/.test(text) ? text.replace(/[^oO]/g, '').length : 0;
    if (/^-[A-Za-z]*c[A-Za-z]*$/.test(text)) return words[i + 1 + operands];
    if (!text.startsWith('-') && !text.startsWith('+')) return undefined;
    i += text === '--rcfile' || text === '--init-file' ? 1 : operands;
  }
  return undefined;
}

function nameOf(word: ShellWord | undefined): string | undefined {
  return word?.text.slice(word.text.lastIndexOf('/') + 1);
}
