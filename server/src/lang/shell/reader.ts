import {
  forEachChild,
  type AndOr,
  type Assignment,
  type Command,
  type CommandNode,
  type CompoundList,
  type ParsedScript,
  type PipelineNode,
  type Redirection,
  type Statement,
  type SyntaxNode,
  type Word,
} from 'unbash';
import { HOLE, MappedText } from '../../core/mapped-text';
import type { Place, Range } from '../../core/text';
import type { SyntaxProblem } from '../syntax';
import type { ShellCommand, ShellRedirect, ShellScript, ShellWord } from './ast';
import { nestIn, shiftInto } from './nested';
import { placeIn, wordText } from './word-text';
import { unwrap } from './wrappers';

/** Longer values, which grow from themselves (`A=$A$A`), count as unknown. */
const LONGEST_VALUE = 4096;

type Variables = (name: string) => MappedText | undefined;

interface Surroundings {
  readonly conditional: boolean;
  readonly inFunction: string | undefined;
  readonly inSubstitution: boolean;
}

/** What joins a pipeline to the one before it, and how it ends. */
interface Joint {
  readonly joinedBy: ShellCommand['joinedBy'];
  readonly background: boolean;
  /** The pipeline stands after the keyword `time`. */
  readonly timed: boolean;
}

type InnerParser = (inner: MappedText, variables: Variables) => ShellScript;

/** Walks the syntax tree of one script and flattens it into simple commands. */
export class ScriptReader {
  readonly commands: ShellCommand[] = [];
  readonly problems: SyntaxProblem[] = [];
  /** What is no place for a comment: words, redirects with their here-documents, tests. */
  readonly occupied: Range[] = [];
  private readonly assigned = new Map<string, MappedText | undefined>();
  private pipelines = 0;

  constructor(
    private readonly source: MappedText,
    private readonly outer: Variables,
    private readonly parseInner: InnerParser | undefined,
  ) {}

  script(script: ParsedScript): void {
    this.addProblems(script);
    this.statements(script.commands, { conditional: false, inFunction: undefined, inSubstitution: false });
  }

  private addProblems(script: ParsedScript): void {
    for (const error of script.errors ?? []) {
      this.problems.push({ range: { start: error.pos, end: error.pos }, message: error.message });
    }
  }

  private statements(statements: readonly Statement[], around: Surroundings): void {
    statements.forEach((statement, index) => {
      const joint: Joint = {
        joinedBy: index === 0 ? undefined : statements[index - 1]?.background === true ? '&' : ';',
        background: statement.background === true,
        timed: false,
      };
      if (statement.command.type === 'AndOr') this.andOr(statement.command, around, joint);
      else this.pipeline(statement.command, around, joint);
    });
  }

  private list(list: CompoundList | undefined, around: Surroundings): void {
    if (list) this.statements(list.commands, around);
  }

  private andOr(node: AndOr, around: Surroundings, joint: Joint): void {
    let { conditional } = around;
    node.commands.forEach((command, index) => {
      const operator = node.operators[index - 1];
      // After `&&` a command runs in the ordinary course of a script; after `||` only when something failed.
      conditional ||= operator === '||';
      this.pipeline(command, { ...around, conditional }, { ...joint, joinedBy: operator ?? joint.joinedBy });
    });
  }

  private pipeline(node: PipelineNode, around: Surroundings, joint: Joint): void {
    const id = this.pipelines++;
    if (node.type !== 'Pipeline') {
      this.command(node, around, joint, { id, index: 0, length: 1 });
      return;
    }
    const timed = node.prefixes.some((prefix) => prefix.type === 'Time');
    node.commands.forEach((command, index) => {
      this.command(command, around, { ...joint, timed }, { id, index, length: node.commands.length });
    });
  }

