import type { TextEdit } from '../../core/finding';
import type { Block, TraversalExpression } from '../../lang/hcl/ast';
import { traversals } from '../../lang/hcl/walk';
import type { ConfigAttribute, ConfigBlock } from '../config-block';
import { resourceName } from './references';
import type { TerraformModule, TerraformResource } from './types';

/** Where resources name the machine image that they start: path of nested blocks, and the argument. */
const IMAGE_ARGUMENTS: readonly (readonly [type: RegExp, blocks: readonly string[], argument: string])[] = [
  [/^aws_(instance|spot_instance_request)$/, [], 'ami'],
  [/^aws_launch_(template|configuration)$/, [], 'image_id'],
  [/^aws_spot_fleet_request$/, ['launch_specification'], 'ami'],
  [/^google_compute_instance$/, ['boot_disk', 'initialize_params'], 'image'],
  [/^google_compute_(region_)?instance_template$/, ['disk'], 'source_image'],
  [/^azurerm_((linux|windows|orchestrated)_)?virtual_machine(_scale_set)?$/, [], 'source_image_id'],
];

/** The arguments by which a resource names its machine image. */
export function machineImages(resource: TerraformResource): readonly ConfigAttribute[] {
  return IMAGE_ARGUMENTS.filter(([type]) => type.test(resource.type)).flatMap(([, path, argument]) => {
    let blocks: readonly ConfigBlock[] = [resource.block];
    for (const step of path) blocks = blocks.flatMap((each) => each.blocks(step));
    return blocks.flatMap((block) => block.attribute(argument) ?? []);
  });
}

/** The image arguments of resources and module calls that get their value from a data source. */
export function imageUsersOf(data: TerraformResource): readonly ConfigAttribute[] {
  const { module } = data;
  const own = module.resources.filter(({ disabled }) => !disabled).flatMap(machineImages);
  const passed = module.moduleCalls.flatMap((call) =>
    call.attributes.filter(({ name }) => /(^|_)(ami|image)(_|$)/.test(name)),
  );
  return [...own, ...passed].filter(({ expression }) => module.targets(expression).includes(data));
}

/** True when the argument names the image on which a module builds another one: `source_ami_id`, `parent_image`. */
export function isBuiltUpon({ name }: ConfigAttribute): boolean {
  return /^(source|base|parent)_/.test(name);
}

/**
 * Edits that put a variable where the id of a data source is read; undefined when some other use would stay or a file is in
 * JSON.
 *
 * @param names arguments of the data source that hold the id
 */
export function replaceReferences(
  data: TerraformResource,
  names: readonly string[],
  variable: string,
): readonly TextEdit[] | undefined {
  const { module } = data;
  const edits: TextEdit[] = [];
  for (const { reference, path, json } of referencesIn(module)) {
    const named = resourceName(reference);
    if (named?.mode !== 'data' || named.type !== data.type || named.name !== data.name) continue;
    const last = reference.steps.at(-1)?.name;
    if (json || reference.steps.length !== 3 || typeof last !== 'string' || !names.includes(last)) return undefined;
    edits.push({ at: { ...reference.range, path }, text: `var.${variable}` });
  }
  return edits;
}

function referencesIn(
  module: TerraformModule,
): readonly { readonly reference: TraversalExpression; readonly path: string; readonly json: boolean }[] {
  return module.files.flatMap(({ path, syntax }) => {
    const found: TraversalExpression[] = [];
    const visit = (items: Block['body']['items']): void => {
      for (const item of items) {
        if (item.type === 'attribute') found.push(...traversals(item.value));
        else visit(item.body.items);
      }
    };
    visit(syntax.body.items);
    return found.map((reference) => ({ reference, path, json: syntax.form === 'json' }));
  });
}
