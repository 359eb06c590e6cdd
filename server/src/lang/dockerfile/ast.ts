import type { MappedText } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import type { Comment, SyntaxProblem } from '../syntax';

/**
 * Syntax tree of a Dockerfile (Dockerfile reference; line rules as BuildKit has them). Knows no meaning: stages,
 * variables and image references are the model's business.
 */
export interface DockerfileSyntax {
  readonly text: string;
  readonly instructions: readonly Instruction[];
  readonly comments: readonly Comment[];
  /** `# syntax=`, `# escape=`, `# check=` lines before anything else. */
  readonly directives: readonly Directive[];
  /** `\` unless `# escape=` says otherwise. */
  readonly escape: '\\' | '`';
  readonly problems: readonly SyntaxProblem[];
}

export interface Directive {
  /** Lower case. */
  readonly name: string;
  readonly range: Range;
  readonly value: MappedText;
}

export interface Instruction {
  /** The keyword in upper case: `FROM`, `RUN`, or whatever was written when it is none that Docker knows. */
  readonly keyword: string;
  readonly keywordRange: Range;
  /** From the keyword to the end of the last continuation line or heredoc terminator, without the line break. */
  readonly range: Range;
  /** `--platform=…`, `--from=…`, `--mount=…`, in order. */
  readonly flags: readonly Flag[];
  /** What follows the flags, continuations joined and comment lines between them dropped, blanks at the ends removed. */
  readonly argument: MappedText;
  /** The words of the argument split at blanks, quotes kept (as `COPY`, `FROM`, `EXPOSE`, `ENV` see them). */
  readonly words: readonly MappedText[];
  /** The decoded items when the argument is a JSON array of strings (exec form), else undefined. */
  readonly execForm: readonly MappedText[] | undefined;
  readonly heredocs: readonly Heredoc[];
  /** For `ONBUILD RUN …`: the instruction inside; for `HEALTHCHECK CMD …`: the `CMD`. */
  readonly inner: Instruction | undefined;
}

export interface Flag {
  /** Without the dashes, as written: `from`, `mount`, `checksum`. */
  readonly name: string;
  /** The text after `=`; undefined for a bare flag such as `--link`. */
  readonly value: MappedText | undefined;
  readonly range: Range;
}

export interface Heredoc {
  readonly name: string;
  /** `<<-`: leading tabs are removed from the content. */
  readonly stripTabs: boolean;
  /** False when the name was quoted. */
  readonly expand: boolean;
  /** `<<NAME` in the instruction line. */
  readonly markerRange: Range;
  readonly content: MappedText;
  readonly closed: boolean;
}
