import type { Instance } from '../../../../release/src/api/detect-drift';
import type { EnvironmentConfig } from '../../../../release/src/config/types';
import { l10n } from '../l10n';

/**
 * How to look into a running instance without changing it: a second one beside it, thrown away afterwards. Nothing here
 * is typed for anybody.
 *
 * @param program `podman` or `docker`, as the pipeline takes it
 */
export function debugGuide(environment: EnvironmentConfig, instance: Instance | undefined, program: string): string {
  const what = instance?.name ?? environment.name;
  const head = [
    `# ${l10n.t('Look into {0}', what)}`,
    l10n.t(
      'Nobody logs in to an instance, and nothing in it is changed: what is found goes into the code, and a new image replaces this one.',
    ),
  ];
  const tail = l10n.t(
    'The debug image is yours to choose. Pin it to a digest, and keep it out of the image that you deploy. What you find belongs into the code.',
  );
  return `${[...head, ...stepsFor(environment, instance, program), tail].join('\n\n')}\n`;
}

function stepsFor({ target }: EnvironmentConfig, instance: Instance | undefined, program: string): readonly string[] {
  switch (target.kind) {
    case 'containers': {
      const name = instance?.name ?? 'NAME';
      return [
        l10n.t('This container shares the processes and the network of `{0}`, and is removed when you leave it:', name),
        fence(
          `${program} run --rm -it --pid container:${name} --network container:${name} \\\n  registry.example/tools/debug@sha256:… sh`,
        ),
        l10n.t('What it printed, without going in:'),
        fence(`${program} logs --tail 200 ${name}`),
        l10n.t('What changed in its file system since it was started:'),
        fence(`${program} diff ${name}`),
      ];
    }
    case 'kubernetes':
      return [
        l10n.t('An ephemeral container beside the one that runs:'),
        fence(
          `kubectl --context ${target.context} --namespace ${target.namespace} debug -it POD --target=CONTAINER --image=registry.example/tools/debug@sha256:…`,
        ),
      ];
    case 'terraform':
      return [
        l10n.t(
          'Launch one more instance of the same image (`{0}`), outside of the load balancer and with a role that may read only. Look at it there, then terminate it.',
          instance?.image ?? l10n.t('see Show What Is Running'),
        ),
      ];
  }
}

function fence(text: string): string {
  return `\`\`\`sh\n${text}\n\`\`\``;
}
