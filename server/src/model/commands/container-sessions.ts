import type { MappedText } from '../../core/mapped-text';
import type { ShellCommand, ShellWord } from '../../lang/shell/ast';
import { flagValue, positionals } from '../../lang/shell/words';
import type { ScriptUse } from '../facts';
import { ENGINE_GLOBAL_VALUES, KUBECTL_GLOBAL_VALUES } from './global-options';
import { onlyReads, scriptOnlyReads } from './read-only';

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

const KUBECTL_VALUES: ReadonlySet<string> = new Set([
  ...KUBECTL_GLOBAL_VALUES,
  ...'-c --container -f --filename --pod-running-timeout --retries --shell --timeout'.split(' '),
]);
const ENGINE_VALUES: ReadonlySet<string> = new Set([
  ...ENGINE_GLOBAL_VALUES,
  ...'-u --user -w --workdir -e --env --env-file -f --file -p --project-name --project-directory --parallel --ansi --progress --detach-keys --index --profile'.split(
    ' ',
  ),
]);
const CLOUD_VALUES: ReadonlySet<string> = new Set('--region --profile --output --query --endpoint-url'.split(' '));
const NOMAD_VALUES: ReadonlySet<string> = new Set(
  '-address -region -namespace -token -task -e -ca-cert -client-cert -client-key'.split(' '),
);

/** What the command does inside a container or an instance that runs; undefined when it only asks how that is. */
export function containerSession(command: ShellCommand): ContainerSession | undefined {
  switch (command.name) {
    case 'kubectl':
    case 'oc':
      return ofCluster(command);
    case 'docker':
    case 'podman':
    case 'docker-compose':
      return ofEngine(command);
    case 'aws': {
      const [group, verb] = texts(command, CLOUD_VALUES);
      if (group === 'ecs' && verb === 'execute-command') {
        const line = valueOf(command, '--command');
        const reads = line !== undefined && scriptOnlyReads(line);
        return reads ? undefined : away('exec', 'aws ecs execute-command');
      }
      // A document of its own forwards a port, as ssh -N does.
      const forwards = /PortForwarding/.test(flagValue(command, '--document-name') ?? '');
      return group === 'ssm' && verb === 'start-session' && !forwards
        ? away('session', 'aws ssm start-session')
        : undefined;
    }
    case 'nomad': {
      const words = positionals(command, NOMAD_VALUES);
      const nested = words[0]?.text === 'alloc' && words[1]?.text === 'exec';
      if (!nested && words[0]?.text !== 'exec') return undefined;
      const program = after(command, words[nested ? 2 : 1]);
      return changes(program, command) ? away('exec', 'nomad alloc exec') : undefined;
    }
    default:
      return undefined;
  }
}

/** The value of a long option, mapped. */
function valueOf(command: ShellCommand, option: string): MappedText | undefined {
  const index = command.words.findIndex(({ text }) => text === option || text.startsWith(`${option}=`));
  const word = command.words[index];
  return word?.text === option ? command.words[index + 1]?.value : word?.value.slice(option.length + 1);
}

function away(type: ContainerSession['type'], what: string): ContainerSession {
  return { type, what, engine: false, remote: false };
}

function ofCluster(command: ShellCommand): ContainerSession | undefined {
  const words = positionals(command, KUBECTL_VALUES);
  const verb = words[0]?.text ?? '';
  const what = `${command.name} ${verb}`;
  switch (verb) {
    case 'attach':
      return words.length > 1 ? away('session', what) : undefined;
    case 'cp':
    case 'rsync': {
      // `kubectl cp pod:/report .` takes something out and changes nothing.
      const inside = /^[^/.][^/]*(\/[^/:]+)?:/.test(words.at(-1)?.text ?? '');
      return inside ? away('exec', what) : undefined;
    }
    case 'rsh':
      if (words.length === 2) return away('session', what);
      return changes(after(command, words[1]), command) ? away('session', what) : undefined;
    case 'exec': {
      const dashes = command.words.findIndex((word) => word.text === '--');
      // Without dashes, as kubectl allowed until 1.30, the program comes after the pod.
      const start = dashes >= 0 ? dashes + 1 : words[2] ? command.words.indexOf(words[2]) : command.words.length;
      return changes(command.words.slice(start), command) ? away('exec', what) : undefined;
    }
    default:
      return undefined;
  }
}