  private command(node: CommandNode, around: Surroundings, joint: Joint, pipeline: ShellCommand['pipeline']): void {
    if (node.type === 'Command') {
      this.simple(node, around, joint, pipeline);
      return;
    }
    const maybe: Surroundings = { ...around, conditional: true };
    switch (node.type) {
      case 'Redirected':
        this.command(node.command, around, joint, pipeline);
        for (const redirect of node.redirects) this.scan(redirect, around);
        return;
      case 'If':
        this.list(node.clause, around);
        this.list(node.then, maybe);
        for (const branch of node.elif) {
          this.list(branch.clause, maybe);
          this.list(branch.then, maybe);
        }
        this.list(node.else, maybe);
        return;
      case 'For':
      case 'Select':
        this.assigned.set(node.name.value, undefined);
        for (const word of node.wordlist ?? []) this.scan(word, around);
        this.list(node.body, maybe);
        return;
      case 'ArithmeticFor':
        this.list(node.body, maybe);
        return;
      case 'While':
        this.list(node.clause, around);
        this.list(node.body, maybe);
        return;
      case 'Case':
        this.scan(node.word, around);
        for (const item of node.items) {
          for (const pattern of item.pattern) this.scan(pattern, maybe);
          this.list(item.body, maybe);
        }
        return;
      case 'Subshell':
      case 'BraceGroup':
        this.list(node.body, around);
        return;
      case 'Function':
        this.body(node.body, { ...maybe, inFunction: node.name.value }, joint, pipeline);
        return;
      case 'Coproc':
        this.body(node.body, around, joint, pipeline);
        return;
      default:
        // `[[ … ]]` and `(( … ))` run no program of their own, but there may be substitutions inside.
        this.scan(node, around);
    }
  }

  private body(
    node: CommandNode | CompoundList,
    around: Surroundings,
    joint: Joint,
    pipeline: ShellCommand['pipeline'],
  ): void {
    if (node.type === 'CompoundList') this.list(node, around);
    else this.command(node, around, joint, pipeline);
  }

  private simple(node: Command, around: Surroundings, joint: Joint, pipeline: ShellCommand['pipeline']): void {
    const assignments: { name: string; value: ShellWord | undefined }[] = [];
    const redirects: ShellRedirect[] = [];
    const words: ShellWord[] = [];
    for (const part of node.prefix) {
      if (part.type === 'Assignment') assignments.push(this.assignment(part));
      else redirects.push(this.redirect(part));
    }
    if (node.name) words.push(this.word(node.name));
    for (const part of node.suffix) {
      if (part.type === 'Word') words.push(this.word(part));
      else if (part.type === 'Assignment') words.push(this.assignmentWord(part));
      else redirects.push(this.redirect(part));
    }
    const range: Range = { start: node.pos, end: node.end };
    const unwrapped = unwrap(words);
    const program = unwrapped.words[0];
    const command: ShellCommand = {
      name: program ? baseName(program.text) : '',
      words: unwrapped.words,
      wrappers: joint.timed && pipeline.index === 0 ? ['time', ...unwrapped.wrappers] : unwrapped.wrappers,
      assignments: unwrapped.assignments.length === 0 ? assignments : [...assignments, ...unwrapped.assignments],
      redirects,
      pipeline,
      joinedBy: joint.joinedBy,
      background: joint.background,
      conditional: around.conditional,
      inFunction: around.inFunction,
      inSubstitution: around.inSubstitution,
      range,
      at: this.place(range),
    };
    this.commands.push(command);
    this.remember(command, around);
    forEachChild(node, (child) => this.scan(child, around));
    this.openInner(command, unwrapped.script);
  }

