import type { ShellCommand } from '../../lang/shell/ast';
import { hasFlag, positionals } from '../../lang/shell/words';
import { isDeployment, looksLikeDeployment } from '../../model/commands/pipeline-context';
import { SSH_ACTIONS } from '../../model/commands/ssh-actions';
import { defineRule } from '../../model/facts';

/** ssh(1), scp(1), rsync(1): options that take the next word. */
const SSH_VALUES: ReadonlySet<string> = new Set(
  '-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -P -Q -R -S -s -W -w --rsh --exclude --include --files-from -f'.split(
    ' ',
  ),
);

const REMOTE = /^(\S+@)?[\w.\-\uE000]+:(?!\/\/)/;

export default defineRule({
  meta: {
    id: 'interactive-access/pipeline-ssh',
    severity: 'warning',
    languages: ['workflow', 'shell', 'terraform'],
    since: '0.1.0',
    recommended: true,
    summary: 'A pipeline must replace servers, not log in and change them',
    peers: [],
    messages: {
      action:
        '`{what}` deploys over SSH: it edits a server that runs, and when a step fails nobody can rebuild what is there. Build an image, push it, and change the reference that is deployed.',
      remoteCommand:
        '`{what}` runs commands on a server: it edits a server that runs, and when a step fails nobody can rebuild what is there. Build an image, push it, and change the reference that is deployed.',
      copy: '`{what}` copies files to a server that runs. Put them into the image and replace the server.',
      dockerHost:
        '`{what}` drives the Docker engine of one server over SSH. Deploy through an orchestrator that replaces containers by digest.',
      cloud: '`{what}` runs commands on an instance. Bake the change into the image and replace the instance.',
      tunnel:
        '`{what}` opens a tunnel through a server. It changes nothing, but needs a server that people can log in to.',
    },
  },
  create: (context) => ({
    uses: (use) => {
      const action = use.text.text.split('@')[0]?.toLowerCase() ?? '';
      if (!SSH_ACTIONS.some((known) => known.test(action))) return;
      context.report({
        at: use.at,
        anchor: use.anchor,
        message: 'action',
        data: { what: action },
        severity: looksLikeDeployment(use.job, use.step) ? 'error' : 'warning',
      });
    },
    command: ({ command, script, phase, anchor }) => {
      if (phase !== 'pipeline' && phase !== 'script' && phase !== 'local') return;
      const found = overSsh(command);
      if (!found) return;
      const severity = found.message === 'tunnel' ? 'info' : isDeployment(script) ? 'error' : 'warning';
      context.report({ at: command.at, anchor, message: found.message, data: { what: found.what }, severity });
    },
  }),
});

function overSsh(
  command: ShellCommand,
): { message: 'remoteCommand' | 'copy' | 'dockerHost' | 'cloud' | 'tunnel'; what: string } | undefined {
  const words = positionals(command, SSH_VALUES).map((word) => word.text);
  const [first = '', second = '', third = ''] = words;
  const shown = (text: string): string => text.replace(/\uE000+/g, '…');
  const assignment = command.assignments.find(({ name }) => name === 'DOCKER_HOST');
  if (assignment?.value?.text.startsWith('ssh://')) return { message: 'dockerHost', what: 'DOCKER_HOST=ssh://…' };
  switch (command.name) {
    case 'ssh':
    case 'autossh':
      if (first === '' || hasFlag(command, '-V', '-T') || /^git@/.test(first)) return undefined;
      if (hasFlag(command, '-N')) return { message: 'tunnel', what: `ssh ${shown(first)}` };
      return second !== '' || reads(command) ? { message: 'remoteCommand', what: `ssh ${shown(first)}` } : undefined;
    case 'sshpass':
      return { message: 'remoteCommand', what: 'sshpass' };
    case 'scp':
    case 'sftp':
      return words.length > 0 && words.slice(-1).some((word) => REMOTE.test(word))
        ? { message: 'copy', what: `scp … ${shown(words.at(-1) ?? '')}` }
        : undefined;
    case 'rsync':
      return REMOTE.test(words.at(-1) ?? '')
        ? { message: 'copy', what: `rsync … ${shown(words.at(-1) ?? '')}` }
        : undefined;
    case 'docker': {
      const host = command.words.find(
        (word, index) => /^(-H|--host)$/.test(command.words[index - 1]?.text ?? '') || /^(-H|--host)=/.test(word.text),
      );
      return host?.text.includes('ssh://') ? { message: 'dockerHost', what: 'docker -H ssh://…' } : undefined;
    }
    case 'aws':
      return first === 'ssm' && second === 'send-command'
        ? { message: 'cloud', what: 'aws ssm send-command' }
        : undefined;
    case 'gcloud': {
      const at = words.indexOf('compute');
      const verb = words[at + 1] ?? '';
      return at >= 0 && (verb === 'ssh' || verb === 'scp')
        ? { message: 'cloud', what: `gcloud compute ${verb}` }
        : undefined;
    }
    case 'az':
      return (first === 'vm' || first === 'vmss') && second === 'run-command' && third !== 'list'
        ? { message: 'cloud', what: `az ${first} run-command` }
        : undefined;
    default:
      return undefined;
  }
}

/** The commands come from a here-document or a file. */
function reads(command: ShellCommand): boolean {
  return command.redirects.some((redirect) => redirect.operator.startsWith('<')) || command.pipeline.index > 0;
}
