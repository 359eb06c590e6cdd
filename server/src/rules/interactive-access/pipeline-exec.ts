import type { ShellCommand } from '../../lang/shell/ast';
import { positionals } from '../../lang/shell/words';
import { isDeployment, startsItsOwnContainers, usesThrowawayCluster } from '../../model/commands/pipeline-context';
import { defineRule } from '../../model/facts';

const VALUES: ReadonlySet<string> = new Set(
  '-n --namespace --context --kubeconfig -c --container --cluster -u --user -w --workdir -e --env --target --task --command -f --file -p --project-name'.split(
    ' ',
  ),
);

/** Programs that only ask whether a service is up. */
const READ_ONLY =
  /^(pg_isready|mysqladmin|redis-cli|curl|wget|nc|cat|ls|env|printenv|date|true|test|\[|ps|df|rabbitmq-diagnostics|mongosh|psql)$/;

export default defineRule({
  meta: {
    id: 'interactive-access/pipeline-exec',
    severity: 'warning',
    languages: ['workflow', 'shell', 'terraform'],
    since: '0.1.0',
    recommended: true,
    summary: 'A pipeline must not run commands inside what is deployed',
    peers: [],
    messages: {
      exec: '`{what}` changes or inspects one running copy by hand; its replacement does not have the change. Put it into the image, or run it as a Job of its own.',
      session:
        '`{what}` opens a session on something that runs. Debug through logs, or with a copy of the instance outside the load balancer.',
    },
  },
  create: (context) => ({
    command: ({ command, script, phase, anchor }) => {
      if (phase !== 'pipeline' && phase !== 'script' && phase !== 'local') return;
      const found = execution(command);
      if (!found || usesThrowawayCluster(script) || startsItsOwnContainers(script)) return;
      // A script of its own may be a developer's tool: only a deployment pipeline is certain.
      if (phase === 'script' || (found.container && !isDeployment(script))) return;
      context.report({ at: command.at, anchor, message: found.message, data: { what: found.what } });
    },
  }),
});

function execution(
  command: ShellCommand,
): { message: 'exec' | 'session'; what: string; container: boolean } | undefined {
  const words = positionals(command, VALUES).map((word) => word.text);
  const [verb = '', object = '', program = ''] = words;
  const what = `${command.name} ${verb}`;
  switch (command.name) {
    case 'kubectl':
    case 'oc':
      if (verb === 'rsh' || verb === 'attach') return { message: 'session', what, container: false };
      if (verb === 'cp') return { message: 'exec', what, container: false };
      return verb === 'exec' && !READ_ONLY.test(program) ? { message: 'exec', what, container: false } : undefined;
    case 'docker':
    case 'podman': {
      if (verb === 'compose')
        return object === 'exec' ? { message: 'exec', what: `${what} exec`, container: true } : undefined;
      return verb === 'exec' && !READ_ONLY.test(program) ? { message: 'exec', what, container: true } : undefined;
    }
    case 'aws':
      if (verb === 'ecs' && object === 'execute-command')
        return { message: 'exec', what: 'aws ecs execute-command', container: false };
      return verb === 'ssm' && object === 'start-session'
        ? { message: 'session', what: 'aws ssm start-session', container: false }
        : undefined;
    case 'nomad':
      return verb === 'alloc' && object === 'exec'
        ? { message: 'exec', what: 'nomad alloc exec', container: false }
        : undefined;
    default:
      return undefined;
  }
}
