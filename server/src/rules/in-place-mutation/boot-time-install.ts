import { defineRule } from '../../model/facts';
import { mutationOf } from '../../model/commands/mutations';
import { asScalar, entry, items } from '../../lang/data/tree';

export default defineRule({
  meta: {
    id: 'in-place-mutation/boot-time-install',
    severity: 'warning',
    languages: ['cloud-init', 'terraform', 'shell'],
    since: '0.1.0',
    recommended: true,
    summary: 'Software belongs in the image, not in what an instance runs when it boots',
    peers: [],
    messages: {
      install:
        '`{what}` installs software when the instance boots: each scale-out can get other versions, starts slower, and fails when the mirror is down. Bake it into the image; keep boot data to starting the service.',
      pipedScript:
        '`{what}` runs a script from the network when the instance boots: what it does is decided on that day, by somebody else. Run it while the image is baked, with its checksum verified.',
      checkout:
        '`{what}` fetches source code when the instance boots: two instances can run different commits. Bake the build of one commit into the image.',
      artifact:
        '`{what}` fetches the application when the instance boots, so the image is not what runs. Bake the artefact into the image.',
      imagePull:
        '`{what}` pulls the application when the instance boots. That is the hybrid model: name the image by digest, or bake it into the machine image.',
      packages:
        'cloud-init installs these packages when the instance boots: each scale-out can get other versions. Install them while the image is baked.',
    },
  },
  create: (context) => ({
    command: ({ command, script, phase, anchor }) => {
      if (phase !== 'boot') return;
      const mutation = mutationOf(command, script.shell);
      if (!mutation) return;
      const report = (
        message: 'install' | 'pipedScript' | 'checkout' | 'artifact' | 'imagePull',
        severity?: 'error' | 'info',
      ): void => context.report({ at: command.at, anchor, message, data: { what: mutation.what }, severity });
      switch (mutation.type) {
        case 'install':
          return report('install');
        case 'piped-script':
          return report('pipedScript', 'error');
        case 'source-checkout':
          return report('checkout');
        case 'artifact-download':
          return report('artifact');
        case 'image-pull':
          return report('imagePull', 'info');
        default:
          // Refreshing an index changes nothing by itself; upgrades are in-place-mutation/boot-time-upgrade.
          return;
      }
    },
    'boot-data': ({ cloudInit, anchor, place }) => {
      const config = cloudInit.config;
      const root = config?.documents[0]?.root;
      for (const key of ['packages', 'snap']) {
        const found = entry(root, key);
        if (!config || !found) continue;
        const listed =
          key === 'packages'
            ? items(found.value).length > 0
            : Boolean(asScalar(found.value)?.value ?? entry(found.value, 'commands'));
        if (!listed) continue;
        context.report({ at: place(found.keyRange), anchor: `${anchor}/${key}`, message: 'packages' });
      }
    },
  }),
});
