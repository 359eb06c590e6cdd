import type { Place, Range } from '../../core/text';
import type { ProjectFiles } from '../project';
import type { Value } from './value';

/** Bounds the work of evaluations that share it: texts written to be slow end as unknown, not as a hang. */
export interface Limits {
  steps: number;
  depth: number;
}

/** Steps that evaluating one argument, local or default may take. A large real one takes a few hundred. */
const STEPS = 20_000;
/** Nested evaluations, locals and templates followed: keeps the call stack small. */
export const MAX_DEPTH = 300;
/** Longer texts are not built. */
export const MAX_TEXT = 1_000_000;

export function newLimits(depth = 0): Limits {
  return { steps: STEPS, depth };
}

/** What names in an expression stand for. */
export interface Scope {
  /** Path of the file in which the expression is written: origins carry it. */
  readonly path: string;
  /** The module's directory: `path.module` is `.` and relative paths are resolved against it. */
  readonly directory: string;
  readonly project: ProjectFiles;
  /** `var.name`; UNKNOWN when not declared or not decidable. */
  variable(name: string, limits: Limits): Value;
  /** `local.name`; UNKNOWN likewise. */
  local(name: string, limits: Limits): Value;
  /** Variables of `for`, iterators of `dynamic` blocks, the variables of `templatefile`. They hide other names. */
  readonly names: ReadonlyMap<string, Value>;
  readonly limits: Limits;
}

/** The scope with more names, which hide those of the same name. */
export function withNames(scope: Scope, names: Iterable<readonly [string, Value]>): Scope {
  return { ...scope, names: new Map([...scope.names, ...names]) };
}

export function placeIn(scope: Scope, range: Range): Place {
  return { start: range.start, end: range.end, path: scope.path };
}

/** Takes steps from the budget; false when it is used up. */
export function spend(scope: Scope, steps: number): boolean {
  scope.limits.steps -= steps;
  return scope.limits.steps > 0;
}
