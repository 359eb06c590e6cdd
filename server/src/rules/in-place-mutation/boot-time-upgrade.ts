import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { booleanOf } from '../../lang/data/tree';
import { mutationOf } from '../../model/commands/mutations';
import { bootEdit } from '../../model/edits/boot';
import { defineRule } from '../../model/facts';

/** Services that upgrade packages by themselves, under the names they have on the distributions. */
const AUTO_UPGRADERS =
  /^(unattended-upgrades|dnf-automatic(-install)?|dnf5-plugin-automatic|yum-cron)(\.service|\.timer)?$/;

/** Options of cloud-init's module "Package update upgrade install", the older names too. */
const OPTIONS: Readonly<Record<string, 'cloudConfig' | 'reboot' | 'refresh'>> = {
  package_upgrade: 'cloudConfig',
  apt_upgrade: 'cloudConfig',
  package_reboot_if_required: 'reboot',
  apt_reboot_if_required: 'reboot',
  package_update: 'refresh',
  apt_update: 'refresh',
};

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
      reboot:
        '`{key}: true` restarts the instance after an upgrade that it made itself. Set it to false and rebuild the image from a newer base.',
      autoUpgrade:
        '`{what}` upgrades packages on the running instance, on a day of its own choosing. Remove it from the image and replace instances by newer images.',
      refresh:
        '`{key}: true` refreshes the package index when the instance boots. Only an installation needs that, and it belongs in the image.',
    },
  },
  create: (context) => ({
    command: ({ command, script, phase, anchor }) => {
      if (phase !== 'boot' && phase !== 'bake') return;
      const mutation = phase === 'boot' ? mutationOf(command, script.shell) : undefined;
      if (mutation?.type === 'upgrade') {
        context.report({ at: command.at, anchor, message: 'command', data: { what: mutation.what } });
        return;
      }
      const service = enabledAutoUpgrader(command, script.shell);
      if (service) context.report({ at: command.at, anchor, message: 'autoUpgrade', data: { what: service } });
    },
    'boot-data': (boot) => {
      const { cloudInit, anchor, place } = boot;
      for (const { key, range, value } of cloudInit.entries) {
        const message = Object.hasOwn(OPTIONS, key) ? OPTIONS[key] : undefined;
        if (!message || booleanOf(value) !== true) continue;
        const edit =
          value.type === 'scalar' ? bootEdit(context.file, boot, { at: value.range, text: 'false' }) : undefined;
        context.report({
          at: place(range),
          anchor: `${anchor}/${key}`,
          message,
          data: { key },
          severity: message === 'refresh' ? 'info' : 'error',
          fixes:
            edit && message !== 'refresh' ? [{ level: 'safe', title: `Set \`${key}\` to false`, edits: [edit] }] : [],
        });
      }
      for (const name of cloudInit.packages) {
        const what = name.text.text;
        if (!AUTO_UPGRADERS.test(what)) continue;
        context.report({
          at: place(name.range),
          anchor: `${anchor}/packages/${what}`,
          message: 'autoUpgrade',
          data: { what },
        });
      }
    },
  }),
});

/** The service that the command switches on or installs. Switching one off is what we want. */
function enabledAutoUpgrader(command: ShellCommand, script: ShellScript): string | undefined {
  const words = command.words.slice(1).map((word) => word.text);
  const named = words.find((word) => AUTO_UPGRADERS.test(word));
  switch (command.name) {
    case 'systemctl':
      return words.some((word) => word === 'enable' || word === 'start') ? named : undefined;
    case 'dpkg-reconfigure':
      return named;
    case 'apt-get':
    case 'apt':
    case 'dnf':
    case 'yum':
    case 'microdnf':
      return words.includes('install') ? named : undefined;
    default: {
      // apt.conf(5), as the package unattended-upgrades documents it: the setting that runs it every day.
      const target = command.redirects.find((redirect) => redirect.operator.includes('>'))?.target?.text ?? '';
      const writes =
        /\/apt\.conf\.d\//.test(target) ||
        (command.name === 'tee' && words.some((word) => /\/apt\.conf\.d\//.test(word)));
      if (!writes) return undefined;
      const texts = script.commands
        .filter((other) => other.pipeline.id === command.pipeline.id)
        .flatMap((other) => [
          ...other.words.map((word) => word.text),
          ...other.redirects.map((redirect) => redirect.content?.text ?? ''),
        ]);
      return texts.some((text) => /Unattended-Upgrade\s+"[1-9]/.test(text)) ? 'unattended-upgrades' : undefined;
    }
  }
}
