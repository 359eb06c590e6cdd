import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { hasFlag, positionals } from '../../lang/shell/words';
import { isDeployment, usesThrowawayCluster } from '../../model/commands/pipeline-context';
import { defineRule } from '../../model/facts';

type MessageId = 'kubectl' | 'restart' | 'container' | 'service' | 'instance' | 'helmReuse';

const KUBECTL_VALUES: ReadonlySet<string> = new Set(
  '-n --namespace --context --kubeconfig --cluster --user -f --filename -l --selector -o --output -p --patch --type --field-selector --as -c --container -k --kustomize --replicas --timeout'.split(
    ' ',
  ),
);

/** Verbs of kubectl and oc that change live objects by hand (kubectl reference). */
const LIVE_VERBS: ReadonlySet<string> = new Set([
  'edit',
  'patch',
  'scale',
  'label',
  'annotate',
  'replace',
  'autoscale',
  'expose',
  'run',
  'taint',
]);

export default defineRule({
  meta: {
    id: 'in-place-mutation/runtime-mutation-command',
    severity: 'warning',
    languages: ['workflow', 'shell', 'terraform'],
    since: '0.1.0',
    recommended: true,
    summary: 'A deployment must apply what is in Git, not edit what is running',
    peers: [],
    messages: {
      kubectl:
        '`{what}` changes the live object, so Git no longer says what runs and the next apply or rollback reverts it. Change the manifest (`kustomize edit set image …`), commit it, and apply that.',
      restart:
        '`{what}` gives new pods under the same reference: same tag, new bits, and nothing to roll back to. Change the image digest in the manifest instead.',
      container:
        '`{what}` changes a container that runs, and the change is lost with it. Build a new image and replace the container.',
      service:
        '`{what}` replaces what runs without a change in the task or service definition: same tag, new bits. Register a definition with the new digest.',
      instance: '`{what}` changes an instance that runs. Bake a new image and replace the instance.',
      helmReuse:
        '`{what}` builds on values that only the cluster knows. Keep all values in Git and pass them with `-f`.',
    },
  },
  create: (context) => ({
    command: ({ command, script, phase, anchor }) => {
      if (phase !== 'pipeline' && phase !== 'script' && phase !== 'local') return;
      const found = liveChange(command, script.shell);
      if (!found || usesThrowawayCluster(script)) return;
      context.report({
        at: command.at,
        anchor,
        message: found.message,
        data: { what: found.what },
        severity: isDeployment(script) ? 'error' : 'warning',
      });
    },
  }),
});

function liveChange(command: ShellCommand, script: ShellScript): { message: MessageId; what: string } | undefined {
  const words = positionals(command, KUBECTL_VALUES).map((word) => word.text);
  const [verb = '', object = '', third = ''] = words;
  const what = [command.name, ...words.slice(0, 3)].join(' ').replace(/\uE000+/g, '…');
  switch (command.name) {
    case 'kubectl':
    case 'oc':
      return kubectl(command, script, verb, object, what);
    case 'docker':
    case 'podman':
      if (verb === 'cp' || verb === 'commit' || (verb === 'restart' && object !== ''))
        return { message: 'container', what };
      if (verb === 'container' && ['cp', 'commit', 'restart'].includes(object)) return { message: 'container', what };
      if (verb === 'service' && object === 'update' && hasFlag(command, '--force', '--image'))
        return { message: 'service', what };
      return undefined;
    case 'helm':
      return verb === 'upgrade' && hasFlag(command, '--reuse-values')
        ? { message: 'helmReuse', what: `${what} --reuse-values` }
        : undefined;
    case 'aws':
      if (verb === 'ecs' && object === 'update-service' && hasFlag(command, '--force-new-deployment')) {
        return { message: 'service', what: 'aws ecs update-service --force-new-deployment' };
      }
      return verb === 'ec2' && object === 'modify-instance-attribute' ? { message: 'instance', what } : undefined;
    case 'gcloud':
      return verb === 'compute' && object === 'instances' && (third === 'add-metadata' || third === 'reset')
        ? { message: 'instance', what: `${what}` }
        : undefined;
    case 'az':
      return verb === 'vm' && object === 'update' ? { message: 'instance', what } : undefined;
    default:
      return undefined;
  }
}

function kubectl(
  command: ShellCommand,
  script: ShellScript,
  verb: string,
  object: string,
  what: string,
): { message: MessageId; what: string } | undefined {
  // `--local` and `--dry-run=client` only print; their output is piped into apply or a file.
  if (
    hasFlag(command, '--local') ||
    command.words.some((word) => /^--dry-run(=(client|server|true))?$/.test(word.text))
  )
    return undefined;
  if (command.pipeline.length > 1 && feedsApply(command, script)) return undefined;
  if (verb === 'rollout' && object === 'restart') return { message: 'restart', what };
  if (verb === 'set')
    return ['image', 'env', 'resources', 'serviceaccount'].includes(object) ? { message: 'kubectl', what } : undefined;
  if (verb === 'delete') return /^(pods?|po)(\/|$)/.test(object) ? { message: 'kubectl', what } : undefined;
  if (verb === 'create') {
    // Secrets and namespaces are made once and have no manifest in Git.
    return ['deployment', 'service', 'configmap', 'job', 'cronjob', 'ingress'].includes(object)
      ? { message: 'kubectl', what }
      : undefined;
  }
  return LIVE_VERBS.has(verb) ? { message: 'kubectl', what } : undefined;
}

function feedsApply(command: ShellCommand, script: ShellScript): boolean {
  return script.commands.some(
    (other) =>
      other.pipeline.id === command.pipeline.id &&
      other.pipeline.index > command.pipeline.index &&
      other.words.some((word) => word.text === 'apply'),
  );
}
