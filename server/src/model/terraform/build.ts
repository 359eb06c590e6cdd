import type { Place } from '../../core/text';
import type { Block, Expression, TraversalExpression } from '../../lang/hcl/ast';
import { blockOf } from '../config/block';
import type { BlockContext } from '../config/context';
import type { ConfigBlock } from '../config-block';
import type { ProjectFiles } from '../project';
import { isEmpty } from '../values/combine';
import { ModuleEvaluator, type Arguments } from '../values/module-scope';
import { every, numberIn, UNKNOWN, type Value } from '../values/value';
import { referencesThrough, resourceName } from './references';
import type { TerraformFile, TerraformModule, TerraformResource } from './types';
import { assignments, autoLoaded, readVariable, type VariableDeclaration, type VariableSource } from './variables';

/**
 * The module of one directory.
 *
 * @param directory relative to the workspace root, `''` for the root itself
 * @param files its `.tf`, `.tofu` and `.tf.json` files
 * @param tfvars files of variable values in it; only those that Terraform reads by itself count
 * @param project to follow `file()` and `templatefile()`
 * @param callers the blocks of the workspace that call this module; asked when a variable is first needed. Undefined:
 *   too many, so that no variable is known
 */
export function buildTerraformModule(
  directory: string,
  files: readonly TerraformFile[],
  tfvars: readonly TerraformFile[],
  project: ProjectFiles,
  callers: () => readonly ConfigBlock[] | undefined = () => [],
): TerraformModule {
  return new DirectoryModule(directory, files, autoLoaded(tfvars, 'terraform'), project, callers);
}

const NO_RESOURCES: readonly TerraformResource[] = [];

class DirectoryModule implements TerraformModule {
  readonly resources: readonly TerraformResource[];
  readonly dataSources: readonly TerraformResource[];
  readonly moduleCalls: readonly ConfigBlock[];
  readonly providers: readonly ConfigBlock[];
  readonly settings: readonly ConfigBlock[];
  readonly variables: ReadonlyMap<string, ConfigBlock>;
  readonly outputs: readonly ConfigBlock[];

  private readonly declarations = new Map<string, VariableDeclaration>();
  private readonly locals = new Map<string, VariableSource>();
  private readonly assigned: ReadonlyMap<string, VariableSource>;
  private readonly evaluator: ModuleEvaluator;
  private readonly managed: ResourceNames = new Map();
  private readonly data: ResourceNames = new Map();
  private readonly byType = new Map<string, TerraformResource[]>();
  private calls: { readonly found: readonly ConfigBlock[] | undefined } | undefined;
  private referrerIndex: ReadonlyMap<TerraformResource, readonly ConfigBlock[]> | undefined;

  constructor(
    readonly directory: string,
    readonly files: readonly TerraformFile[],
    tfvars: readonly TerraformFile[],
    project: ProjectFiles,
    private readonly callers: () => readonly ConfigBlock[] | undefined,
  ) {
    this.assigned = assignments(tfvars);
    this.evaluator = new ModuleEvaluator(directory, project, {
      variable: (name) => this.variableSource(name),
      local: (name) => {
        const source = this.locals.get(name);
        return source && { expression: source.expression, path: source.file.path };
      },
      arguments: (name) => this.argumentsOf(name),
    });
    const blocks = new Map<string, { readonly block: ConfigBlock; readonly file: TerraformFile }[]>();
    // Blocks of override files change blocks of the other files: a variable's default and a local they replace.
    const ordered = [...files].sort((a, b) => Number(isOverride(a.path)) - Number(isOverride(b.path)));
    for (const file of ordered) {
      const overrides = isOverride(file.path);
      const context = this.contextOf(file);
      for (const node of file.syntax.body.items) {
        if (node.type !== 'block') continue;
        this.declare(node, file);
        if (overrides) continue;
        const declared = { block: blockOf(node, context), file };
        const list = blocks.get(node.kind);
        if (list) list.push(declared);
        else blocks.set(node.kind, [declared]);
      }
    }
    const ofKind = (kind: string): ConfigBlock[] => (blocks.get(kind) ?? []).map(({ block }) => block);
    const resourcesOf = (kind: 'resource' | 'data'): TerraformResource[] =>
      (blocks.get(kind) ?? []).flatMap(({ block, file }) => resourceOf(block, file, this));
    this.resources = resourcesOf('resource');
    this.dataSources = resourcesOf('data');
    this.moduleCalls = ofKind('module');
    this.providers = ofKind('provider');
    this.settings = ofKind('terraform');
    this.outputs = ofKind('output');
    this.variables = new Map(ofKind('variable').map((block) => [block.labels[0] ?? '', block]));
    for (const resource of [...this.resources, ...this.dataSources]) {
      declareName(resource.mode === 'data' ? this.data : this.managed, resource);
      if (resource.mode !== 'managed') continue;
      const sameType = this.byType.get(resource.type);
      if (sameType) sameType.push(resource);
      else this.byType.set(resource.type, [resource]);
    }
  }

  resource(type: string, name: string): TerraformResource | undefined {
    return this.managed.get(type)?.get(name);
  }

  dataSource(type: string, name: string): TerraformResource | undefined {
    return this.data.get(type)?.get(name);
  }

  ofType(type: string): readonly TerraformResource[] {
    return this.byType.get(type) ?? [];
  }

  evaluate(expression: Expression, file: TerraformFile): Value {
    return this.evaluator.evaluate(expression, file.path);
  }

