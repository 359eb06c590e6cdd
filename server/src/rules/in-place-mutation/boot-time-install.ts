import { asMap, asScalar, get, items, type DataNode } from '../../lang/data/tree';
import { mutationOf } from '../../model/commands/mutations';
import { moveToPacker } from '../../model/edits/bake';
import { defineRule } from '../../model/facts';

export default defineRule({
  meta: {
    id: 'in-place-mutation/boot-time-install',
    severity: 'warning',
    languages: ['cloud-init', 'terraform', 'shell'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'Software belongs in the image, not in what an instance runs when it boots',
    peers: [],
    messages: {
      install:
        '`{what}` installs software when the instance boots: each scale-out can get other versions, starts slower, and fails when the mirror is down. Bake it into the image; keep boot data to starting the service (`systemctl start …`).',
      pipedScript:
        '`{what}` runs a script from the network when the instance boots: what it does is decided on that day, by somebody else. Run it while the image is baked, with its checksum verified.',
      checkout:
        '`{what}` fetches source code when the instance boots: two instances can run different commits. Bake the build of one commit into the image.',
      artifact:
        '`{what}` fetches the application when the instance boots, so the image is not what runs. Bake the artefact into the image.',
      imagePull:
        '`{what}` fetches the application when the instance boots, and two instances can get different bits. Name the image by digest, or bake it into the machine image.',
      packages:
        'cloud-init installs these packages when the instance boots: each scale-out can get other versions. Install them while the image is baked.',
    },
  },
  create: (context) => ({
    command: (use) => {
      const { command, script, phase, anchor } = use;
      if (phase !== 'boot') return;
      const mutation = mutationOf(command, script.shell);
      if (!mutation) return;
      const fixes = mutation.type === 'piped-script' ? [] : moveToPacker(use, context.file, context.project);
      const found = { at: command.at, anchor, data: { what: mutation.what }, fixes };
      switch (mutation.type) {
        case 'install':
        case 'chart':
          return context.report({ ...found, message: 'install' });
        case 'piped-script':
          return context.report({ ...found, message: 'pipedScript', severity: 'error' });
        case 'source-checkout':
          return context.report({ ...found, message: 'checkout' });
        case 'artifact-download':
          return context.report({ ...found, message: 'artifact' });
        case 'image-pull':
          // By digest every instance gets the same bits, as if they were baked.
          if (!mutation.pinned) context.report({ ...found, message: 'imagePull', severity: 'info' });
          return;
        default:
          // Refreshing an index changes nothing by itself; upgrades are in-place-mutation/boot-time-upgrade.
          return;
      }
    },
    'boot-data': ({ cloudInit, anchor, place }) => {
      for (const { key, keyRange, value } of cloudInit.entries) {
        const listed = key === 'packages' ? items(value).length > 0 : key === 'snap' && installsSnaps(value);
        if (listed) context.report({ at: place(keyRange), anchor: `${anchor}/${key}`, message: 'packages' });
      }
    },
  }),
});

/** `snap: { commands: ['snap install x'] }` (cloud-init, module "Snap"); the commands may also stand in a map. */
function installsSnaps(value: DataNode): boolean {
  const commands = get(value, 'commands');
  const listed = asMap(commands)?.entries.map((each) => each.value) ?? items(commands);
  return listed.some((each) => {
    const words =
      asScalar(each)?.text.text ??
      items(each)
        .map((word) => asScalar(word)?.text.text)
        .join(' ');
    return /\binstall\b/.test(words);
  });
}
