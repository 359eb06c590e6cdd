import type { Place } from '../../core/text';
import type { Expression, HclFile, TraversalExpression } from '../../lang/hcl/ast';
import type { ConfigBlock } from '../config-block';
import type { Value } from '../values/value';

/** All `.tf`, `.tofu`, `.tf.json` files of one directory, with the `.tfvars` that are read by themselves. */
export interface TerraformModule {
  readonly directory: string;
  readonly files: readonly TerraformFile[];
  readonly resources: readonly TerraformResource[];
  readonly dataSources: readonly TerraformResource[];
  readonly moduleCalls: readonly ConfigBlock[];
  readonly providers: readonly ConfigBlock[];
  /** `terraform { … }` blocks. */
  readonly settings: readonly ConfigBlock[];
  readonly variables: ReadonlyMap<string, ConfigBlock>;
  readonly outputs: readonly ConfigBlock[];
  /** The managed resource with that type and name. */
  resource(type: string, name: string): TerraformResource | undefined;
  dataSource(type: string, name: string): TerraformResource | undefined;
  /** All managed resources of a type. */
  ofType(type: string): readonly TerraformResource[];
  /** Evaluates an expression in the module's scope. */
  evaluate(expression: Expression, file: TerraformFile): Value;
  /** The resource or data source that a reference names: `aws_launch_template.app.id`, `data.aws_ami.base.id`. */
  target(reference: TraversalExpression): TerraformResource | undefined;
  /**
   * Every resource reachable from an expression through references, locals followed:
   * `local.template_id` → `aws_launch_template.app`.
   */
  targets(expression: Expression): readonly TerraformResource[];
  /** Resources and outputs (as blocks) that refer to this one. */
  referrers(resource: TerraformResource): readonly ConfigBlock[];
}

export interface TerraformFile {
  readonly path: string;
  readonly syntax: HclFile;
}

export interface TerraformResource {
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  /** `aws_autoscaling_group.app`, `data.aws_ami.base`. */
  readonly address: string;
  readonly block: ConfigBlock;
  readonly file: TerraformFile;
  readonly module: TerraformModule;
  /** `count = 0` or an empty `for_each`: it does not exist (P15). */
  readonly disabled: boolean;
  /** The place to show a finding about the whole resource. */
  readonly header: Place;
}
