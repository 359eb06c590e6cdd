import type { Expression } from '../../lang/hcl/ast';
import type { ProjectFiles } from '../project';
import { evaluate } from './evaluate';
import { MAX_DEPTH, newLimits, type Limits, type Scope } from './scope';
import { UNKNOWN, type ObjectEntry, type Value } from './value';

/** An expression and the file that it stands in. */
export interface NamedExpression {
  readonly expression: Expression;
  readonly path: string;
  /** Objects in its value may hold keys that are not written (`optional(…)` in a variable's type). */
  readonly open?: boolean | undefined;
}

/** What `var.x` and `local.x` stand for in a directory. Undefined names and secrets are unknown. */
export interface ModuleNames {
  variable(name: string): NamedExpression | undefined;
  local(name: string): NamedExpression | undefined;
}

/**
 * Evaluates the expressions of one directory. Variables and locals are evaluated when first used and then kept; one that
 * depends on itself is unknown.
 */
export class ModuleEvaluator {
  private readonly known = new Map<string, Value>();
  private readonly running = new Set<string>();

  constructor(
    private readonly directory: string,
    private readonly project: ProjectFiles,
    private readonly declared: ModuleNames,
  ) {}

  /** @param names bound around the expression: iterators of `dynamic` blocks */
  evaluate(expression: Expression, path: string, names: ReadonlyMap<string, Value> = new Map()): Value {
    return evaluate(expression, this.scope(path, names, newLimits()));
  }

  private scope(path: string, names: ReadonlyMap<string, Value>, limits: Limits): Scope {
    return {
      path,
      directory: this.directory,
      project: this.project,
      names,
      limits,
      variable: (name, current) => this.named(`var.${name}`, this.declared.variable(name), current),
      local: (name, current) => this.named(`local.${name}`, this.declared.local(name), current),
    };
  }

  private named(key: string, source: NamedExpression | undefined, limits: Limits): Value {
    const known = this.known.get(key);
    if (known) return known;
    if (!source || this.running.has(key) || limits.depth >= MAX_DEPTH) return UNKNOWN;
    this.running.add(key);
    // A budget of its own: its value must not depend on who asks first.
    const value = evaluate(source.expression, this.scope(source.path, new Map(), newLimits(limits.depth)));
    this.running.delete(key);
    const result = source.open ? opened(value, 0) : value;
    this.known.set(key, result);
    return result;
  }
}

/** The value with every object open. */
function opened(value: Value, depth: number): Value {
  if (depth > 20) return UNKNOWN;
  switch (value.type) {
    case 'object': {
      const entries = new Map<string, ObjectEntry>();
      for (const [key, entry] of value.entries) entries.set(key, { ...entry, value: opened(entry.value, depth + 1) });
      return { ...value, entries, open: true };
    }
    case 'list':
      return { ...value, items: value.items.map((item) => opened(item, depth + 1)) };
    case 'choice':
      return { ...value, options: value.options.map((option) => opened(option, depth + 1)) };
    default:
      return value;
  }
}
