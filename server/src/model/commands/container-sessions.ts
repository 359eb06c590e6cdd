import type { ShellCommand } from '../../lang/shell/ast';
import { flagValue, positionals } from '../../lang/shell/words';

/** A command or a session inside something that is deployed. */
export interface ContainerSession {
  readonly type: 'exec' | 'session';
  /** The command as a person would name it. */
  readonly what: string;
  /** A container engine, which may be the runner's own. */
  readonly engine: boolean;
  /** The engine is named, and it is not this machine's. */
  readonly remote: boolean;
}

const KUBECTL_VALUES: ReadonlySet<string> = new Set(
  '-n --namespace --context --kubeconfig -c --container --cluster --user --server --token -s'.split(' '),
);
const ENGINE_VALUES: ReadonlySet<string> = new Set(
  '-H --host --context -u --user -w --workdir -e --env --env-file -f --file -p --project-name --detach-keys --index --profile'.split(
    ' ',
  ),
);
const CLOUD_VALUES: ReadonlySet<string> = new Set('--region --profile --output --query --endpoint-url'.split(' '));

/** Programs that only ask how a service is. */
const READ_ONLY =
  /^(pg_isready|mysqladmin|curl|wget|nc|cat|ls|env|printenv|date|true|test|\[|ps|df|id|whoami|rabbitmq-diagnostics)$/;

/** What the command does inside a container or an instance that runs; undefined when it only asks how that is. */
export function containerSession(command: ShellCommand): ContainerSession | undefined {
  switch (command.name) {
    case 'kubectl':
    case 'oc': {
      const [verb = '', , program = ''] = texts(command, KUBECTL_VALUES);
      const what = `${command.name} ${verb}`;
      if (verb === 'attach' || verb === 'rsh') return { type: 'session', what, engine: false, remote: false };
      if (verb === 'cp') {
        // `kubectl cp pod:/report .` takes something out and changes nothing.
        const inside = /^[^/.][^/]*(\/[^/:]+)?:/.test(texts(command, KUBECTL_VALUES).at(-1) ?? '');
        return inside ? { type: 'exec', what, engine: false, remote: false } : undefined;
      }
      return verb === 'exec' && !READ_ONLY.test(program)
        ? { type: 'exec', what, engine: false, remote: false }
        : undefined;
    }
    case 'docker':
    case 'podman':
    case 'docker-compose':
      return ofEngine(command);
    case 'aws': {
      const [group, verb] = texts(command, CLOUD_VALUES);
      if (group === 'ecs' && verb === 'execute-command') return cloud('exec', 'aws ecs execute-command');
      // A document of its own forwards a port, as ssh -N does.
      const forwards = /PortForwarding/.test(flagValue(command, '--document-name') ?? '');
      return group === 'ssm' && verb === 'start-session' && !forwards
        ? cloud('session', 'aws ssm start-session')
        : undefined;
    }
    case 'nomad': {
      const [group, verb] = texts(command, new Set());
      return (group === 'alloc' && verb === 'exec') || group === 'exec' ? cloud('exec', 'nomad alloc exec') : undefined;
    }
    default:
      return undefined;
  }
}

function cloud(type: ContainerSession['type'], what: string): ContainerSession {
  return { type, what, engine: false, remote: false };
}

function ofEngine(command: ShellCommand): ContainerSession | undefined {
  const all = texts(command, ENGINE_VALUES);
  const words = all[0] === 'container' || all[0] === 'compose' ? all.slice(1) : all;
  const [verb = '', , program = ''] = words;
  if (verb !== 'exec' || READ_ONLY.test(program)) return undefined;
  const what = all[0] === 'compose' ? `${command.name} compose exec` : `${command.name} exec`;
  const named = flagValue(command, '-H', '--host') ?? flagValue(command, '--context');
  return { type: 'exec', what, engine: true, remote: named !== undefined && named !== 'default' };
}

function texts(command: ShellCommand, withValue: ReadonlySet<string>): string[] {
  return positionals(command, withValue).map((word) => word.text);
}
