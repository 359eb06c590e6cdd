import type { Fix, Severity, TextEdit } from '../../core/finding';
import type { Place } from '../../core/text';
import type { ConfigAttribute, ConfigBlock } from '../../model/config-block';
import { removeAttribute, removeBlock } from '../../model/edits/hcl';
import { defineRule } from '../../model/facts';
import { isBastion, isForPacker, isWorkplace } from '../../model/terraform/access-names';
import { given, valuePlace } from '../../model/terraform/literals';
import { calledDirectory } from '../../model/terraform/module-calls';
import type { TerraformResource } from '../../model/terraform/types';
import { alternatives, every, textOf, type Value } from '../../model/values/value';

/** Resources whose machines let in the holder of a key: path of nested blocks, and the argument. */
const KEY_ARGUMENTS: readonly (readonly [type: RegExp, blocks: readonly string[], argument: string])[] = [
  [/^aws_(instance|launch_template|launch_configuration|spot_instance_request)$/, [], 'key_name'],
  [/^aws_spot_fleet_request$/, ['launch_specification'], 'key_name'],
  [/^digitalocean_droplet$/, [], 'ssh_keys'],
  [/^hcloud_server$/, [], 'ssh_keys'],
  [/^openstack_compute_instance_v2$/, [], 'key_pair'],
  [/^linode_instance$/, [], 'authorized_keys'],
];

/** Without a key these platforms send a root password by mail or demand one: removing it makes things worse. */
const KEY_OR_PASSWORD = /^(digitalocean_droplet|hcloud_server|linode_instance)$/;

const KEY_RESOURCES =
  /^(aws_key_pair|tls_private_key|digitalocean_ssh_key|hcloud_ssh_key|openstack_compute_keypair_v2|linode_sshkey)$/;

/** Further resources that this rule looks at. */
const OTHERS = /^(aws_eks_node_group|azurerm_linux_virtual_machine(_scale_set)?|aws_key_pair|tls_private_key)$/;

const GOOGLE = /^google_compute_(instance|instance_template|region_instance_template|instance_from_template)$/;

/** Names of calls that make the one server through which people reach others. */
const BASTION_CALL = /bastion|jump|vpn/i;

export default defineRule({
  meta: {
    id: 'interactive-access/ssh-key-pair',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'A server must be started without a key that lets people log in',
    peers: ['checkov CKV_AWS_100'],
    messages: {
      key: 'Remove `{argument}`. With a key people log in and change a server that must only be replaced. Use logs, a replacement instance or audited sessions (SSM, IAP) instead.',
      remoteAccess:
        'Remove `remote_access`. It opens SSH to the nodes of the group, and people who log in change nodes that must only be replaced. Use `kubectl debug` or audited sessions (SSM) instead.',
      metadata:
        'Remove `{argument}` from the metadata. With it people log in and change a server that must only be replaced. Use logs, a replacement instance or OS Login over IAP instead.',
      generated:
        'Do not make an SSH key here. The private key lies in the state in plain text, and whoever reads the state can change servers that must only be replaced.',
      azure:
        'Azure wants a key when passwords are off. Give the private half to nobody: a server that people can log in to gets changed instead of replaced.',
      bastion:
        'A bastion lets in the holder of `{argument}`. Audited sessions (SSM Session Manager, IAP) need neither a key nor a bastion.',
    },
  },
  create: (context) => ({
    'terraform.resource': (resource) => {
      const keyed = KEY_ARGUMENTS.filter(([type]) => type.test(resource.type));
      if (keyed.length === 0 && !OTHERS.test(resource.type) && !GOOGLE.test(resource.type)) return;
      const report = (
        at: Place,
        argument: string,
        message: 'key' | 'remoteAccess' | 'metadata' | 'generated' | 'azure',
        edits: readonly TextEdit[],
        severity?: Severity,
      ): void => {
        if (isForPacker(resource) || isWorkplace(resource)) return;
        const anchor = `resource.${resource.address}`;
        const bastion = isBastion(resource);
        const fixes: Fix[] =
          edits.length > 0 && !bastion ? [{ level: 'suggestion', title: `Remove \`${argument}\``, edits }] : [];
        const excused = bastion && message !== 'generated';
        context.report({
          at,
          anchor: `${anchor}/${argument}`,
          message: excused && message !== 'azure' ? 'bastion' : message,
          data: { argument },
          severity: severity ?? (excused ? 'info' : undefined),
          fixes,
        });
      };
      for (const [, path, argument] of keyed) {
        for (const block of descend(resource.block, path)) {
          const key = given(block, argument);
          if (!key || !holdsKey(key, resource)) continue;
          report(placeOf(key), argument, 'key', KEY_OR_PASSWORD.test(resource.type) ? [] : removeAttribute(key));
        }
      }
      if (resource.type === 'aws_eks_node_group') {
        for (const access of resource.block.blocks('remote_access')) {
          const key = given(access, 'ec2_ssh_key');
          if (!key || !mayHoldKey(key.value) || resource.block.has('remote_access') !== 'yes') continue;
          report(access.header, 'remote_access', 'remoteAccess', access.dynamic ? [] : removeBlock(access));
        }
      } else if (GOOGLE.test(resource.type)) {
        const found = metadataKey(resource.block);
        if (found) report(found.at, found.name, 'metadata', []);
      } else if (/^azurerm_linux_virtual_machine(_scale_set)?$/.test(resource.type)) {
        const [key] = resource.block.blocks('admin_ssh_key');
        if (key) report(key.header, 'admin_ssh_key', 'azure', [], 'hint');
      } else if (resource.type === 'aws_key_pair') {
        for (const key of passedOn(resource)) report(placeOf(key), key.name, 'key', removeAttribute(key));
      } else if (resource.type === 'tls_private_key' && opensServers(resource)) {
        report(resource.header, 'private_key', 'generated', []);
      }
    },
  }),
});

