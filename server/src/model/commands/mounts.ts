import type { ScriptOwner } from '../facts';
import { structureOf } from '../values/structure';
import { alternatives, entryOf, textOf } from '../values/value';

/** True when the path lies in a volume of the container that runs the script: a volume is there to be written. */
export function isUnderMount(path: string, owner: ScriptOwner): boolean {
  return mountPaths(owner).some((mount) => {
    const directory = mount.replace(/\/+$/, '');
    return path === directory || path.startsWith(`${directory}/`);
  });
}

function mountPaths(owner: ScriptOwner): readonly string[] {
  switch (owner.type) {
    case 'dockerfile':
      return owner.stage.instructions
        .filter((instruction) => instruction.keyword === 'VOLUME')
        .flatMap((instruction) => (instruction.execForm ?? instruction.words).map((word) => word.text));
    case 'compose':
      return owner.service.volumes.flatMap((volume) => volume.target?.text ?? []);
    case 'kubernetes': {
      const container = owner.workload.containers.find(
        (each, index) => (each.name ?? String(index)) === owner.container,
      );
      return (container?.volumeMounts ?? []).flatMap((mount) => mount.mountPath?.text.text ?? []);
    }
    case 'terraform-container': {
      const { definition, block } = owner.container;
      const points = definition && structureOf(definition);
      const listed = points ? entryOf(points, 'mountPoints') : undefined;
      const fromJson = (listed ? alternatives(listed) : []).flatMap((option) =>
        option.type === 'list' ? option.items.flatMap((item) => textOf(entryOf(item, 'containerPath')) ?? []) : [],
      );
      const fromBlocks = ['volume_mount', 'volume_mounts'].flatMap((name) =>
        (block?.blocks(name) ?? []).flatMap((mount) => textOf(mount.value('mount_path')) ?? []),
      );
      return [...fromJson, ...fromBlocks];
    }
    default:
      return [];
  }
}
