import type { ShellCommand, ShellScript, ShellWord } from '../../lang/shell/ast';
import { packageCommand } from './package-manager';

/** How a command brings an SSH server, and the place that says so. */
export interface SshServer {
  readonly type: 'install' | 'run' | 'prepare' | 'enable';
  readonly word: ShellWord;
}

const PACKAGES =
  /^(openssh-server(?:-[a-z]\w*)?|openssh-sftp-server|dropbear|dropbear-bin|dropbear-run|tinysshd)([=:~<>@-]?\d.*|[=:~<>@].*)?$/;
const SERVICES = /^(ssh|sshd|dropbear|ssh@|sshd@)(\.service|\.socket)?$/;

/** True for the name of a package that holds an SSH server. Alpine's `openssh` holds the client too: not certain. */
export function isSshServerPackage(name: string): boolean {
  return PACKAGES.test(name);
}

/**
 * Finds an SSH server in a command: an installation, the server itself, its host keys or run directory, its service. The
 * preparation is not reported beside the installation: with one gone, the other is.
 */
export function sshServer(command: ShellCommand, script: ShellScript): SshServer | undefined {
  const direct = ofCommand(command);
  if (direct || !prepares(command)) return direct;
  const word = command.words[0];
  const installed = script.commands.some((other) => ofCommand(other));
  return word && !installed ? { type: 'prepare', word } : undefined;
}

function ofCommand(command: ShellCommand): SshServer | undefined {
  const found = packageCommand(command);
  if (found) {
    const word = found.action === 'install' ? found.packages.find((each) => PACKAGES.test(each.text)) : undefined;
    return word && { type: 'install', word };
  }
  const [program, first, ...rest] = command.words;
  if (!program || !first) return program && isServer(command.name) ? { type: 'run', word: program } : undefined;
  // `sshd -t` and `sshd -T` check the configuration.
  if (isServer(command.name)) return /^-[tT]$/.test(first.text) ? undefined : { type: 'run', word: program };
  switch (command.name) {
    case 'systemctl': {
      const verbs = [first, ...rest].some((word) => word.text === 'enable' || word.text === 'unmask');
      const word = [first, ...rest].find((each) => SERVICES.test(each.text));
      return verbs && word ? { type: 'enable', word } : undefined;
    }
    case 'service':
      return SERVICES.test(first.text) && rest[0]?.text === 'start' ? { type: 'enable', word: first } : undefined;
    case 'rc-update': {
      const word = rest.find((each) => SERVICES.test(each.text));
      return first.text === 'add' && word ? { type: 'enable', word } : undefined;
    }
    default:
      return undefined;
  }
}

function isServer(name: string): boolean {
  return name === 'sshd' || name === 'dropbear';
}

/** Host keys (`ssh-keygen -A`) or the directory that sshd wants. */
function prepares(command: ShellCommand): boolean {
  const words = command.words.slice(1).map((word) => word.text);
  if (command.name === 'ssh-keygen') return words.includes('-A');
  return command.name === 'mkdir' && words.some((word) => /^(\/var)?\/run\/sshd\/?$/.test(word));
}

/** Names of file transfer, Git hosting, SSH gateways and the one place to log in. */
const SSH_PURPOSE =
  /sftp|openssh-?server|gitea|gitlab|gerrit|forgejo|gogs|soft-?serve|gitolite|git-?(server|daemon|ssh)|bastion|jump-?(host|box|pod)|rsync|borgbackup|sshpiper|sshportal|(^|[-_/.])(open)?sshd?([-_/.:]|$)/i;

/** Images whose purpose is SSH: file transfer, Git hosting, the one place to log in. */
export function servesSsh(...names: readonly (string | undefined)[]): boolean {
  return names.some((name) => name !== undefined && SSH_PURPOSE.test(name));
}

/** True for the name of a port by which files or Git come in: `sftp`, `git-ssh`. A port `ssh` says nothing. */
export function isTransferPort(name: string | undefined): boolean {
  return name !== undefined && /sftp|git/i.test(name);
}

/** A wider range is opened for something else. */
const WIDEST = 1024;

/** True for `22`, `22/tcp`, `20-25`: a port or a range that is there for SSH. */
export function holdsSshPort(text: string): boolean {
  const found = /^["']?(\d+)(?:-(\d+))?(?:\/tcp)?["']?$/i.exec(text);
  if (!found) return false;
  const first = Number(found[1]);
  const last = Number(found[2] ?? first);
  return first <= 22 && last >= 22 && last - first <= WIDEST;
}
