import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { flagValue, hasFlag, positionals } from '../../lang/shell/words';
import { remoteEffect, type RemoteEffect } from './remote-programs';

/** How a command reaches a server that runs. */
export interface RemoteSession {
  readonly type: 'remoteCommand' | 'copy' | 'dockerHost' | 'cloud' | 'tunnel';
  /** The command as a person would name it. */
  readonly what: string;
  /** For `remoteCommand` and `cloud`: what is run there, as far as it is written in the command. */
  readonly effect?: RemoteEffect | undefined;
}

/** ssh(1), scp(1), sftp(1): options that take the next word. */
const SSH_VALUES: ReadonlySet<string> = new Set(
  '-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -P -Q -R -S -W -w'.split(' '),
);
/** rsync(1). */
const RSYNC_VALUES: ReadonlySet<string> = new Set(
  '-e --rsh --exclude --include --files-from --exclude-from --include-from -f --filter --rsync-path --chmod --chown --timeout --port --bwlimit'.split(
    ' ',
  ),
);
const CLOUD_VALUES: ReadonlySet<string> = new Set(
  '--region --profile --output --query --endpoint-url --project --zone --account --subscription -g --resource-group -n --name'.split(
    ' ',
  ),
);

/** `host:path`, `user@host:path`; not a URL, and not a path with a colon in it. */
const REMOTE = /^(\S+@)?[\w.\-\uE000]+:(?!\/\/)/;

const THIS_MACHINE = /^(\S+@)?(localhost|127\.0\.0\.1|\[?::1\]?)(:|$)/;

/** Hosts and directories that take packages and downloads in: what lies there is served, nothing is run. */
const PUBLISHED =
  /(^|@)(packages?|pkgs?|repo|repos|apt|yum|rpm|deb|mirrors?|downloads?|dl|archive|artifacts?|releases?|ftp|uploads?|frs)\d*\.[\w-]+\.|:\S*\/incoming(\/|$)/;

/** Hosts that keep source code: what is run there is git. */
const FORGE = /^git@|(^|@)(ssh\.)?(github|gitlab|bitbucket)\.(com|org)$/;

/**
 * What the command does on a server over SSH or through a cloud's agent. Undefined for `ssh-keyscan`, `ssh -T git@…`,
 * copies from a server, and for everything on this machine.
 */
