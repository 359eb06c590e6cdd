import type { ScriptOwner } from '../facts';

/** Names that tell what the image or instance is for that runs a script. */
export function scriptNames(owner: ScriptOwner): readonly (string | undefined)[] {
  switch (owner.type) {
    case 'dockerfile':
      return [owner.stage.base.text, owner.stage.name];
    case 'compose':
      return [owner.service.name, owner.service.image?.text];
    case 'kubernetes':
      return [
        owner.workload.object.name?.text.text,
        owner.container,
        owner.workload.containers.find(({ name }) => name === owner.container)?.image?.text.text,
      ];
    case 'packer':
      return owner.build.sources.map((source) => source.name);
    case 'cloud-init':
      return [owner.resource?.name];
    case 'terraform-container':
      return [owner.container.name, owner.container.resource.name];
    default:
      return [];
  }
}
