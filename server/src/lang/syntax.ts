import type { Range } from '../core/text';

/** A comment, with its delimiters inside `range` and its text without them in `text`. */
export interface Comment {
  readonly range: Range;
  /** Offset of the first code unit of the comment's content, after `#`, `//`, `/*` or `{{/*`. */
  readonly textStart: number;
  readonly text: string;
}

/** Something the parser could not make sense of. We do not report these in an editor: other extensions own that. */
export interface SyntaxProblem {
  readonly range: Range;
  readonly message: string;
}

/**
 * What the suppression engine needs to know about any language.
 * A statement is the smallest thing that a comment above it governs as a whole: a Dockerfile instruction with
 * its continuation lines, an HCL attribute with its heredoc, a YAML entry whose value is a scalar.
 */
export interface Regions {
  readonly comments: readonly Comment[];
  /** Leaf statements, in order of start. */
  readonly statements: readonly Range[];
  /** HCL blocks, YAML entries whose value is a map or sequence, Dockerfile stages; outer before inner. */
  readonly blocks: readonly Range[];
}
