import type { MappedText } from '../../core/mapped-text';
import type { Place, Range } from '../../core/text';
import type { SyntaxProblem } from '../syntax';

/** One word of a command: quotes removed, every expansion whose value is not known replaced by one HOLE. */
export interface ShellWord {
  readonly text: string;
  /** The same text with the place of each part: a variable's value maps to where that was written. */
  readonly value: MappedText;
  /** Offsets in the script's text, with quotes. */
  readonly range: Range;
  /** Where it was written, in the file that holds the script. */
  readonly at: Place;
  /** No part of it is unknown. */
  readonly complete: boolean;
}

export interface ShellRedirect {
  /** `>`, `>>`, `<`, `&>`, `>|`, `<<<`, `<<` … */
  readonly operator: string;
  /** The descriptor written before the operator; undefined when none was. */
  readonly descriptor: number | undefined;
  readonly target: ShellWord | undefined;
  /** The body of a here-document. */
  readonly content: MappedText | undefined;
  readonly at: Place;
}

/** A simple command, with the wrappers before it taken off. */
export interface ShellCommand {
  /** Name of the program without its directory: `apt-get` for `sudo -E /usr/bin/apt-get …`. A HOLE when unknown. */
  readonly name: string;
  /** The program's own argument vector; `words[0]` is the program as written. */
  readonly words: readonly ShellWord[];
  /** Wrappers taken off from the left: `sudo`, `env`, `nohup`, `exec`, `time`, `nice`, `xargs` … */
  readonly wrappers: readonly string[];
  /** `A=1` before the command (and the arguments of `env`); a command of only assignments has no words. */
  readonly assignments: readonly { readonly name: string; readonly value: ShellWord | undefined }[];
  readonly redirects: readonly ShellRedirect[];
  /** Commands of one pipeline share an id; `index` counts from 0, `length` is how many there are. */
  readonly pipeline: { readonly id: number; readonly index: number; readonly length: number };
  /** The operator that joins this command's pipeline to the one before it in the same list. */
  readonly joinedBy: '&&' | '||' | ';' | '&' | undefined;
  /** Ends with `&`. */
  readonly background: boolean;
  /** Inside `if`, `case`, `while`, a function, or on the right of `||`: may not run. */
  readonly conditional: boolean;
  /** Name of the function whose body holds it. */
  readonly inFunction: string | undefined;
  /** Inside `$(…)` or backquotes. */
  readonly inSubstitution: boolean;
  /** Offsets in the script's text, from the first wrapper or assignment to the last word or redirect. */
  readonly range: Range;
  readonly at: Place;
}

/** A parsed script. `sh -c '…'` and `bash -c "…"` are opened: their commands follow the shell's own in `commands`. */
export interface ShellScript {
  readonly source: MappedText;
  /** All simple commands in source order, also those in substitutions, functions and branches. */
  readonly commands: readonly ShellCommand[];
  readonly problems: readonly SyntaxProblem[];
  /** `# …` comments: offsets are in the script's text. */
  readonly comments: readonly { readonly range: Range; readonly text: string; readonly at: Place }[];
}
