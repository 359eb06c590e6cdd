import type { Place } from '../../core/text';
import type { ConfigBlock } from '../config-block';
import { alternatives, entryOf, type TextValue, type Value } from '../values/value';
import type { TerraformResource } from './types';

/** An argument whose text an instance runs or reads when it boots. */
export interface BootArgument {
  readonly argument: string;
  readonly text: TextValue;
  readonly at: Place;
}

/** Arguments that carry boot data, on whatever resource they stand. */
const ARGUMENTS = ['user_data', 'user_data_base64', 'custom_data', 'metadata_startup_script', 'userdata'];

/** Keys of `metadata` (Google Cloud, Oracle Cloud) that carry boot data. */
const METADATA_KEYS = ['startup-script', 'user-data', 'user_data'];

/** Only compute resources boot: the argument names also occur elsewhere (`aws_cognito…custom_data`). */
const COMPUTE =
  /instance|launch_template|launch_configuration|virtual_machine|scale_set|droplet|server|node_pool|compute|droplet|linode|spot|machine|_vm(_|$)/;

/** The boot data of a resource or of a `cloudinit_config` data source. Base64 and gzip are looked through. */
export function bootArguments(resource: TerraformResource): BootArgument[] {
  if (resource.mode === 'data') {
    if (resource.type !== 'cloudinit_config' && resource.type !== 'template_cloudinit_config') return [];
    return resource.block.blocks('part').flatMap((part) => read(part, 'content'));
  }
  if (!COMPUTE.test(resource.type)) return [];
  const found = ARGUMENTS.flatMap((argument) => read(resource.block, argument));
  for (const profile of resource.block.blocks('os_profile')) found.push(...read(profile, 'custom_data'));
  const metadata = resource.block.attribute('metadata');
  if (metadata) {
    for (const option of alternatives(metadata.value)) {
      for (const key of METADATA_KEYS) {
        const value = entryOf(option, key);
        const place = option.type === 'object' ? option.entries.get(key)?.key : undefined;
        if (value && place) found.push(...texts(`metadata.${key}`, value, place));
      }
    }
  }
  return found;
}

function read(block: ConfigBlock, argument: string): BootArgument[] {
  const attribute = block.attribute(argument);
  return attribute ? texts(argument, attribute.value, { ...attribute.nameRange, path: attribute.path }) : [];
}

function texts(argument: string, value: Value, at: Place): BootArgument[] {
  const found: BootArgument[] = [];
  for (const option of alternatives(value)) {
    if (option.type !== 'text') continue;
    found.push({ argument, text: option.decoded ?? option, at });
  }
  return found;
}
