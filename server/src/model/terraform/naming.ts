import type { TraversalExpression } from '../../lang/hcl/ast';
import { walkExpression } from '../../lang/hcl/walk';
import type { ConfigAttribute } from '../config-block';
import { given } from './literals';
import { localExpression } from './locals';
import { referencesThrough } from './references';
import type { TerraformModule, TerraformResource } from './types';

/**
 * How the name of a resource behaves from release to release. `fixed`: it stays the same. `generated`: Terraform makes a
 * new one each time (no name, or a prefix that stays the same). `changing`: it holds the image, the launch template or a
 * version, so that a release renames the resource. `unknown`: not to be told.
 */
export type Naming = 'fixed' | 'generated' | 'changing' | 'unknown';

/** Names of variables and locals that a release changes. */
const RELEASE =
  /(^|[_-])(versions?|release|ami|amis|image|build|commit|sha\d*|git|revision|rev|digest|deployment|colou?r|slot|generation|hash|suffix_id|timestamp|date)([_-]|$)/i;

/** Names of variables and locals that stay what they are. */
const STABLE =
  /^(name|.*_name|name_.*|.*prefix|env|environment|.*_environment|stage|project|product|app|application|service|component|role|tier|team|owner|org|organi[sz]ation|company|customer|tenant|namespace|cluster|region|aws_region|location|zone|account|stack|workspace|domain|id|.*label.*|context|this)$/i;

const STABLE_DATA = new Set([
  'aws_region',
  'aws_caller_identity',
  'aws_partition',
  'google_project',
  'google_client_config',
]);
const CHANGING_CALLS =
  /^(timestamp|plantimestamp|uuid|uuidv\d|bcrypt|(file)?(md5|sha1|sha256|sha512|base64sha256|base64sha512))$/;
const LAUNCH_SOURCES = new Set(['aws_launch_template', 'aws_launch_configuration']);

/** How `name` (or `name_prefix`) of a resource behaves. */
export function namingOf(resource: TerraformResource): Naming {
  const name = given(resource.block, 'name');
  if (name) return behaviour(name, resource);
  const prefix = given(resource.block, 'name_prefix');
  if (!prefix) return 'generated';
  const result = behaviour(prefix, resource);
  return result === 'fixed' ? 'generated' : result;
}

function behaviour(attribute: ConfigAttribute, resource: TerraformResource): Exclude<Naming, 'generated'> {
  const { module } = resource;
  let changing = false;
  walkExpression(attribute.expression, (each) => {
    if (each.type === 'call' && CHANGING_CALLS.test(each.name)) changing = true;
  });
  const verdicts = referencesThrough(attribute.expression, (name) => localExpression(module, name)).map((reference) =>
    verdictOn(reference, module),
  );
  if (changing || verdicts.includes('changing')) return 'changing';
  return verdicts.includes('unknown') ? 'unknown' : 'fixed';
}

function verdictOn(reference: TraversalExpression, module: TerraformModule): 'changing' | 'fixed' | 'unknown' {
  const { root } = reference;
  const first = String(reference.steps[0]?.name ?? '');
  if (root === 'path' || root === 'terraform' || root === 'count') return 'fixed';
  // What a local holds is looked at for itself.
  if (root === 'local' && localExpression(module, first)) return 'fixed';
  if (root === 'var' || root === 'local' || root === 'module') {
    const names = reference.steps.filter((step) => step.type === 'name').map((step) => String(step.name));
    if (names.some((name) => RELEASE.test(name))) return 'changing';
    return STABLE.test(first) ? 'fixed' : 'unknown';
  }
  if (root === 'each') return 'unknown';
  const target = module.target(reference);
  if (!target) return 'unknown';
  if (LAUNCH_SOURCES.has(target.type)) return launchSourceVerdict(reference);
  if (target.mode === 'data')
    return STABLE_DATA.has(target.type)
      ? 'fixed'
      : /ami|image|ssm_parameter|external/.test(target.type)
        ? 'changing'
        : 'unknown';
  if (target.type.startsWith('random_')) return target.block.attribute('keepers') ? 'changing' : 'fixed';
  if (/^(terraform_data|null_resource|time_static)$/.test(target.type)) return 'changing';
  return /(^|_)(ami|image)(_|$)/.test(target.type) ? 'changing' : 'unknown';
}

/** The id of a launch template stays when it gets another version; the name of a launch configuration does not. */
function launchSourceVerdict(reference: TraversalExpression): 'changing' | 'unknown' {
  const last = reference.steps.at(-1)?.name;
  if (reference.root === 'aws_launch_configuration') return 'changing';
  return last === 'latest_version' || last === 'default_version' || last === 'image_id' ? 'changing' : 'unknown';
}