  /** Literal assignments that always run are remembered; whatever may change a variable makes it unknown. */
  private remember(command: ShellCommand, around: Surroundings): void {
    const settles =
      command.words.length === 0 || ['export', 'readonly', 'local', 'declare', 'typeset'].includes(command.name);
    if (['read', 'mapfile', 'getopts', 'source', '.', 'eval', 'unset'].includes(command.name)) {
      for (const word of command.words.slice(1)) this.assigned.set(word.text, undefined);
      return;
    }
    if (!settles || around.inSubstitution) return;
    const set = (name: string, value: MappedText | undefined): void => {
      const known = this.assigned.get(name);
      const certain = !around.conditional && around.inFunction === undefined;
      const kept = value && value.length <= LONGEST_VALUE ? value : undefined;
      this.assigned.set(name, certain ? kept : known?.text === kept?.text ? known : undefined);
    };
    for (const { name, value } of command.assignments) set(name, value?.value);
    for (const word of command.words.slice(1)) {
      const equals = word.text.indexOf('=');
      if (equals > 0) set(word.text.slice(0, equals), word.value.slice(equals + 1));
    }
  }

  private openInner(command: ShellCommand, script: ShellWord | undefined): void {
    if (!script || !this.parseInner) return;
    const parsed = this.parseInner(script.value, (name) => this.lookUp(name));
    const shift = shiftInto(this.source, script);
    for (const inner of parsed.commands) this.commands.push(nestIn(command, inner, script, shift, this.pipelines));
    this.pipelines += parsed.commands.length + 1;
  }

  /** Reads the substitutions inside a word, redirect or test. */
  private scan(node: SyntaxNode, around: Surroundings): void {
    this.occupied.push({ start: node.pos, end: node.end });
    // A word that is one piece holds nothing more.
    if (node.type === 'Word' && !node.parts) return;
    if (node.type === 'HereDoc') this.occupied.push({ start: node.body.pos, end: node.closing?.end ?? node.body.end });
    this.substitutions(node, { ...around, inSubstitution: true });
  }

  private substitutions(node: SyntaxNode, around: Surroundings): void {
    if (node.type !== 'Script') {
      forEachChild(node, (child) => this.substitutions(child, around));
      return;
    }
    // Offsets of a script inside escaped backquotes are not those of the text.
    if (node.source !== undefined) return;
    this.addProblems(node);
    this.statements(node.commands, around);
  }

  private assignment(node: Assignment): { name: string; value: ShellWord | undefined } {
    if (node.append === true || node.index) return { name: node.name, value: undefined };
    return { name: node.name, value: node.value.type === 'Word' ? this.word(node.value) : undefined };
  }

  /** `export A=1` has assignments where other commands have words. */
  private assignmentWord(node: Assignment): ShellWord {
    const range = { start: node.pos, end: node.end };
    const value = node.value.type === 'Word' ? this.word(node.value).value : MappedText.hole(this.place(range));
    const name = this.slice(node.pos, node.pos + node.name.length + 1);
    return this.wordOf(MappedText.concat([name, value]), range);
  }

  private redirect(node: Redirection): ShellRedirect {
    const range = { start: node.pos, end: node.end };
    return {
      operator: node.operator,
      descriptor: node.descriptor?.type === 'FileDescriptor' ? node.descriptor.value : undefined,
      target: node.type === 'HereDoc' || !node.target ? undefined : this.word(node.target),
      content: node.type === 'HereDoc' ? this.slice(node.body.pos, node.body.end) : undefined,
      at: this.place(range),
    };
  }

  private word(node: Word): ShellWord {
    const range = { start: node.pos, end: node.end };
    return this.wordOf(wordText(node, this.source, this.variables), range);
  }

  private wordOf(value: MappedText, range: Range): ShellWord {
    return { text: value.text, value, range, at: this.place(range), complete: !value.text.includes(HOLE) };
  }

  private lookUp(name: string): MappedText | undefined {
    if (this.assigned.has(name)) return this.assigned.get(name);
    return this.outer(name);
  }

  /** Where a part was written; from its first to its last character when it is made of several literals (exec form). */
  private readonly variables = {
    get: (name: string): MappedText | undefined => this.lookUp(name),
    isSet: (name: string): boolean => this.assigned.has(name),
  };

  private slice(start: number, end: number): MappedText {
    return this.source.slice(start, end);
  }

  private place(range: Range): Place {
    return placeIn(this.source, range);
  }
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
