import type { ScriptUse } from '../facts';
import type { PackerBuild } from './types';

/** Builders whose image somebody launches on the network, not in a box on a developer's machine. */
const CLOUD =
  /^(amazon|azure|google|digitalocean|hcloud|linode|vultr|oracle|alicloud|tencentcloud|ibmcloud|yandex|scaleway|openstack)/;

/** The public half of the pair that everybody has: the key file of Vagrant's repository, its comment, its user's home. */
const VAGRANT_KEY =
  /keys\/vagrant(\.key)?(\.pub)?\b|vagrant insecure public key|(^|["'\s=])(\/home\/|\/Users\/|~)vagrant\b/m;

/** True when the build ends in a Vagrant box: Vagrant logs in with its own key first (Vagrant, "Creating a Base Box"). */
export function makesVagrantBox(build: PackerBuild): boolean {
  return (
    build.postProcessors.some(({ type }) => type.includes('vagrant')) ||
    build.sources.some(({ builder }) => builder === 'vagrant')
  );
}

/** True for a script that prepares a box for Vagrant, and not an image that is launched in a cloud. */
export function preparesVagrantBox({ owner, shell }: ScriptUse): boolean {
  const build = owner.type === 'packer' ? owner.build : undefined;
  if (build && makesVagrantBox(build)) return true;
  if (build?.sources.some(({ builder }) => CLOUD.test(builder))) return false;
  return VAGRANT_KEY.test(shell.source.text);
}
