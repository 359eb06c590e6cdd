import type {
  AndOr,
  Assignment,
  Command,
  CommandNode,
  CompoundList,
  DoubleQuotedChild,
  ParsedScript,
  PipelineNode,
  Redirection,
  Statement,
  Word,
  WordPart,
} from 'unbash';
import { HOLE, MappedText, MappedTextBuilder } from '../../core/mapped-text';
import type { Place, Range } from '../../core/text';
import type { SyntaxProblem } from '../syntax';
import type { ShellCommand, ShellRedirect, ShellScript, ShellWord } from './ast';
import { unwrap } from './wrappers';

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
}

type InnerParser = (inner: MappedText, variables: Variables) => ShellScript;

/** Walks the syntax tree of one script and flattens it into simple commands. */
export class ScriptReader {
  readonly commands: ShellCommand[] = [];
  readonly problems: SyntaxProblem[] = [];
  private readonly assigned = new Map<string, MappedText | undefined>();
  private pipelines = 0;

  constructor(
    private readonly source: MappedText,
    private readonly options: { readonly variables?: Variables | undefined },
    private readonly parseInner: InnerParser | undefined,
  ) {}

  script(script: ParsedScript): void {
    for (const error of script.errors ?? []) {
      this.problems.push({ range: { start: error.pos, end: error.pos }, message: error.message });
    }
    this.statements(script.commands, { conditional: false, inFunction: undefined, inSubstitution: false });
  }

  private statements(statements: readonly Statement[], around: Surroundings): void {
    statements.forEach((statement, index) => {
      const joint: Joint = {
        joinedBy: index === 0 ? undefined : statements[index - 1]?.background === true ? '&' : ';',
        background: statement.background === true,
      };
      if (statement.command.type === 'AndOr') this.andOr(statement.command, around, joint);
      else this.pipeline(statement.command, around, joint);
    });
  }

  private list(list: CompoundList | undefined, around: Surroundings): void {
    if (list) this.statements(list.commands, around);
  }

  private andOr(node: AndOr, around: Surroundings, joint: Joint): void {
    node.commands.forEach((command, index) => {
      const operator = node.operators[index - 1];
      // After `&&` a command runs in the ordinary course of a script; after `||` only when something failed.
      const conditional = around.conditional || node.operators.slice(0, index).includes('||');
      this.pipeline(command, { ...around, conditional }, { ...joint, joinedBy: operator ?? joint.joinedBy });
    });
  }

  private pipeline(node: PipelineNode, around: Surroundings, joint: Joint): void {
    const id = this.pipelines++;
    if (node.type !== 'Pipeline') {
      this.command(node, around, joint, { id, index: 0, length: 1 });
      return;
    }
    node.commands.forEach((command, index) => {
      this.command(command, around, joint, { id, index, length: node.commands.length });
    });
  }

