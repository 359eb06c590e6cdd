import type { ShellCommand } from '../../lang/shell/ast';
import { positionals } from '../../lang/shell/words';

const NO_VALUES: ReadonlySet<string> = new Set();

/** kubectl(1): verbs that change what runs in a cluster. */
const KUBECTL: ReadonlySet<string> = new Set(
  'apply create replace patch edit set scale delete exec cp annotate label taint cordon drain run expose autoscale'.split(
    ' ',
  ),
);
const HELM: ReadonlySet<string> = new Set(['install', 'upgrade', 'uninstall', 'delete', 'rollback']);
const ANSIBLE = /^ansible(-playbook|-console|-pull)?$/;

/** ssh(1), kubectl(1), helm(1), ansible-playbook(1): options before the verb that take the next word. */
const BEFORE_VERB: ReadonlySet<string> = new Set(
  '-n --namespace --context --kubeconfig --cluster --user -s --server --kube-context'.split(' '),
);

/**
 * The program that the command uses to change a server or a cluster that exists already: `ssh`, `scp`, `ansible-playbook`,
 * `kubectl apply`, `helm upgrade`. Undefined for everything that stays on this machine or only reads.
 */
export function remoteChange(command: ShellCommand): string | undefined {
  const { name } = command;
  if (name === 'ssh' || name === 'scp' || name === 'sftp' || name === 'pssh') {
    return positionals(command, NO_VALUES).length > 0 ? name : undefined;
  }
  if (name === 'sshpass') return name;
  if (name === 'rsync') return command.words.slice(1).some((word) => isRemotePath(word.text)) ? name : undefined;
  if (ANSIBLE.test(name)) return isLocalAnsible(command) ? undefined : name;
  const verb = positionals(command, BEFORE_VERB)[0]?.text ?? '';
  if (name === 'kubectl' || name === 'oc') {
    if (command.words.some((word) => word.text.startsWith('--dry-run'))) return undefined;
    return KUBECTL.has(verb) || isRestart(command) ? name : undefined;
  }
  return name === 'helm' && HELM.has(verb) ? name : undefined;
}

/** `kubectl rollout restart`, not `kubectl rollout status`. */
function isRestart(command: ShellCommand): boolean {
  const [verb, action] = positionals(command, BEFORE_VERB);
  return verb?.text === 'rollout' && (action?.text === 'restart' || action?.text === 'undo');
}

/** `user@host:path` or `host:path`; a Windows drive has one letter only. */
function isRemotePath(text: string): boolean {
  return /^[^-/:][^/:]+:/.test(text) && !/^\w+:\/\//.test(text);
}

/** Ansible that works on this machine only: `-c local`, `-i localhost,`. */
function isLocalAnsible(command: ShellCommand): boolean {
  const words = command.words.map((word) => word.text);
  return words.some((word, index) => {
    const next = words[index + 1] ?? '';
    if (/^(-c|--connection)$/.test(word)) return next === 'local';
    if (/^(-i|--inventory)$/.test(word)) return /^(localhost|127\.0\.0\.1),?$/.test(next);
    return /^--connection=local$|^--inventory=(localhost|127\.0\.0\.1),?$/.test(word);
  });
}
