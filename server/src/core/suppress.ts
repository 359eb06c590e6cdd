import type { TextEdit } from './finding';
import { dataSuppressions } from './suppress-data';
import { readPragma, type MalformedPragma, type SuppressedRule, type SuppressionScope } from './suppress-pragma';
import type { SourceComment, SuppressionSource } from './suppress-source';
import { Targets } from './suppress-targets';
import type { Range } from './text';

export { applySuppressions, type SuppressionPolicy } from './suppress-apply';
export { suppressionEdit } from './suppress-edit';
export type { SuppressionScope, SuppressedRule } from './suppress-pragma';
export type { SuppressionSource } from './suppress-source';

/** A place where somebody silences rules. */
export interface Suppression {
  readonly scope: SuppressionScope;
  readonly rules: readonly SuppressedRule[];
  readonly reason: string | undefined;
  /** The last day on which it holds. */
  readonly until: { readonly date: string; readonly range: Range } | undefined;
  /** Where it is written. */
  readonly range: Range;
  /** A finding is governed when it starts in one of these. */
  readonly targets: readonly Range[];
  /** Set when it was meant to be a suppression but cannot be read: it then governs nothing. */
  readonly malformed: MalformedPragma | undefined;
  /** Takes it out of the text; undefined where a person must decide how. */
  readonly removal: TextEdit | undefined;
}

/**
 * Finds every suppression of a file: in comments, and where a format has none, in data (annotations of Kubernetes
 * objects, `"//"` of Terraform JSON, `"_immutable"` of Packer JSON).
 *
 * @param extra comments inside embedded scripts, with ranges in the file. They govern the next command line.
 * @returns in source order, malformed ones included
 */
export function parseSuppressions(source: SuppressionSource, extra: readonly SourceComment[] = []): Suppression[] {
  const embedded = new Set(extra.map((comment) => comment.range.start));
  const own = source.regions.comments.filter((comment) => !embedded.has(comment.range.start));
  const comments = [...own, ...extra].sort((a, b) => a.range.start - b.range.start);
  const found: Suppression[] = [];
  let targets: Targets | undefined;
  for (const comment of comments) {
    // Most comments are prose: look at the word before anything is built.
    if (!comment.text.includes('immutable')) continue;
    targets ??= new Targets(source, comments);
    found.push(...inComment(source, comment, embedded.has(comment.range.start), targets));
  }
  for (const { read, targets: governed, element } of dataSuppressions(source)) {
    if ('malformed' in read) found.push(unreadable(read.malformed));
    else {
      const { pragma } = read;
      const all = pragma.scope === 'file' ? [wholeFile(source)] : governed;
      found.push({ ...pragma, targets: all, malformed: undefined, removal: elementRemoval(source, element) });
    }
  }
  found.push(...behindInstructions(source, comments));
  return found.sort((a, b) => a.range.start - b.range.start);
}

function inComment(
  source: SuppressionSource,
  comment: SourceComment,
  embedded: boolean,
  targets: Targets,
): Suppression[] {
  const found: Suppression[] = [];
  let at = comment.textStart;
  const lines = comment.text.split('\n');
  for (const line of lines) {
    const read = readPragma(line.replace(/\r$/, ''), at);
    at += line.length + 1;
    if (!read) continue;
    if ('malformed' in read) {
      found.push(unreadable(read.malformed));
      continue;
    }
    const { pragma } = read;
    if (pragma.scope === 'file' && (embedded || !targets.isLeading(comment.range))) {
      const hint = 'Put `ignore-file[…]` into the comment at the top of the file, or use `ignore-block[…]`.';
      found.push(unreadable({ range: pragma.range, hint }));
      continue;
    }
    const governed =
      pragma.scope === 'file'
        ? [wholeFile(source)]
        : pragma.scope === 'block'
          ? targets.ofBlock(comment.range, embedded)
          : targets.ofLine(comment.range, embedded);
    const removal = lines.length === 1 ? commentRemoval(source, comment.range) : undefined;
    found.push({ ...pragma, targets: governed, malformed: undefined, removal });
  }
  return found;
}

function unreadable(malformed: MalformedPragma): Suppression {
  const { range } = malformed;
  return {
    scope: 'line',
    rules: [],
    reason: undefined,
    until: undefined,
    range,
    targets: [],
    malformed,
    removal: undefined,
  };
}

function wholeFile(source: SuppressionSource): Range {
  return { start: 0, end: source.text.length + 1 };
}

/** Deletes the comment with the blanks before it, and its line when nothing else stands there. */
function commentRemoval(source: SuppressionSource, range: Range): TextEdit {
  const { lines, text } = source;
  const line = lines.lineAt(range.start);
  const before = text.slice(lines.lineStart(line), range.start);
  const after = text.slice(range.end, lines.lineEnd(lines.lineAt(range.end)));
  if (before.trim() === '' && after.trim() === '') {
    return { at: { start: lines.lineStart(line), end: lines.lineStart(lines.lineAt(range.end) + 1) }, text: '' };
  }
  const start = before.trim() === '' ? range.start : lines.lineStart(line) + before.trimEnd().length;
  const end = before.trim() === '' ? range.end + (after.length - after.trimStart().length) : range.end;
  return { at: { start, end }, text: '' };
}

/** Deletes an entry or item of data with the comma or the line that belongs to it. */
function elementRemoval(source: SuppressionSource, range: Range): TextEdit | undefined {
  const { text, lines } = source;
  if (source.data?.format === 'yaml') {
    const line = lines.lineAt(range.start);
    const last = lines.lineAt(range.end);
    const alone =
      text.slice(lines.lineStart(line), range.start).trim() === '' &&
      text.slice(range.end, lines.lineEnd(last)).trim() === '';
    return alone ? { at: { start: lines.lineStart(line), end: lines.lineStart(last + 1) }, text: '' } : undefined;
  }
  const after = /^\s*,\s*/.exec(text.slice(range.end));
  if (after) return { at: { start: range.start, end: range.end + after[0].length }, text: '' };
  const before = /,\s*$/.exec(text.slice(0, range.start));
  return before ? { at: { start: before.index, end: range.end }, text: '' } : undefined;
}

/** `FROM node # immutable: ignore[…]`: Docker takes what follows as arguments, so this must not pass unnoticed. */
function behindInstructions(source: SuppressionSource, comments: readonly SourceComment[]): Suppression[] {
  if (source.kind !== 'dockerfile') return [];
  const found: Suppression[] = [];
  for (const match of source.text.matchAll(/#[ \t]*immutable[ \t]*:[ \t]*ignore[^\r\n]*/g)) {
    const range = { start: match.index, end: match.index + match[0].trimEnd().length };
    if (comments.some((comment) => comment.range.start <= range.start && range.start < comment.range.end)) continue;
    const statement = source.regions.statements.find((other) => other.start < range.start && range.end <= other.end);
    // In RUN, CMD and ENTRYPOINT a shell may read it as a comment, and a heredoc may hold anything.
    if (
      !statement ||
      /^(ONBUILD\s+)?(RUN|CMD|ENTRYPOINT|HEALTHCHECK|SHELL)\b|<</i.test(source.text.slice(statement.start, range.start))
    )
      continue;
    found.push(
      unreadable({
        range,
        hint: 'Put the comment on a line of its own above the instruction: Docker reads it as an argument here.',
      }),
    );
  }
  return found;
}
