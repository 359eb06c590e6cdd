import type { MappedText } from '../../core/mapped-text';
import type { DockerfileSyntax, Instruction } from '../../lang/dockerfile/ast';
import { expandVariables, type VariableLookup } from './expand';
import { scriptOf } from './scripts';
import { type CopySource, type Stage, StageBuilder, StageNames } from './stage';
import { Variables } from './variables';

/** The stages that an image is made of. */
export interface Reachable {
  /** The stage itself and those it is built from: their layers are in the image. */
  readonly layers: readonly Stage[];
  /** Stages that only files are copied from, also indirectly. */
  readonly used: readonly Stage[];
}

/** What a Dockerfile means: its stages, where they come from, and its variables. */
export interface Dockerfile {
  readonly syntax: DockerfileSyntax;
  readonly stages: readonly Stage[];
  /** Stages that are built as images: the last. Empty without any `FROM`. */
  readonly finalStages: readonly Stage[];
  readonly copyFrom: readonly CopySource[];
  /** The stage that an instruction stands in; undefined before the first `FROM`. */
  stageOf(instruction: Instruction): Stage | undefined;
  /** `ENV` and `ARG` values as the instruction sees them. */
  variablesAt(instruction: Instruction): VariableLookup;
  /** Replaces variables in a part of an instruction. */
  expand(text: MappedText, at: Instruction): MappedText;
  /** Whether the shell form of the instruction is read by a POSIX shell. */
  hasPosixShell(instruction: Instruction): boolean;
  /** The POSIX shell text that the instruction runs. */
  scriptOf(instruction: Instruction): MappedText | undefined;
  reachable(stage: Stage): Reachable;
}

/** Works out stages and variables of a parsed Dockerfile. */
export function analyseDockerfile(syntax: DockerfileSyntax): Dockerfile {
  return new Analysis(syntax);
}

const POSIX_SHELL = /^(?:.*[\\/])?(?:ba|da|a|z|k|mk)?sh$/;
const OTHER_SHELL = /(?:^|[\\/])(?:powershell|pwsh|cmd)(?:\.exe)?$/i;
const WINDOWS_IMAGE = /windows|nanoserver|servercore/i;

class Analysis implements Dockerfile {
  readonly stages: StageBuilder[] = [];
  readonly copyFrom: CopySource[] = [];
  private readonly globals: Variables;
  private readonly names = new StageNames();
  /** Start of each instruction that settles the shell, in order: `SHELL`, and `FROM` with what it inherits. */
  private readonly shells: { readonly start: number; readonly posix: boolean }[] = [];
  private readonly lastShell = new Map<Stage, boolean>();

  constructor(readonly syntax: DockerfileSyntax) {
    this.globals = new Variables(syntax.escape, undefined, undefined);
    for (const instruction of syntax.instructions) this.read(instruction);
    for (const stage of this.stages) this.readCopies(stage);
  }

  get finalStages(): readonly Stage[] {
    return this.stages.slice(-1);
  }

  stageOf(instruction: Instruction): StageBuilder | undefined {
    const { start } = instruction.range;
    let low = 0;
    let high = this.stages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.stages[middle]?.fromInstruction.range.start ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    return this.stages[low - 1];
  }

  variablesAt(instruction: Instruction): VariableLookup {
    const isFrom = instruction.keyword === 'FROM';
    const variables = isFrom ? this.globals : (this.stageOf(instruction)?.variables ?? this.globals);
    return variables.before(isFrom ? Infinity : instruction.range.start);
  }

  expand(text: MappedText, at: Instruction): MappedText {
    return expandVariables(text, this.variablesAt(at), this.syntax.escape);
  }

  hasPosixShell(instruction: Instruction): boolean {
    const { start } = instruction.range;
    let low = 0;
    let high = this.shells.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.shells[middle]?.start ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    return this.shells[low - 1]?.posix ?? true;
  }

  scriptOf(instruction: Instruction): MappedText | undefined {
    return scriptOf(instruction, this.hasPosixShell(instruction));
  }

