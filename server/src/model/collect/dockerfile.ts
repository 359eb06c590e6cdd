import { MappedText } from '../../core/mapped-text';
import type { Instruction } from '../../lang/dockerfile/ast';
import type { ShellCommand } from '../../lang/shell/ast';
import { analyseDockerfile, type Dockerfile, type Stage } from '../dockerfile';
import { joinPath } from '../../core/paths';
import type { Project } from '../project';
import type { SourceFile } from '../source-file';
import { emitImage, emitScript, type Emitter } from './emitter';

/** Facts of a Dockerfile: stages, the images they start from or copy from, and what runs in them. */
export function collectDockerfile(file: SourceFile, project: Project, emitter: Emitter): void {
  if (!file.dockerfile) return;
  const dockerfile = analyseDockerfile(file.dockerfile);
  emitter.emit('dockerfile', dockerfile);
  collectSyntaxImage(dockerfile, emitter);
  const shipped = new Set(dockerfile.finalStages.flatMap((stage) => dockerfile.reachable(stage).layers));
  for (const stage of dockerfile.stages) {
    emitter.emit('dockerfile.stage', stage);
    collectImages(stage, shipped.has(stage), emitter);
    if (emitter.scripts) collectScripts(file, project, dockerfile, stage, emitter);
  }
}

/** `# syntax=docker/dockerfile:1`: the image that builds the others. */
function collectSyntaxImage(dockerfile: Dockerfile, emitter: Emitter): void {
  const directive = dockerfile.syntax.directives.find(({ name }) => name === 'syntax');
  if (!directive) return;
  emitImage(emitter, { site: 'dockerfile.syntax', at: directive.range, anchor: 'syntax', shipped: false }, [
    directive.value,
  ]);
}

/** `stage.builder`, or its number. */
export function stageAnchor(stage: Stage): string {
  return `stage.${stage.name ?? stage.index}`;
}

function collectImages(stage: Stage, shipped: boolean, emitter: Emitter): void {
  const { base, fromInstruction } = stage;
  if (!stage.baseStage && !stage.maybeStage && base.text !== 'scratch') {
    const at = stage.image.sourceOf() ?? fromInstruction.range;
    emitImage(emitter, { site: 'dockerfile.from', at, anchor: `${stageAnchor(stage)}/FROM`, shipped }, [base]);
  }
  for (const copy of stage.copyFrom) {
    if (copy.stage || copy.maybeStage || /^\d+$/.test(copy.source.text) || copy.source.text === 'scratch') continue;
    const at = copy.source.sourceOf() ?? copy.instruction.range;
    emitImage(
      emitter,
      { site: 'dockerfile.copy-from', at, anchor: `${stageAnchor(stage)}/${copy.instruction.keyword}`, shipped: false },
      [copy.source],
    );
  }
}

function collectScripts(
  file: SourceFile,
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  emitter: Emitter,
): void {
  const anchor = stageAnchor(stage);
  // Of several CMD and ENTRYPOINT only the last of each counts (Dockerfile reference).
  const start = new Set([last(stage, 'CMD'), last(stage, 'ENTRYPOINT')]);
  let runs = 0;
  for (const instruction of stage.instructions) {
    const isRun = instruction.keyword === 'RUN';
    if (!isRun && !start.has(instruction)) continue;
    const text = dockerfile.scriptOf(instruction);
    if (!text) continue;
    const own = isRun ? `${anchor}/RUN.${runs++}` : `${anchor}/${instruction.keyword}`;
    const script = emitScript(emitter, {
      phase: isRun ? 'bake' : 'start',
      text,
      owner: { type: 'dockerfile', dockerfile, stage, keyword: instruction.keyword },
      anchor: own,
      variables: dockerfile.variablesAt(instruction),
    });
    const programs = isRun
      ? (script?.shell.commands ?? []).flatMap((command) => scriptRunBy(command) ?? [])
      : startProgram(instruction);
    for (const program of programs) {
      collectCopiedScript(file, project, dockerfile, stage, instruction, program, own, emitter);
    }
  }
}

/** The script file that a command runs: `/tmp/install.sh`, `bash -e /tmp/install.sh`. */
function scriptRunBy({ name, words }: ShellCommand): string | undefined {
  const found = /^(ba|da|k|z|a)?sh$/.test(name) ? words.slice(1).find(({ text }) => !/^[-+]/.test(text)) : words[0];
  return found?.complete && /\.(sh|bash)$/.test(found.text) ? found.text : undefined;
}

/** What a container starts with, when its name says that it is a script. */
function startProgram(instruction: Instruction): readonly string[] {
  const program = (instruction.execForm ?? instruction.words)[0]?.text ?? '';
  return /\.(sh|bash)$|entrypoint|^run$|^start$/.test(baseName(program)) ? [program] : [];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function last(stage: Stage, keyword: string): Instruction | undefined {
  return stage.instructions.filter((instruction) => instruction.keyword === keyword).at(-1);
}

/**
 * A script that the stage copies from the build context is read there: what an entrypoint runs, the container runs, and
 * what a script of a RUN does, is in the image.
 */
function collectCopiedScript(
  file: SourceFile,
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  program: string,
  anchor: string,
  emitter: Emitter,
): void {
  const name = baseName(program);
  const source = name === '' ? undefined : copiedFrom(dockerfile, stage, name);
  // The context is not known; the Dockerfile's own directory and the workspace root are the usual ones.
  for (const directory of source === undefined ? [] : [file.directory, '']) {
    const path = joinPath(directory, source ?? '');
    const text = path === undefined ? undefined : project.read(path);
    if (path === undefined || text === undefined) continue;
    emitScript(emitter, {
      phase: instruction.keyword === 'RUN' ? 'bake' : 'start',
      text: MappedText.verbatim(text, 0, path),
      owner: { type: 'dockerfile', dockerfile, stage, keyword: instruction.keyword },
      anchor: `${anchor}/${name}`,
      path,
      variables: dockerfile.variablesAt(instruction),
    });
    return;
  }
}

/** The source in the build context of the file that ends up under that name. */
function copiedFrom(dockerfile: Dockerfile, stage: Stage, name: string): string | undefined {
  for (const instruction of stage.instructions) {
    if (instruction.keyword !== 'COPY' && instruction.keyword !== 'ADD') continue;
    if (instruction.flags.some((flag) => flag.name === 'from')) continue;
    const words = (instruction.execForm ?? instruction.words).map((word) => dockerfile.expand(word, instruction).text);
    const target = words.at(-1) ?? '';
    for (const word of words.slice(0, -1)) {
      // A leading slash means the context's root (Dockerfile reference, "COPY").
      const source = word.replace(/^\/+/, '');
      if (source.endsWith(`/${name}`) || source === name) return source;
      if (target.endsWith(`/${name}`) && words.length === 2 && !source.endsWith('/')) return source;
    }
  }
  return undefined;
}
