import type { Place } from '../../core/text';
import type { PackerTemplate } from './types';

export interface PackerPlugin {
  /** The name that `required_plugins` entries usually have. */
  readonly name: string;
  readonly source: string;
  /** Its major version, as far as this table knows. */
  readonly major: number;
}

/**
 * Plugins by the first word of the components that they bring (`amazon-ebs`, `azure-arm`). Source: the Packer integrations
 * list and the plugins' own pages. Components of Packer itself are not in it.
 */
const TABLE: readonly (readonly [component: RegExp, name: string, source: string, major: number])[] = [
  [/^amazon-/, 'amazon', 'github.com/hashicorp/amazon', 1],
  [/^azure-/, 'azure', 'github.com/hashicorp/azure', 2],
  [/^googlecompute(-|$)/, 'googlecompute', 'github.com/hashicorp/googlecompute', 1],
  [/^docker(-|$)/, 'docker', 'github.com/hashicorp/docker', 1],
  [/^ansible(-local)?$/, 'ansible', 'github.com/hashicorp/ansible', 1],
  [/^chef-(client|solo)$/, 'chef', 'github.com/hashicorp/chef', 1],
  [/^puppet-(server|masterless)$/, 'puppet', 'github.com/hashicorp/puppet', 1],
  [/^salt-masterless$/, 'salt', 'github.com/hashicorp/salt', 0],
  [/^inspec$/, 'inspec', 'github.com/hashicorp/inspec', 1],
  [/^qemu$/, 'qemu', 'github.com/hashicorp/qemu', 1],
  [/^virtualbox-/, 'virtualbox', 'github.com/hashicorp/virtualbox', 1],
  [/^vagrant(-|$)/, 'vagrant', 'github.com/hashicorp/vagrant', 1],
  [/^hyperv-/, 'hyperv', 'github.com/hashicorp/hyperv', 1],
  [/^proxmox-/, 'proxmox', 'github.com/hashicorp/proxmox', 1],
  [/^openstack$/, 'openstack', 'github.com/hashicorp/openstack', 1],
  [/^oracle-/, 'oracle', 'github.com/hashicorp/oracle', 1],
  [/^alicloud-/, 'alicloud', 'github.com/hashicorp/alicloud', 1],
  [/^lxd$/, 'lxd', 'github.com/hashicorp/lxd', 1],
  [/^lxc$/, 'lxc', 'github.com/hashicorp/lxc', 1],
  [/^digitalocean(-|$)/, 'digitalocean', 'github.com/digitalocean/digitalocean', 1],
  [/^hcloud$/, 'hcloud', 'github.com/hetznercloud/hcloud', 1],
  [/^linode$/, 'linode', 'github.com/linode/linode', 1],
  [/^scaleway$/, 'scaleway', 'github.com/scaleway/scaleway', 1],
  [/^parallels-/, 'parallels', 'github.com/Parallels/parallels', 1],
];

/** The plugin that brings a builder, provisioner or post-processor; undefined for Packer's own and for unknown ones. */
export function pluginOf(component: string): PackerPlugin | undefined {
  const row = TABLE.find(([pattern]) => pattern.test(component));
  return row && { name: row[1], source: row[2], major: row[3] };
}

/** The major version that the table knows for a plugin's source address. */
export function majorOf(source: string): number | undefined {
  return TABLE.find((row) => row[2].toLowerCase() === source.toLowerCase())?.[3];
}

/** A plugin and the first place in the template that needs it. */
export interface PluginUse {
  readonly plugin: PackerPlugin;
  readonly component: string;
  readonly at: Place & { readonly path: string };
}

/** Every known plugin that the template needs, once each, in order of its first use. */
export function pluginsUsed(template: PackerTemplate): readonly PluginUse[] {
  const uses = new Map<string, PluginUse>();
  const add = (component: string, at: Place, path: string): void => {
    const plugin = pluginOf(component);
    if (plugin && !uses.has(plugin.name)) uses.set(plugin.name, { plugin, component, at: { ...at, path } });
  };
  for (const source of template.sources) add(source.builder, source.header, source.block.path);
  for (const build of template.builds) {
    for (const step of [...build.provisioners, ...build.postProcessors]) {
      add(step.type, step.block.header, step.block.path);
    }
  }
  return [...uses.values()];
}
