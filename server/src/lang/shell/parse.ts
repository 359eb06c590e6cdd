import { parse } from 'unbash';
import { HOLE, TextMemo, type MappedText } from '../../core/mapped-text';
import type { ShellScript } from './ast';
import { findComments } from './comments';
import { ScriptReader } from './reader';

export interface ShellOptions {
  /** Values of variables that the surroundings set (`ENV`, `env:`); asked after the script's own assignments. */
  readonly variables?: ((name: string) => MappedText | undefined) | undefined;
}

/** How deep `sh -c "…"` inside `sh -c "…"` is opened. */
const NESTING = 4;

/**
 * What was read from a text without asking for a variable of the surroundings: it is the same in all of them. Rules come
 * upon a script again that was a fact before.
 */
const readAlone = new TextMemo<ShellScript>();

/**
 * Parses a shell script and lists its simple commands. Never throws; text that is no shell gives whatever could be read
 * and its problems. Holes of the text are word characters, and make the words that hold them incomplete.
 */
export function parseShell(source: MappedText, options: ShellOptions = {}): ShellScript {
  const known = readAlone.get(source);
  if (known) return known;
  let asked = false;
  const variables = (name: string): MappedText | undefined => {
    asked = true;
    return options.variables?.(name);
  };
  const script = readScript(source, variables, 0);
  if (!asked) readAlone.set(source, script);
  return script;
}

function readScript(
  source: MappedText,
  variables: (name: string) => MappedText | undefined,
  depth: number,
): ShellScript {
  const reader = new ScriptReader(
    source,
    variables,
    depth < NESTING ? (inner, known) => readScript(inner, known, depth + 1) : undefined,
  );
  try {
    reader.script(parse(source.text));
  } catch (error) {
    reader.problems.push({ range: { start: 0, end: source.length }, message: String(error) });
  }
  return {
    source,
    commands: reader.commands,
    problems: reader.problems,
    comments: findComments(source, reader.occupied),
  };
}

/**
 * False for what names another interpreter: a shebang of something else, Windows boot data, batch files.
 * Text without a shebang counts as shell.
 */
export function looksLikePosixShell(text: string): boolean {
  const start = text.trimStart();
  if (/^(<powershell>|<script>|#ps1|rem\s|@echo|::|\$ErrorActionPreference\b)/i.test(start)) return false;
  const shebang = /^#!\s*(\S+)(?:[ \t]+(\S+))?(?:[ \t]+(\S+))?/.exec(start);
  if (!shebang) return true;
  let program = (shebang[1] ?? '').split('/').at(-1) ?? '';
  if (program === 'env') program = (shebang[2] === '-S' ? shebang[3] : shebang[2]) ?? '';
  return /^(ba|da|a|z|k|mk)?sh$|^busybox$/.test(program.replace(/[\d.]+$/, '')) || program.includes(HOLE);
}
