import type { MappedText } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import type { ShellCommand, ShellWord } from './ast';

/**
 * What to add to offsets in the text of `sh -c '…'` to get offsets in the script around it; undefined when the quotes held
 * escapes or variables, so that offsets do not correspond.
 */
export function shiftInto(source: MappedText, script: ShellWord): number | undefined {
  const { start, end } = script.range;
  if (source.slice(start, end).text === script.text) return start;
  return source.slice(start + 1, end - 1).text === script.text ? start + 1 : undefined;
}

/** A command of a nested script as one of the script around it. */
export function nestIn(
  outer: ShellCommand,
  inner: ShellCommand,
  script: ShellWord,
  shift: number | undefined,
  firstPipeline: number,
): ShellCommand {
  const range = (own: Range): Range =>
    shift === undefined ? script.range : { start: own.start + shift, end: own.end + shift };
  const word = (own: ShellWord): ShellWord => ({ ...own, range: range(own.range) });
  return {
    ...inner,
    words: inner.words.map(word),
    assignments: inner.assignments.map(({ name, value }) => ({ name, value: value && word(value) })),
    redirects: inner.redirects.map((redirect) => ({ ...redirect, target: redirect.target && word(redirect.target) })),
    pipeline: { ...inner.pipeline, id: inner.pipeline.id + firstPipeline },
    conditional: inner.conditional || outer.conditional,
    inFunction: inner.inFunction ?? outer.inFunction,
    inSubstitution: inner.inSubstitution || outer.inSubstitution,
    range: range(inner.range),
  };
}
