import type { ConfigBlock } from '../config-block';
import { entryOf, textOf } from '../values/value';
import type { TerraformResource } from './types';

const BASTION = /bastion|jump[-_ ]?(host|box|server)|(^|[^a-z])jump([^a-z]|$)|vpn|wireguard|teleport/i;

/** Services that speak SSH themselves: nobody logs in to the server through them. */
const SSH_SERVICE = /sftp|gitea|gitlab|gerrit|forgejo|bitbucket|git[-_]ssh/i;

/** Machines on which people work: logging in is what they are for. */
const WORKPLACE = /dev[-_]?(desktop|box|machine|vm|workstation)(e?s)?([^a-z]|$)|workstation|cloud[-_]?desktop/i;

const PACKER = /packer/i;

/** True for the one server through which people reach others: a documented exception (rules.md B1, B2). */
export function isBastion(resource: TerraformResource, rule?: ConfigBlock): boolean {
  return namesOf(resource, rule).some((name) => BASTION.test(name));
}

/** True when port 22 belongs to a file transfer or Git service, by the names around it. */
export function isSshService(resource: TerraformResource, rule?: ConfigBlock): boolean {
  return namesOf(resource, rule).some((name) => SSH_SERVICE.test(name));
}

/** True for a machine on which people work: nobody replaces it to bring a change to users. */
export function isWorkplace(resource: TerraformResource, rule?: ConfigBlock): boolean {
  return namesOf(resource, rule).some((name) => WORKPLACE.test(name));
}

/** True for what only Packer's build instances use. */
export function isForPacker(resource: TerraformResource): boolean {
  return namesOf(resource).some((name) => PACKER.test(name));
}

/** Several rules ask about each resource. */
const names = new WeakMap<TerraformResource, readonly string[]>();

/** What the resource, its file and the groups that it belongs to are called. */
function namesOf(resource: TerraformResource, rule?: ConfigBlock): readonly string[] {
  if (rule && rule !== resource.block) return readNames(resource, rule);
  const known = names.get(resource) ?? readNames(resource);
  names.set(resource, known);
  return known;
}

function readNames(resource: TerraformResource, rule?: ConfigBlock): readonly string[] {
  const { block, module } = resource;
  const blocks = rule && rule !== block ? [rule, block] : [block];
  const written = blocks.flatMap((each) => [
    ...['name', 'name_prefix', 'description'].map((argument) => textOf(each.value(argument))),
    textOf(entryOf(each.value('tags'), 'Name')),
  ]);
  const groups = ['security_group_id', 'network_security_group_name', 'firewall_id', 'target_tags'].flatMap(
    (argument) => {
      const attribute = block.attribute(argument);
      if (!attribute) return [];
      const { start, end } = attribute.expression.range;
      return [attribute.file.text.slice(start, end), ...module.targets(attribute.expression).map(({ name }) => name)];
    },
  );
  const known = [...written, ...groups].filter((name) => name !== undefined);
  return [resource.name, resource.file.path, ...known];
}
