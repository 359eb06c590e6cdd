import type { Fix } from '../../core/finding';
import { joinPath } from '../../core/paths';
import type { Instruction } from '../../lang/dockerfile/ast';
import { removeInstruction, removeWord } from '../edits/dockerfile';
import type { Dockerfile } from './analyse';
import type { Stage } from './stage';

/** Programs that read such a file while an image is built. */
const READERS: readonly (readonly [file: RegExp, program: RegExp])[] = [
  [/^\.npmrc$/, /\b(npm|yarn|pnpm|npx)\b/],
  [/^\.pypirc$/, /\b(twine|pip3?|uv|poetry)\b/],
  [/^\.netrc$/, /\b(git|curl|go|pip3?|uv)\b/],
  [/^\.git-credentials$/, /\bgit\b/],
  [/^id_(rsa|dsa|ecdsa|ed25519)$/, /\b(git|ssh|pip3?|npm|go)\b/],
];

/**
 * Gives a file that is copied into the image only to the step that reads it (Dockerfile reference, `RUN --mount=type=secret`).
 * Offered when exactly one later step of the stage runs a program that reads such a file, and its place is known.
 *
 * @param instruction the COPY or ADD
 * @param file the source, as written
 */
export function secretMount(
  text: string,
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  file: string,
): readonly Fix[] {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const program = READERS.find(([pattern]) => pattern.test(name))?.[1];
  const { words } = instruction;
  const index = words.findIndex((word) => word.text === file);
  const target = targetOf(stage, instruction, name);
  if (!program || instruction.execForm || index < 0 || target === undefined) return [];
  const later = stage.instructions.slice(stage.instructions.indexOf(instruction) + 1);
  const steps = later.filter(
    (step) => step.keyword === 'RUN' && program.test(dockerfile.scriptOf(step)?.text ?? step.argument.text),
  );
  const [step] = steps;
  if (!step || steps.length !== 1) return [];
  const removal = words.length === 2 ? removeInstruction(text, instruction) : removeWord(text, instruction, index);
  if (!removal) return [];
  const id = name.replace(/^\./, '');
  const at = step.keywordRange.end;
  const mount = ` --mount=type=secret,id=${id},target=${target}`;
  const title = `Mount it for the step that reads it, and build with \`--secret id=${id},src=${file}\``;
  return [{ level: 'suggestion', title, edits: [removal, { at: { start: at, end: at }, text: mount }] }];
}

/** Where the file lands, as an absolute path; undefined when that is not known. */
function targetOf(stage: Stage, instruction: Instruction, name: string): string | undefined {
  const written = instruction.words.at(-1);
  const text = written?.text ?? '';
  if (!written?.complete || /[$\s"',]/.test(text)) return undefined;
  const directory = /(^|\/)\.{0,2}$/.test(text) || instruction.words.length > 2;
  const path = directory ? `${text}/${name}` : text;
  if (path.startsWith('/')) return absolute(path);
  let base = '';
  const layers = [...stage.parents].reverse();
  const before = stage.instructions.slice(0, stage.instructions.indexOf(instruction));
  for (const step of [...layers.flatMap(({ instructions }) => instructions), ...before]) {
    if (step.keyword !== 'WORKDIR') continue;
    const changed = step.argument.text.trim();
    if (/[$\s"']/.test(changed) || !step.argument.complete) base = '';
    else base = changed.startsWith('/') ? changed : base && `${base}/${changed}`;
  }
  return base === '' ? undefined : absolute(`${base}/${path}`);
}

function absolute(path: string): string | undefined {
  const joined = joinPath('', path.replace(/^\/+/, ''));
  return joined === undefined ? undefined : `/${joined}`;
}