/** Where modules of others are given the key for their servers; what a module of this workspace does with it is seen there. */
function passedOn(key: TerraformResource): readonly ConfigAttribute[] {
  const { module } = key;
  return module.moduleCalls
    .filter((call) => calledDirectory(call, module.directory) === undefined && !BASTION_CALL.test(call.labels[0] ?? ''))
    .flatMap(({ attributes }) => attributes)
    .filter(
      ({ name, expression }) => /^(ssh_)?key(_pair)?_name$/.test(name) && module.targets(expression).includes(key),
    );
}

function descend(block: ConfigBlock, path: readonly string[]): readonly ConfigBlock[] {
  let blocks: readonly ConfigBlock[] = [block];
  for (const step of path) blocks = blocks.flatMap((each) => each.blocks(step));
  return blocks;
}

/** Where the server names its key: a variable's default may be no more than a name that other things share. */
function placeOf(key: ConfigAttribute): Place {
  return valuePlace(key);
}

/** True when the argument names a key whatever is chosen: a text, a list with something in it, a key's resource. */
function holdsKey(key: ConfigAttribute, resource: TerraformResource): boolean {
  if (every(key.value, isKey)) return true;
  // `var.enabled ? aws_key_pair.app.key_name : null` may be off.
  if (alternatives(key.value).some((option) => option.type === 'null')) return false;
  return resource.module.targets(key.expression).some(({ type, disabled }) => KEY_RESOURCES.test(type) && !disabled);
}

function isKey(value: Value): boolean {
  if (value.type === 'text') return value.text.text.trim() !== '';
  return value.type === 'list' && value.items.length > 0;
}

function mayHoldKey(value: Value): boolean {
  return !every(value, (option) => option.type === 'null' || textOf(option) === '');
}

/** `metadata = { ssh-keys = "…" }` (Compute Engine, "Add SSH keys to VMs"). */
function metadataKey(block: ConfigBlock): { readonly at: Place; readonly name: string } | undefined {
  const metadata = block.value('metadata');
  if (metadata?.type !== 'object') return undefined;
  for (const name of ['ssh-keys', 'sshKeys']) {
    const entry = metadata.entries.get(name);
    if (entry && every(entry.value, isKey)) return { at: entry.key, name };
  }
  return undefined;
}

/** True when the key goes into a key pair or onto a server. */
function opensServers(key: TerraformResource): boolean {
  const { module } = key;
  return module
    .referrers(key)
    .some(
      ({ kind, labels: [type = ''] }) => kind === 'resource' && (/key_?pair|ssh_?key/.test(type) || GOOGLE.test(type)),
    );
}