  target(reference: TraversalExpression): TerraformResource | undefined {
    const named = resourceName(reference);
    if (!named) return undefined;
    return named.mode === 'data' ? this.dataSource(named.type, named.name) : this.resource(named.type, named.name);
  }

  targets(expression: Expression): readonly TerraformResource[] {
    if (expression.type === 'literal') return NO_RESOURCES;
    const references = referencesThrough(expression, (name) => this.locals.get(name)?.expression);
    if (references.length === 0) return NO_RESOURCES;
    const found: TerraformResource[] = [];
    for (const reference of references) {
      const target = this.target(reference);
      if (target && !found.includes(target)) found.push(target);
    }
    return found;
  }

  referrers(resource: TerraformResource): readonly ConfigBlock[] {
    this.referrerIndex ??= this.indexReferrers();
    return this.referrerIndex.get(resource) ?? [];
  }

  private indexReferrers(): Map<TerraformResource, ConfigBlock[]> {
    const index = new Map<TerraformResource, ConfigBlock[]>();
    const holders = [
      ...[...this.resources, ...this.dataSources].map(({ block }) => block),
      ...this.moduleCalls,
      ...this.outputs,
    ];
    for (const holder of holders) {
      for (const expression of expressionsIn(holder)) {
        for (const target of this.targets(expression)) {
          if (target.block === holder) continue;
          const list = index.get(target);
          if (!list) index.set(target, [holder]);
          // Holders come one after the other: one that is named twice is the last one.
          else if (list[list.length - 1] !== holder) list.push(holder);
        }
      }
    }
    return index;
  }

  private declare(block: Block, file: TerraformFile): void {
    const name = block.labels[0]?.value;
    if (block.kind === 'variable' && name !== undefined) {
      const declaration = readVariable(block, file);
      const before = isOverride(file.path) ? this.declarations.get(name) : undefined;
      this.declarations.set(
        name,
        before ? { ...declaration, default: declaration.default ?? before.default } : declaration,
      );
    } else if (block.kind === 'locals') {
      for (const item of block.body.items) {
        if (item.type === 'attribute') this.locals.set(item.name, { expression: item.value, file });
      }
    }
  }

  private variableSource(name: string): { expression: Expression; path: string; open: boolean } | undefined {
    const declaration = this.declarations.get(name);
    if (!declaration || declaration.sensitive) return undefined;
    const source = this.assigned.get(name) ?? declaration.default;
    return source && { expression: source.expression, path: source.file.path, open: declaration.optionalAttributes };
  }

  /** A directory with values of its own for the variable is applied by itself: its callers do not decide. */
  private argumentsOf(name: string): Arguments | undefined {
    const declaration = this.declarations.get(name);
    if (!declaration || declaration.sensitive || this.assigned.has(name)) return undefined;
    const callers = (this.calls ??= { found: this.callers() }).found;
    if (callers?.length === 0) return undefined;
    return {
      values: callers?.map((call) => call.value(name)) ?? [UNKNOWN],
      open: declaration.optionalAttributes,
    };
  }

  private contextOf(file: TerraformFile): BlockContext {
    return {
      file: file.syntax,
      path: file.path,
      evaluate: (expression, names) => this.evaluator.evaluate(expression, file.path, names),
    };
  }
}

/** `override.tf`, `prod_override.tf` and their `.json` and `.tofu` forms. */
function isOverride(path: string): boolean {
  return /(^|[/_])override\.(tf|tofu)(\.json)?$/.test(path);
}

function resourceOf(block: ConfigBlock, file: TerraformFile, module: TerraformModule): TerraformResource[] {
  const [type, name] = block.labels;
  if (type === undefined || name === undefined) return [];
  const mode = block.kind === 'data' ? 'data' : 'managed';
  return [new DeclaredResource(mode, type, name, block, file, module)];
}

class DeclaredResource implements TerraformResource {
  private isDisabled: boolean | undefined;

  constructor(
    readonly mode: 'managed' | 'data',
    readonly type: string,
    readonly name: string,
    readonly block: ConfigBlock,
    readonly file: TerraformFile,
    readonly module: TerraformModule,
  ) {}

  get address(): string {
    const address = `${this.type}.${this.name}`;
    return this.mode === 'data' ? `data.${address}` : address;
  }

  get header(): Place {
    return this.block.header;
  }

  get disabled(): boolean {
    return (this.isDisabled ??= this.neverExists());
  }

  /** `count = 0` or an empty `for_each`, whichever way they are known (P15). */
  private neverExists(): boolean {
    const count = this.block.value('count');
    if (count) return every(count, (option) => numberIn(option) === 0);
    const forEach = this.block.value('for_each');
    return forEach !== undefined && forEach.type !== 'null' && isEmpty(forEach) === true;
  }
}

/** By type, then by name. Of two of the same name the first counts. */
type ResourceNames = Map<string, Map<string, TerraformResource>>;

function declareName(names: ResourceNames, resource: TerraformResource): void {
  const sameType = names.get(resource.type);
  if (!sameType) names.set(resource.type, new Map([[resource.name, resource]]));
  else if (!sameType.has(resource.name)) sameType.set(resource.name, resource);
}

/** Every expression in a block and in the blocks in it. */
function expressionsIn(block: ConfigBlock): readonly Expression[] {
  const { node } = block;
  if (node.type === 'object') return [node];
  const found: Expression[] = [];
  const visit = (part: Block): void => {
    for (const item of part.body.items) {
      if (item.type === 'attribute') found.push(item.value);
      else visit(item);
    }
  };
  visit(node);
  return found;
}