  reachable(stage: Stage): Reachable {
    const layers = [stage, ...stage.parents];
    const seen = new Set<Stage>(layers);
    const used: Stage[] = [];
    const queue: Stage[] = [...layers];
    const use = (source: Stage | undefined): void => {
      if (!source || seen.has(source)) return;
      seen.add(source);
      used.push(source);
      queue.push(source);
    };
    for (let next = queue.pop(); next; next = queue.pop()) {
      use(next.baseStage);
      for (const copy of next.copyFrom) use(copy.stage);
    }
    return { layers, used: used.sort((a, b) => a.index - b.index) };
  }

  private read(instruction: Instruction): void {
    if (instruction.keyword === 'FROM') {
      this.readFrom(instruction);
      return;
    }
    const stage = this.stages[this.stages.length - 1];
    (stage?.variables ?? this.globals).define(instruction);
    if (!stage) return;
    stage.instructions.push(instruction);
    if (instruction.keyword === 'SHELL') this.setShell(stage, instruction, this.readShell(instruction));
  }

  private readFrom(instruction: Instruction): void {
    const { words } = instruction;
    const image = words[0] ?? instruction.argument;
    const name = words[1] && /^as$/i.test(words[1].text) ? words[2]?.text : undefined;
    const base = this.expand(image, instruction);
    const platform = instruction.flags.find((flag) => flag.name === 'platform')?.value;
    const baseStage = base.complete ? this.names.find(base.text) : undefined;
    const stage = new StageBuilder(
      this.stages.length,
      name,
      instruction,
      platform && this.expand(platform, instruction),
      image,
      base,
      baseStage,
      this.names.mayName(base),
      new Variables(this.syntax.escape, baseStage?.variables, this.globals),
    );
    stage.instructions.push(instruction);
    this.stages.push(stage);
    this.names.add(stage);
    const inherited = baseStage && this.lastShell.get(baseStage);
    this.setShell(stage, instruction, inherited ?? this.defaultShellIsPosix(stage));
  }

  private setShell(stage: Stage, instruction: Instruction, posix: boolean): void {
    this.shells.push({ start: instruction.range.start, posix });
    this.lastShell.set(stage, posix);
  }

  /** Windows images start with `cmd`; the backquote as escape character is written for them only. */
  private defaultShellIsPosix(stage: Stage): boolean {
    if (this.syntax.escape === '`') return false;
    return !WINDOWS_IMAGE.test(stage.base.text) && !/^windows/i.test(stage.platform?.text ?? '');
  }

  private readShell(instruction: Instruction): boolean {
    const program = instruction.execForm?.[0]?.text.replace(/\.exe$/i, '');
    if (program === undefined) return true;
    return POSIX_SHELL.test(program) || (!OTHER_SHELL.test(program) && program.startsWith('/bin/'));
  }

  private readCopies(stage: StageBuilder): void {
    for (const outer of stage.instructions) {
      const instruction = outer.keyword === 'ONBUILD' ? outer.inner : outer;
      if (!instruction || (instruction.keyword !== 'COPY' && instruction.keyword !== 'RUN')) continue;
      for (const source of copySources(instruction)) {
        const expanded = this.expand(source, instruction);
        const copy: CopySource = {
          instruction,
          source: expanded,
          stage: this.findCopied(stage, expanded),
          maybeStage: this.names.mayName(expanded),
        };
        stage.copyFrom.push(copy);
        this.copyFrom.push(copy);
      }
    }
  }

  private findCopied(stage: Stage, source: MappedText): Stage | undefined {
    if (!source.complete) return undefined;
    const byName = this.names.find(source.text);
    const found = byName ?? (/^\d{1,6}$/.test(source.text) ? this.stages[Number(source.text)] : undefined);
    return found === stage ? undefined : found;
  }
}

function copySources(instruction: Instruction): MappedText[] {
  const found: MappedText[] = [];
  for (const { name, value } of instruction.flags) {
    if (!value) continue;
    if (instruction.keyword === 'COPY' && name === 'from') found.push(value);
    if (instruction.keyword !== 'RUN' || name !== 'mount') continue;
    const from = /(?:^|,)\s*from=([^,]*)/.exec(value.text);
    const end = from && from.index + from[0].length;
    if (end && from[1]) found.push(value.slice(end - from[1].length, end));
  }
  return found;
}
