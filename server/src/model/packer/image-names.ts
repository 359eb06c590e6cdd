import { traversals, walkExpression } from '../../lang/hcl/walk';
import type { ConfigAttribute } from '../config-block';
import { alternatives } from '../values/value';
import type { PackerSource } from './types';

/** The argument that names the image, where the platform refuses a second image of the same name. */
const NAME_ARGUMENTS: readonly (readonly [builder: RegExp, argument: string])[] = [
  [/^amazon-(ebs|ebssurrogate|chroot|instance)$/, 'ami_name'],
  [/^googlecompute$/, 'image_name'],
  [/^azure-arm$/, 'managed_image_name'],
  [/^alicloud-ecs$/, 'image_name'],
];

/** Variables that are the same for each build. Others may carry a version or a commit, whatever their default is. */
const STABLE_VARIABLE =
  /^(env|environment|stage|region|aws_region|project|project_id|app|application|app_name|application_name|service|service_name|team|os|distro|arch|architecture)$/;

/** Versions of three numbers, dates, commits, `v12`: the name changes with what is in the image. */
const VERSION = /\d+\.\d+\.\d+|\d{8}|\d{4}-\d{2}-\d{2}|\bv\d+|(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{7,40}(?![0-9a-z])/i;

export type NameBehaviour = 'fixed' | 'unique' | 'unknown';

/** The argument that names the image that a source builds. */
export function imageNameOf(source: PackerSource): ConfigAttribute | undefined {
  const argument = NAME_ARGUMENTS.find(([builder]) => builder.test(source.builder))?.[1];
  return argument === undefined ? undefined : source.block.attribute(argument);
}

/**
 * Whether two builds of the template make images of different names. `unique`: the name holds the time or an id.
 * `fixed`: nothing in it changes. Anything that may hold a version is `unknown`.
 */
export function nameBehaviour(name: ConfigAttribute): NameBehaviour {
  let calls = false;
  let unique = false;
  walkExpression(name.expression, (each) => {
    if (each.type !== 'call') return;
    calls = true;
    if (/^(timestamp|uuidv4|formatdate)$/.test(each.name)) unique = true;
  });
  const texts = alternatives(name.value).map((option) => (option.type === 'text' ? option.text : undefined));
  const holds = (pattern: RegExp): boolean => texts.every((text) => text !== undefined && pattern.test(text.text));
  if (unique || holds(/\{\{-?\s*(timestamp|isotime|uuid|build\b)/)) return 'unique';
  if (calls || texts.some((text) => !text?.complete || text.text.includes('{{') || VERSION.test(text.text))) {
    return 'unknown';
  }
  const stable = traversals(name.expression).every(({ root, steps }) => {
    const [first] = steps;
    return root === 'var' && typeof first?.name === 'string' && STABLE_VARIABLE.test(first.name);
  });
  return stable ? 'fixed' : 'unknown';
}

/** Builders whose result is a file or a container of this machine: overwriting it takes nothing away from anybody. */
const LOCAL_BUILDER = /^(qemu|virtualbox-|vmware-|parallels-|hyperv-|docker|vagrant|null|file|lxc|lxd|tart|utm)/;

/** True when every source of the template builds on this machine only; false when there are none. */
export function buildsLocally(sources: readonly PackerSource[]): boolean {
  return sources.length > 0 && sources.every(({ builder }) => LOCAL_BUILDER.test(builder));
}
