import type { Place } from '../../core/text';
import { asScalar, booleanOf, entry } from '../../lang/data/tree';
import { mutationOf } from '../../model/commands/mutations';
import { defineRule } from '../../model/facts';

/** Services that upgrade packages by themselves, under the names they have on the distributions. */
const AUTO_UPGRADERS = /^(unattended-upgrades|dnf-automatic|yum-cron|dnf-automatic-install)(\.service|\.timer)?$/;

export default defineRule({
  meta: {
    id: 'in-place-mutation/boot-time-upgrade',
    severity: 'error',
    languages: ['cloud-init', 'terraform', 'shell', 'packer', 'packer-json', 'dockerfile'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'A running instance must not upgrade its own packages',
    peers: [],
    messages: {
      command:
        '`{what}` upgrades packages when the instance boots, so no two instances of one image are the same. Rebuild the image from a newer base instead.',
      cloudConfig:
        '`{key}: true` upgrades packages when the instance boots, so no two instances of one image are the same. Set it to false and rebuild the image from a newer base.',
      autoUpgrade:
        '`{what}` upgrades packages on the running instance, on a day of its own choosing. Remove it from the image and replace instances by newer images.',
      refresh:
        '`package_update: true` refreshes the package index when the instance boots. It is only needed for an installation, which belongs in the image.',
    },
  },
  create: (context) => ({
    command: ({ command, script, phase, anchor }) => {
      if (phase === 'boot') {
        const mutation = mutationOf(command, script.shell);
        if (mutation?.type === 'upgrade') {
          context.report({ at: command.at, anchor, message: 'command', data: { what: mutation.what } });
          return;
        }
      }
      if (phase !== 'boot' && phase !== 'bake') return;
      const service = enabledAutoUpgrader(
        command.name,
        command.words.map((word) => word.text),
      );
      if (service) context.report({ at: command.at, anchor, message: 'autoUpgrade', data: { what: service } });
    },
    'boot-data': ({ cloudInit, anchor, place }) => {
      const root = cloudInit.config?.documents[0]?.root;
      const found: [key: string, message: 'cloudConfig' | 'refresh'][] = [
        ['package_upgrade', 'cloudConfig'],
        ['apt_upgrade', 'cloudConfig'],
        ['package_reboot_if_required', 'cloudConfig'],
        ['package_update', 'refresh'],
      ];
      for (const [key, message] of found) {
        const setting = entry(root, key);
        const scalar = asScalar(setting?.value);
        if (!setting || !scalar || booleanOf(setting.value) !== true) continue;
        const at: Place = place(scalar.range);
        context.report({
          at: place(setting.range),
          anchor: `${anchor}/${key}`,
          message,
          data: { key },
          severity: message === 'refresh' ? 'info' : 'error',
          fixes:
            message === 'refresh'
              ? []
              : [{ level: 'safe', title: `Set \`${key}\` to false`, edits: [{ at, text: 'false' }] }],
        });
      }
    },
  }),
});

/** `systemctl enable unattended-upgrades`, `apt-get install unattended-upgrades`: the service that is switched on. */
function enabledAutoUpgrader(name: string, words: readonly string[]): string | undefined {
  if (name === 'systemctl' && (words.includes('enable') || words.includes('start'))) {
    return words.find((word) => AUTO_UPGRADERS.test(word));
  }
  const installs = ['apt-get', 'apt', 'dnf', 'yum', 'microdnf'].includes(name) && words.includes('install');
  return installs ? words.find((word) => AUTO_UPGRADERS.test(word)) : undefined;
}