  private command(node: CommandNode, around: Surroundings, joint: Joint, pipeline: ShellCommand['pipeline']): void {
    const maybe: Surroundings = { ...around, conditional: true };
    switch (node.type) {
      case 'Command':
        this.simple(node, around, joint, pipeline);
        return;
      case 'Redirected':
        this.command(node.command, around, joint, pipeline);
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
        for (const word of node.wordlist ?? []) this.substitutions(word.parts, around);
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
        this.substitutions(node.word.parts, around);
        for (const item of node.items) this.list(item.body, maybe);
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
        // `[[ … ]]` and `(( … ))` run no program of their own.
        return;
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
    const inner: WordPart[] = [];
    const addWord = (word: Word): void => {
      words.push(this.word(word));
      inner.push(...(word.parts ?? []));
    };
    for (const part of node.prefix) {
      if (part.type === 'Assignment') assignments.push(this.assignment(part));
      else redirects.push(this.redirect(part));
    }
    if (node.name) addWord(node.name);
    for (const part of node.suffix) {
      if (part.type === 'Word') addWord(part);
      else if (part.type === 'Assignment') words.push(this.assignmentWord(part));
      else redirects.push(this.redirect(part));
    }
    const range: Range = { start: node.pos, end: node.end };
    const unwrapped = unwrap(words);
    const program = unwrapped.words[0];
    const command: ShellCommand = {
      name: program ? baseName(program.text) : '',
      words: unwrapped.words,
      wrappers: unwrapped.wrappers,
      assignments: [...assignments, ...unwrapped.assignments],
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
    this.substitutions(inner, around);
    for (const part of [...node.prefix, ...node.suffix]) {
      if (part.type === 'Assignment' && part.value.type === 'Word') this.substitutions(part.value.parts, around);
      if (part.type === 'Redirect') this.substitutions(part.target?.parts, around);
    }
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
      this.assigned.set(name, certain ? value : known?.text === value?.text ? known : undefined);
    };
    for (const { name, value } of command.assignments) set(name, value && this.wordText(value));
    for (const word of command.words.slice(1)) {
      const equals = word.text.indexOf('=');
      if (equals > 0) set(word.text.slice(0, equals), this.wordText(word).slice(equals + 1));
    }
  }

  private openInner(command: ShellCommand, script: ShellWord | undefined): void {
    if (!script || !this.parseInner) return;
    const parsed = this.parseInner(this.wordText(script), (name) => this.lookUp(name));
    for (const inner of parsed.commands) {
      this.commands.push({
        ...inner,
        // Ids stay unique, and offsets stay those of the outer script as far as they can be told.
        pipeline: { ...inner.pipeline, id: inner.pipeline.id + this.pipelines },
        conditional: inner.conditional || command.conditional,
        inFunction: inner.inFunction ?? command.inFunction,
        range: script.range,
      });
    }
    this.pipelines += parsed.commands.length + 1;
  }

  private substitutions(parts: readonly (WordPart | DoubleQuotedChild)[] | undefined, around: Surroundings): void {
    for (const part of parts ?? []) {
      if (part.type === 'CommandExpansion' || part.type === 'ProcessSubstitution') {
        // Offsets of a script inside escaped backquotes are not those of the text.
        if (part.script && part.script.source === undefined) {
          this.statements(part.script.commands, { ...around, inSubstitution: true });
        }
      } else if ('parts' in part) this.substitutions(part.parts, around);
    }
  }

  private assignment(node: Assignment): { name: string; value: ShellWord | undefined } {
    if (node.append === true || node.index) return { name: node.name, value: undefined };
    return { name: node.name, value: node.value.type === 'Word' ? this.word(node.value) : undefined };
  }

  /** `export A=1` has assignments where other commands have words. */
  private assignmentWord(node: Assignment): ShellWord {
    const range = { start: node.pos, end: node.end };
    const value = node.value.type === 'Word' ? this.word(node.value) : undefined;
    const text = value ? `${node.name}=${value.text}` : `${node.name}=${HOLE}`;
    return { text, range, at: this.place(range), complete: value?.complete ?? false };
  }

  private redirect(node: Redirection): ShellRedirect {
    const range = { start: node.pos, end: node.end };
    return {
      operator: node.operator,
      descriptor: node.descriptor?.type === 'FileDescriptor' ? node.descriptor.value : undefined,
      target: node.type === 'HereDoc' || !node.target ? undefined : this.word(node.target),
      content: node.type === 'HereDoc' ? this.source.slice(node.body.pos, node.body.end) : undefined,
      at: this.place(range),
    };
  }

  private word(node: Word): ShellWord {
    const range = { start: node.pos, end: node.end };
    const text = node.parts ? this.partsText(node.parts).text : node.value;
    return { text, range, at: this.place(range), complete: !text.includes(HOLE) };
  }

  /** The text of parts with known variables filled in and every other expansion replaced by one hole. */
  private partsText(parts: readonly (WordPart | DoubleQuotedChild)[]): MappedText {
    const builder = new MappedTextBuilder();
    for (const part of parts) {
      const place = this.place({ start: part.pos, end: part.end });
      switch (part.type) {
        case 'Literal':
          builder.append(this.exact(part.value, part.pos, part.end));
          break;
        case 'SingleQuoted':
          builder.append(this.exact(part.value, part.pos + 1, part.end - 1));
          break;
        case 'AnsiCQuoted':
          builder.opaque(part.value, place);
          break;
        case 'DoubleQuoted':
        case 'LocaleString':
          builder.append(this.partsText(part.parts));
          break;
        case 'Glob':
          builder.append(this.exact(part.value, part.pos, part.end));
          break;
        case 'BraceExpansion':
        case 'ExtendedGlob':
          builder.opaque(part.text, place);
          break;
        case 'SimpleExpansion':
          builder.append(this.lookUp(part.text.slice(1)) ?? MappedText.hole(place));
          break;
        case 'ParameterExpansion': {
          const known = part.prefix === undefined && !part.index ? this.lookUp(part.parameter) : undefined;
          const operation = part.operation;
          if (!operation) builder.append(known ?? MappedText.hole(place));
          else if (operation.type === 'Default' && /^:?[-=]$/.test(operation.operator)) {
            builder.append(known && known.length > 0 ? known : this.defaultText(operation.operand));
          } else builder.append(MappedText.hole(place));
          break;
        }
        default:
          builder.append(MappedText.hole(place));
      }
    }
    return builder.build();
  }

  private defaultText(word: Word): MappedText {
    return word.parts ? this.partsText(word.parts) : this.exact(word.value, word.pos, word.end);
  }

  /** Text that stands in the script, verbatim when no escape was removed from it. */
  private exact(value: string, start: number, end: number): MappedText {
    const slice = this.source.slice(start, end);
    return slice.text === value ? slice : MappedText.opaque(value, this.place({ start, end }));
  }

  private wordText(word: ShellWord): MappedText {
    const { start, end } = word.range;
    const raw = this.source.slice(start, end);
    if (raw.text === word.text) return raw;
    const quoted = this.source.slice(start + 1, end - 1);
    return quoted.text === word.text ? quoted : MappedText.opaque(word.text, word.at);
  }

  private lookUp(name: string): MappedText | undefined {
    if (this.assigned.has(name)) return this.assigned.get(name);
    return this.options.variables?.(name);
  }

  /** Where a part was written; from its first to its last character when it is made of several literals (exec form). */
  private place(range: Range): Place {
    const whole = this.source.sourceOf(range);
    if (whole) return whole;
    const first = this.source.placeAt(range.start) ?? { start: 0, end: 0 };
    const last = this.source.placeAt(Math.max(range.start, range.end - 1));
    if (!last || last.path !== first.path || last.start < first.start) return first;
    return { ...first, end: Math.max(last.end, last.start + 1) };
  }
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
