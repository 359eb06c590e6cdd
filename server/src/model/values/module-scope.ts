import type { Expression } from '../../lang/hcl/ast';
import type { ProjectFiles } from '../project';
import { choice } from './combine';
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

/** What the callers of a module give for a variable. */
export interface Arguments {
  /** One value a caller; undefined where a caller leaves the default. */
  readonly values: readonly (Value | undefined)[];
  /** Objects among them may hold keys that are not written. */
  readonly open: boolean;
}

/** What `var.x` and `local.x` stand for in a directory. Undefined names and secrets are unknown. */
export interface ModuleNames {
  variable(name: string): NamedExpression | undefined;
  local(name: string): NamedExpression | undefined;
  /** Undefined when nobody is known to call the module, or when the value comes from elsewhere. */
  arguments?(name: string): Arguments | undefined;
}

/** Modules that call modules are followed so deep. */
const MAX_CALLS = 16;

/** How many calls are being followed now, over all modules. */
let followed = 0;

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
      variable: (name, current) =>
        this.named(`var.${name}`, current, () => this.argument(name, this.declared.variable(name), current)),
      local: (name, current) =>
        this.named(`local.${name}`, current, () => this.written(this.declared.local(name), current)),
    };
  }

  private named(key: string, limits: Limits, compute: () => Value): Value {
    const known = this.known.get(key);
    if (known) return known;
    if (this.running.has(key) || limits.depth >= MAX_DEPTH) return UNKNOWN;
    this.running.add(key);
    const result = compute();
    this.running.delete(key);
    this.known.set(key, result);
    return result;
  }

  private written(source: NamedExpression | undefined, limits: Limits): Value {
    if (!source) return UNKNOWN;
    // A budget of its own: its value must not depend on who asks first.
    const value = evaluate(source.expression, this.scope(source.path, new Map(), newLimits(limits.depth)));
    return source.open ? opened(value, 0) : value;
  }

  /**
   * What the callers give, else the default. Several callers are several possible values; each of them makes its own
   * resources, so one whose value is not known says nothing about the others.
   */
  private argument(name: string, source: NamedExpression | undefined, limits: Limits): Value {
    if (followed >= MAX_CALLS) return UNKNOWN;
    followed++;
    try {
      const given = this.declared.arguments?.(name);
      if (!given) return this.written(source, limits);
      const preset = given.values.includes(undefined) ? this.written(source, limits) : UNKNOWN;
      const values = given.values.map((value) => value ?? preset).filter(({ type }) => type !== 'unknown');
      const origin = values.find((value) => value.origin)?.origin;
      const value = origin ? choice(values, origin) : UNKNOWN;
      return given.open ? opened(value, 0) : value;
    } finally {
      followed--;
    }
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
