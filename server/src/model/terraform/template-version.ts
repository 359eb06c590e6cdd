import type { FixLevel } from '../../core/finding';
import type { Expression } from '../../lang/hcl/ast';
import type { ConfigBlock } from '../config-block';
import { joinPath } from '../../core/paths';
import type { Project } from '../project';
import { textOf } from '../values/value';
import { templateName } from './autoscaling';
import type { TerraformModule, TerraformResource } from './types';

/** An expression for a version of the launch template that a block names. */
export interface VersionReference {
  readonly text: string;
  /** `safe` when the template is declared in the same module and named directly. */
  readonly level: FixLevel;
  /** The launch template, when it is declared in the module. */
  readonly template: TerraformResource | undefined;
}

export type VersionArgument = 'latest_version' | 'default_version';

/**
 * What to write for `latest_version` (or `default_version`) of the launch template that a block names by id or name.
 * Undefined when that cannot be told: a variable, a condition, a template of another module without such an output.
 */
export function versionReference(
  use: ConfigBlock,
  module: TerraformModule,
  project: Project,
  version: VersionArgument,
): VersionReference | undefined {
  const name = templateName(use);
  if (!name) return undefined;
  const { text } = name.file;
  const expression = plain(name.expression);
  const templates = module.targets(expression).filter(({ type }) => type === 'aws_launch_template');
  const [template] = templates;
  if (expression.type !== 'traversal') return nested(text, expression, template, version);
  const last = expression.steps.at(-1);
  if (expression.root === 'module') return outputReference(expression.steps[0]?.name, module, project, version);
  if (!template || templates.length > 1 || !last) return undefined;
  if (expression.root === 'local') {
    const repeated = template.block.attribute('count') ?? template.block.attribute('for_each');
    return repeated ? undefined : reference(template, `${template.address}.${version}`);
  }
  if (last.type !== 'name' || !/^(id|name|arn)$/.test(String(last.name)) || expression.steps.length < 2)
    return undefined;
  return reference(template, `${text.slice(expression.range.start, last.range.start)}.${version}`);
}

function reference(template: TerraformResource, text: string): VersionReference {
  const managed = template.mode === 'managed';
  return { text, level: managed ? 'safe' : 'suggestion', template: managed ? template : undefined };
}

/** `one(aws_launch_template.app[*].id)`, `try(aws_launch_template.app[0].id, "")`: the same with another attribute. */
function nested(
  text: string,
  expression: Expression,
  template: TerraformResource | undefined,
  version: VersionArgument,
): VersionReference | undefined {
  const wrapped = expression.type === 'call' && /^(one|try|element|join)$/.test(expression.name);
  const repeated = expression.type === 'index' || expression.type === 'access';
  if (!template || template.mode !== 'managed' || !(wrapped || repeated)) return undefined;
  const source = text.slice(expression.range.start, expression.range.end);
  const attribute = /(\baws_launch_template\.[\w-]+(?:\[[^\]]*\]|\.\*)?\.)(?:id|name)\b/g;
  if (source.match(attribute)?.length !== 1) return undefined;
  return { text: source.replace(attribute, `$1${version}`), level: 'suggestion', template };
}

/** The output of a local module that hands the version on. */
function outputReference(
  call: string | number | undefined,
  module: TerraformModule,
  project: Project,
  version: VersionArgument,
): VersionReference | undefined {
  const block = module.moduleCalls.find((candidate) => candidate.labels[0] === call);
  const source = textOf(block?.value('source'));
  if (!block || source === undefined || !/^\.\.?\//.test(source)) return undefined;
  if (block.attribute('count') ?? block.attribute('for_each')) return undefined;
  const directory = joinPath(module.directory, source);
  if (directory === undefined) return undefined;
  const outputs = project.terraformModule(directory === '' ? 'main.tf' : `${directory}/main.tf`).outputs;
  const output = outputs.find((candidate) => {
    const value = candidate.attribute('value')?.expression;
    return value !== undefined && plain(value).type === 'traversal' && lastName(plain(value)) === version;
  });
  if (!output) return undefined;
  return { text: `module.${call}.${output.labels[0] ?? ''}`, level: 'suggestion', template: undefined };
}

function lastName(expression: Expression): string | number | undefined {
  return expression.type === 'traversal' ? expression.steps.at(-1)?.name : undefined;
}

/** Without parentheses and without the `"${…}"` of Terraform 0.11 and of JSON files. */
function plain(expression: Expression): Expression {
  if (expression.type === 'parentheses') return plain(expression.inner);
  const only = expression.type === 'template' && expression.parts.length === 1 ? expression.parts[0] : undefined;
  return only?.type === 'interpolation' ? plain(only.expression) : expression;
}
