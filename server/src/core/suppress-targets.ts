import type { SourceComment, SuppressionSource } from './suppress-source';
import { cover, type LineIndex, type Range } from './text';

/** Tells for a comment what it governs. Built once a file. */
export class Targets {
  private readonly comments: readonly SourceComment[];
  private readonly isDockerfile: boolean;

  /** @param comments all comments of the file, embedded ones included, in order of start */
  constructor(
    private readonly source: SuppressionSource,
    comments: readonly SourceComment[],
  ) {
    this.comments = comments;
    this.isDockerfile = source.kind === 'dockerfile';
  }

  /** True when only comments and blanks stand before the first thing that the file says. */
  isLeading(comment: Range): boolean {
    const { statements, blocks } = this.source.regions;
    return ![statements[0], blocks[0]].some((first) => first !== undefined && first.start < comment.start);
  }

  /** What `ignore[…]` governs: the statement that it trails, else the next one. Empty when nothing follows. */
  ofLine(comment: Range, embedded: boolean): readonly Range[] {
    const trailing = this.codeBefore(comment);
    if (embedded) {
      const at = trailing ?? this.codeAfter(comment);
      return at === undefined ? [] : [this.logicalLine(at, trailing !== undefined)];
    }
    if (this.isDockerfile) {
      const around = this.source.regions.statements.find(
        (range) => range.start < comment.start && comment.end <= range.end,
      );
      if (around) return [around];
    }
    if (trailing === undefined) {
      const next = this.codeAfter(comment);
      return next === undefined ? [] : this.fromLineOf(next);
    }
    const line = this.lineRange(trailing);
    // Behind one line inside a longer statement, a comment means that line.
    const ending = this.source.regions.statements.filter((range) => range.start <= trailing && line.start < range.end);
    const governed = ending.filter((range) => range.start >= line.start || comment.start >= range.end);
    return [line, ...governed];
  }

  /** What `ignore-block[…]` governs: the outermost block that starts on the line; a document for its leading comment. */
  ofBlock(comment: Range, embedded: boolean): readonly Range[] {
    const trailing = this.codeBefore(comment);
    const at = trailing ?? this.codeAfter(comment);
    if (at === undefined) return [];
    const line = this.lineRange(at);
    const block = this.source.regions.blocks.find((range) => line.start <= range.start && range.start < line.end);
    if (block && !embedded) return [cover(block, { start: at, end: block.end })];
    const document = this.source.data?.documents.find(
      ({ root }) => root?.type === 'map' && trailing === undefined && root.range.start === at,
    );
    return document?.root ? [document.root.range] : this.ofLine(comment, embedded);
  }

  /** The line of an offset and every statement that starts on it. */
  private fromLineOf(offset: number): readonly Range[] {
    const line = this.lineRange(offset);
    const starting = this.source.regions.statements.filter(
      (range) => line.start <= range.start && range.start < line.end,
    );
    return [line, ...starting];
  }

  private lineRange(offset: number): Range {
    return lineRange(this.source.lines, offset);
  }

  /** Offset of the last code unit of code before the comment on its line. */
  private codeBefore(comment: Range): number | undefined {
    const start = this.source.lines.lineStart(this.source.lines.lineAt(comment.start));
    for (let at = comment.start - 1; at >= start; at--) {
      const inside = this.comments.find((other) => other.range.start <= at && at < other.range.end);
      if (inside) at = inside.range.start;
      else if (!isBlank(this.source.text[at])) return at;
    }
    return undefined;
  }

  /** Offset of the first code after the comment: other comments, blank lines and document markers are passed over. */
  private codeAfter(comment: Range): number | undefined {
    const { text } = this.source;
    let at = comment.end;
    let next = this.comments.findIndex((other) => other.range.start >= at);
    while (at < text.length) {
      if (isBlank(text[at])) {
        at++;
        continue;
      }
      while (next >= 0 && next < this.comments.length && (this.comments[next]?.range.end ?? 0) <= at) next++;
      const following = next < 0 ? undefined : this.comments[next];
      if (following && following.range.start <= at) at = following.range.end;
      else if (this.source.data?.format === 'yaml' && /^---\s*$/m.test(text.slice(at, at + 4)) && this.column(at) === 0)
        at += 3;
      else return at;
    }
    return undefined;
  }

  private column(offset: number): number {
    return this.source.lines.position(offset).column;
  }

  /** A line of a script with the lines that a backslash joins to it. */
  private logicalLine(offset: number, backwards: boolean): Range {
    const { lines } = this.source;
    let first = lines.lineAt(offset);
    let last = first;
    while (
      backwards &&
      first > 0 &&
      lines
        .line(first - 1)
        .trimEnd()
        .endsWith('\\')
    )
      first--;
    while (last + 1 < lines.lineCount && lines.line(last).trimEnd().endsWith('\\')) last++;
    return { start: lines.lineStart(first), end: lines.lineEnd(last) };
  }
}

/** The line that holds an offset, without its terminator. */
export function lineRange(lines: LineIndex, offset: number): Range {
  const line = lines.lineAt(offset);
  return { start: lines.lineStart(line), end: lines.lineEnd(line) };
}

function isBlank(unit: string | undefined): boolean {
  return unit === undefined || unit === ' ' || unit === '\t' || unit === '\n' || unit === '\r' || unit === '\uFEFF';
}
