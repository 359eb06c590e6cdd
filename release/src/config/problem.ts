/** Something wrong in `immutable.yaml`. */
export interface PipelineProblem {
  readonly path: string;
  /** Offsets in the text. */
  readonly range: { readonly start: number; readonly end: number };
  /** Zero-based. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The configuration cannot be used. Says every place that is wrong. */
export class PipelineError extends Error {
  constructor(readonly problems: readonly PipelineProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.name = 'PipelineError';
  }
}

/** `immutable.yaml:3:5: …`, counted from 1. */
export function describeProblem(problem: PipelineProblem): string {
  return `${problem.path}:${problem.line + 1}:${problem.column + 1}: ${problem.message}`;
}
