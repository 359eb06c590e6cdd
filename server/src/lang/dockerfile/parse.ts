import { MappedText, MappedTextBuilder } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import type { Comment, SyntaxProblem } from '../syntax';
import type { Directive, DockerfileSyntax, Heredoc, Instruction } from './ast';
import { skipSpaces, trimEnd } from './characters';
import { findMarkers, HeredocReader } from './heredoc';
import { InstructionNode, readHead, type Head } from './instruction';
import { HEREDOC_KEYWORDS, isKnownKeyword } from './keywords';
import { lineAt, type Line } from './lines';

const DIRECTIVE = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=/;
const DIRECTIVE_NAMES: ReadonlySet<string> = new Set(['syntax', 'escape', 'check']);

/**
 * Parses a Dockerfile by the line rules of the Dockerfile reference. Never throws: what Docker would refuse is in
 * `problems`, and the instructions around it are kept. Takes time linear in the text's length.
 */
export function parseDockerfile(text: string): DockerfileSyntax {
  return new Parser(text).parse();
}

class Parser {
  private readonly instructions: Instruction[] = [];
  private readonly comments: Comment[] = [];
  private readonly directives: Directive[] = [];
  private readonly problems: SyntaxProblem[] = [];
  private readonly heredocs: HeredocReader;
  private escape: '\\' | '`' = '\\';
  private directivesOpen = true;
  private at: number;

  constructor(private readonly text: string) {
    this.at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.heredocs = new HeredocReader(text);
  }

  parse(): DockerfileSyntax {
    while (this.at < this.text.length) {
      const line = this.nextLine();
      const first = skipSpaces(this.text, line.start, line.end);
      if (first < line.end && this.text.charCodeAt(first) === 35) {
        if (!this.directivesOpen || !this.readDirective(first, line.end)) this.readComment(first, line.end);
        continue;
      }
      this.directivesOpen = false;
      if (first < line.end) this.readInstruction(first, line);
    }
    return {
      text: this.text,
      instructions: this.instructions,
      comments: this.comments,
      directives: this.directives,
      escape: this.escape,
      problems: this.problems,
    };
  }

  private nextLine(): Line {
    const line = lineAt(this.text, this.at);
    this.at = line.next;
    return line;
  }

  /** False when the line is an ordinary comment, which also ends the directives. */
  private readDirective(start: number, end: number): boolean {
    const match = DIRECTIVE.exec(this.text.slice(start, end));
    const name = match?.[1]?.toLowerCase();
    const range = { start, end: trimEnd(this.text, start, end) };
    const valueStart = skipSpaces(this.text, start + (match?.[0].length ?? 0), range.end);
    if (name === undefined || valueStart >= range.end || !DIRECTIVE_NAMES.has(name)) {
      this.directivesOpen = false;
      return false;
    }
    if (this.directives.some((directive) => directive.name === name)) {
      this.problems.push({ range, message: `Only one "${name}" directive is allowed.` });
      return true;
    }
    const value = this.text.slice(valueStart, range.end);
    this.directives.push({ name, range, value: MappedText.verbatim(value, valueStart) });
    if (name !== 'escape') return true;
    if (value === '\\' || value === '`') this.escape = value;
    else this.problems.push({ range, message: 'The escape character must be \\ or `.' });
    return true;
  }

  private readComment(start: number, end: number): void {
    this.comments.push({
      range: { start, end: trimEnd(this.text, start, end) },
      textStart: start + 1,
      text: this.text.slice(start + 1, end),
    });
  }

  private readInstruction(start: number, firstLine: Line): void {
    const { line, end: lineEnd } = this.readLogicalLine(start, firstLine);
    const head = readHead(line);
    if (!head) return;
    if (!isKnownKeyword(head.keyword)) {
      this.problems.push({ range: head.keywordRange, message: `Unknown instruction ${head.keyword}.` });
    }
    const { heredocs, end } = this.readHeredocs(line, head);
    const range = { start: head.keywordRange.start, end: end ?? lineEnd };
    this.instructions.push(new InstructionNode(head, range, heredocs, this.escape));
  }

  /** Joins continuation lines; comment lines and blank lines between them are left out. */
  private readLogicalLine(start: number, firstLine: Line): { line: MappedText; end: number } {
    let escapeAt = this.continuation(start, firstLine.end);
    if (escapeAt === undefined) {
      const end = trimEnd(this.text, start, firstLine.end);
      return { line: MappedText.verbatim(this.text.slice(start, end), start), end };
    }
    const builder = new MappedTextBuilder();
    let end = escapeAt + 1;
    builder.verbatim(this.text.slice(start, escapeAt), start);
    while (escapeAt !== undefined && this.at < this.text.length) {
      const line = this.nextLine();
      const first = skipSpaces(this.text, line.start, line.end);
      if (first >= line.end) {
        const range = { start: line.start, end: line.end };
        this.problems.push({ range, message: 'Blank line inside an instruction.' });
        continue;
      }
      if (this.text.charCodeAt(first) === 35) {
        this.readComment(first, line.end);
        continue;
      }
      escapeAt = this.continuation(line.start, line.end);
      builder.verbatim(this.text.slice(line.start, escapeAt ?? line.end), line.start);
      end = escapeAt === undefined ? trimEnd(this.text, line.start, line.end) : escapeAt + 1;
    }
    return { line: builder.build(), end };
  }

  /** Where the escape character stands that continues the line, if one does. */
  private continuation(start: number, end: number): number | undefined {
    let at = end;
    while (at > start && (this.text.charCodeAt(at - 1) === 32 || this.text.charCodeAt(at - 1) === 9)) at--;
    const escape = this.escape.charCodeAt(0);
    if (at === start || this.text.charCodeAt(at - 1) !== escape) return undefined;
    return at - 1 > start && this.text.charCodeAt(at - 2) === escape ? undefined : at - 1;
  }

  private readHeredocs(line: MappedText, head: Head): { heredocs: readonly Heredoc[]; end: number | undefined } {
    if (!line.text.includes('<<') || !this.mayHaveHeredocs(head)) return { heredocs: [], end: undefined };
    const heredocs: Heredoc[] = [];
    let end: number | undefined;
    for (const marker of findMarkers(line.text)) {
      const place = line.sourceOf(marker.range) ?? marker.range;
      const markerRange: Range = { start: place.start, end: place.end };
      const found = this.heredocs.read(marker, markerRange, this.at);
      heredocs.push(found.heredoc);
      this.at = found.next;
      end = found.end;
      if (found.heredoc.closed) continue;
      end = trimEnd(this.text, markerRange.end, found.end);
      this.problems.push({ range: markerRange, message: `No line "${marker.name}" ends this heredoc.` });
    }
    return { heredocs, end };
  }

  private mayHaveHeredocs(head: Head): boolean {
    const inner = head.keyword === 'ONBUILD' ? readHead(head.argument) : head;
    if (!inner || !HEREDOC_KEYWORDS.has(inner.keyword)) return false;
    return new InstructionNode(inner, inner.keywordRange, [], this.escape).execForm === undefined;
  }
}