function ofEngine(command: ShellCommand): ContainerSession | undefined {
  const all = positionals(command, ENGINE_VALUES);
  const nested = all[0]?.text === 'container' || all[0]?.text === 'compose';
  const [verb, container] = nested ? all.slice(1) : all;
  if (verb?.text !== 'exec' || !changes(after(command, container), command)) return undefined;
  const what = all[0]?.text === 'compose' ? `${command.name} compose exec` : `${command.name} exec`;
  return { type: 'exec', what, engine: true, remote: isRemoteEngine(command, verb) };
}

/** The words after one of them, without the `--` that some programs want there. */
function after(command: ShellCommand, word: ShellWord | undefined): readonly ShellWord[] {
  const rest = word ? command.words.slice(command.words.indexOf(word) + 1) : [];
  return rest[0]?.text === '--' ? rest.slice(1) : rest;
}

/** A shell that is given a here-document runs that; without any program nothing is run. */
function changes(program: readonly ShellWord[], command: ShellCommand): boolean {
  if (program.length === 0) return false;
  const input = command.redirects.find(({ content }) => content !== undefined)?.content;
  const isShell = /^(.*\/)?(ba|da|a|z|k)?sh$/.test(program[0]?.text ?? '');
  if (isShell && input && program.slice(1).every((word) => word.text.startsWith('-'))) return !scriptOnlyReads(input);
  return !onlyReads(program, command);
}

/** Hosts that are this machine, or the engine beside a job. */
const OWN_HOST = /^(unix|npipe|fd):|^tcp:\/\/(localhost|127\.|0\.0\.0\.0|docker[:/])/;

/** `-H tcp://web …`, `--context web`, `DOCKER_HOST=ssh://web docker …`; podman's `--remote`. */
function isRemoteEngine(command: ShellCommand, verb: ShellWord): boolean {
  const before = { ...command, words: command.words.slice(0, command.words.indexOf(verb)) };
  const set = command.assignments.find(({ name }) => name === 'DOCKER_HOST')?.value?.text;
  const host = flagValue(before, '-H', '--host', '--url') ?? set;
  const context = flagValue(before, '-c', '--context', '--connection');
  if (before.words.some((word) => word.text === '--remote' || word.text === '-r')) return true;
  return (host !== undefined && !OWN_HOST.test(host)) || (context !== undefined && context !== 'default');
}

/** True when the script, its step, its job or its workflow sets another machine's engine for all commands. */
export function usesRemoteEngine({ shell, owner }: ScriptUse): boolean {
  const isRemote = (host: string): boolean => /^(ssh|tcp):\/\//.test(host) && !OWN_HOST.test(host);
  const switched = shell.commands.some((command) => {
    if (command.name === 'export')
      return command.words.some(({ text }) => text.startsWith('DOCKER_HOST=') && isRemote(text.slice(12)));
    const [noun, verb, context] = command.name === 'docker' ? texts(command, ENGINE_VALUES) : [];
    return noun === 'context' && verb === 'use' && context !== 'default';
  });
  if (switched || owner.type !== 'workflow') return switched;
  const variables = [owner.step.env, owner.job?.env ?? [], owner.workflow?.env ?? []].flat();
  return variables.some(({ name, value }) => name === 'DOCKER_HOST' && isRemote(value.text.text));
}

function texts(command: ShellCommand, withValue: ReadonlySet<string>): string[] {
  return positionals(command, withValue).map((word) => word.text);
}