export function remoteSession(command: ShellCommand, script: ShellScript): RemoteSession | undefined {
  const setsHost =
    command.assignments.some(
      ({ name, value }) => name === 'DOCKER_HOST' && value?.text.startsWith('ssh://') === true,
    ) ||
    (command.name === 'export' && command.words.some((word) => word.text.startsWith('DOCKER_HOST=ssh://')));
  if (setsHost) return { type: 'dockerHost', what: 'DOCKER_HOST=ssh://…' };
  switch (command.name) {
    case 'ssh':
    case 'autossh':
      return ofSsh(command, script);
    case 'sshpass':
      return logsInWithPassword(command) ? { type: 'remoteCommand', what: 'sshpass' } : undefined;
    case 'scp':
      return copyTo(command, positionals(command, SSH_VALUES).at(-1)?.text);
    case 'rsync':
      return copyTo(command, positionals(command, RSYNC_VALUES).at(-1)?.text);
    case 'sftp': {
      const host = positionals(command, SSH_VALUES)[0]?.text;
      const writes = host !== undefined && (hasFlag(command, '-b') || readsInput(command));
      return writes && !THIS_MACHINE.test(host) ? { type: 'copy', what: `sftp ${shown(host)}` } : undefined;
    }
    case 'docker': {
      const host = flagValue(command, '-H', '--host') ?? '';
      const context = command.words.some((word) => /(^|[=,])host=ssh:\/\//.test(word.text));
      return host.startsWith('ssh://') || context ? { type: 'dockerHost', what: 'docker over ssh://' } : undefined;
    }
    case 'aws': {
      const [group, verb] = positionals(command, CLOUD_VALUES);
      return group?.text === 'ssm' && verb?.text === 'send-command'
        ? {
            type: 'cloud',
            what: 'aws ssm send-command',
            effect: effectOf(flagValue(command, '--parameters')?.replace(/^\{?"?commands"?\s*[=:]\s*|[[\]{}"']/g, '')),
          }
        : undefined;
    }
    case 'gcloud':
      return ofGoogle(command);
    case 'az': {
      const [group, verb, action] = positionals(command, CLOUD_VALUES).map((word) => word.text);
      const runs = verb === 'run-command' && /^(invoke|create|update)$/.test(action ?? '');
      return (group === 'vm' || group === 'vmss') && runs
        ? { type: 'cloud', what: `az ${group} run-command`, effect: effectOf(flagValue(command, '--scripts')) }
        : undefined;
    }
    default:
      return undefined;
  }
}

/** `sshpass … ssh user@host`: the host must be written, and be another machine. */
function logsInWithPassword({ words }: ShellCommand): boolean {
  const at = words.findIndex((word) => /^(ssh|scp|sftp|rsync)$/.test(word.text));
  const hosts = words.slice(at + 1).filter((word) => /^[^-\s]\S*@\S+/.test(word.text) || REMOTE.test(word.text));
  return at > 0 && hosts.length > 0 && !hosts.some((word) => THIS_MACHINE.test(word.text));
}

function ofSsh(command: ShellCommand, script: ShellScript): RemoteSession | undefined {
  const [host, program] = positionals(command, SSH_VALUES).map((word) => word.text);
  if (host === undefined || FORGE.test(host) || THIS_MACHINE.test(host) || hasFlag(command, '-V', '-Q'))
    return undefined;
  if (hasFlag(command, '-N')) return { type: 'tunnel', what: `ssh -N ${shown(host)}` };
  const fed = readsInput(command) || isFed(command, script);
  if (program === undefined && !fed) return undefined;
  return { type: 'remoteCommand', what: `ssh ${shown(host)}`, effect: effectOf(remoteLine(command, host)) };
}

function ofGoogle(command: ShellCommand): RemoteSession | undefined {
  const words = positionals(command, CLOUD_VALUES).map((word) => word.text);
  const at = words.indexOf('compute');
  const verb = words[at + 1];
  if (at < 0 || at > 1) return undefined;
  if (verb === 'scp') {
    return REMOTE.test(words.at(-1) ?? '') ? { type: 'cloud', what: 'gcloud compute scp' } : undefined;
  }
  if (verb !== 'ssh') return undefined;
  const tunnel = command.words.some((word) => word.text === '-N' || word.text === '-NL');
  return tunnel
    ? { type: 'tunnel', what: 'gcloud compute ssh -N' }
    : { type: 'cloud', what: 'gcloud compute ssh', effect: effectOf(flagValue(command, '--command')) };
}

function copyTo(command: ShellCommand, target: string | undefined): RemoteSession | undefined {
  if (target === undefined || !REMOTE.test(target) || THIS_MACHINE.test(target) || PUBLISHED.test(target)) {
    return undefined;
  }
  return { type: 'copy', what: `${command.name} … ${shown(target)}` };
}

/** What ssh runs on the host: the words after it, and the lines of a here-document. */
function remoteLine(command: ShellCommand, host: string): string {
  const at = command.words.findIndex((word, index) => index > 0 && word.text === host);
  const words = command.words.slice(at + 1).map((word) => word.text);
  const documents = command.redirects.flatMap(({ content }) => content?.text ?? []);
  return [words.join(' '), ...documents].join('\n');
}

function effectOf(line: string | undefined): RemoteEffect {
  return line === undefined ? 'unknown' : remoteEffect(line);
}

/** The commands come from a here-document or a file. */
function readsInput(command: ShellCommand): boolean {
  return command.redirects.some((redirect) => redirect.operator.startsWith('<'));
}

/** The commands come through a pipe. */
function isFed(command: ShellCommand, script: ShellScript): boolean {
  const { id, index } = command.pipeline;
  return index > 0 && script.commands.some((other) => other.pipeline.id === id && other.pipeline.index < index);
}

function shown(text: string): string {
  return text.replace(/\uE000+/g, '…');
}
