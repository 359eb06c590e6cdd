import { isTestCode } from '../../core/environment';
import { isDeployment, isServerScript, looksLikeDeployment } from '../../model/commands/pipeline-context';
import { remoteSession, type RemoteSession } from '../../model/commands/remote-sessions';
import { SSH_ACTIONS } from '../../model/commands/ssh-actions';
import { isTestJob, usesThrowawayServer } from '../../model/commands/throwaway-servers';
import { defineRule } from '../../model/facts';
import type { WorkflowVariable } from '../../model/workflow';

export default defineRule({
  meta: {
    id: 'interactive-access/pipeline-ssh',
    severity: 'warning',
    languages: ['workflow', 'shell'],
    since: '0.1.0',
    recommended: true,
    summary: 'A pipeline must replace servers, not log in and change them',
    peers: [],
    messages: {
      action:
        '`{what}` logs in to a server and edits it while it runs: when a step fails, nobody can rebuild what is there. Build an image, push it, and change the reference that is deployed.',
      remoteCommand:
        '`{what}` runs commands on a server: it edits a server that runs, and when a step fails nobody can rebuild what is there. Build an image, push it, and change the reference that is deployed.',
      copy: '`{what}` copies files to a server that runs, so its image does not say what is on it. Put them into the image and replace the server.',
      dockerHost:
        '`{what}` drives the Docker engine of one server over SSH. Deploy through an orchestrator that replaces containers by digest.',
      cloud:
        '`{what}` changes an instance that runs, so its image does not say what is on it. Bake the change into the image and replace the instance.',
      reads:
        '`{what}` logs in to a server to look at it. It changes nothing, but needs a server that people can log in to: send logs and metrics elsewhere.',
      tunnel:
        '`{what}` opens a tunnel through a server. It changes nothing, but needs a server that people can log in to.',
    },
  },
  create: (context) => ({
    uses: (use) => {
      const action = use.text.text.split('@')[0] ?? '';
      if (!SSH_ACTIONS.some((known) => known.test(action.toLowerCase())) || isTestJob(use.job)) return;
      context.report({
        at: use.at,
        anchor: use.anchor,
        message: 'action',
        data: { what: action },
        severity: looksLikeDeployment(use.job, use.step) ? 'error' : 'warning',
      });
    },
    workflow: (workflow) => {
      const report = (host: WorkflowVariable, anchor: string, deploys: boolean): void => {
        context.report({
          at: host.value.range,
          anchor,
          message: 'dockerHost',
          data: { what: 'DOCKER_HOST=ssh://…' },
          severity: deploys ? 'error' : 'warning',
        });
      };
      const everywhere = sshHostOf(workflow.env);
      if (everywhere) report(everywhere, 'env', false);
      for (const job of workflow.jobs) {
        const inJob = sshHostOf(job.env);
        if (inJob) report(inJob, `job.${job.id}/env`, looksLikeDeployment(job, undefined));
        for (const step of job.steps) {
          const inStep = sshHostOf(step.env);
          const name = step.id ?? step.name ?? step.index;
          if (inStep) report(inStep, `job.${job.id}/step.${name}/env`, looksLikeDeployment(job, step));
        }
      }
    },
    command: ({ command, script, phase, anchor }) => {
      // A `local-exec` over SSH is in-place-mutation/terraform-provisioner's business.
      if (phase !== 'pipeline' && !(phase === 'script' && script.owner.type === 'shell')) return;
      const found = remoteSession(command, script.shell);
      if (!found || isTestCode(context.file.path) || usesThrowawayServer(script)) return;
      // A script of its own may be a person's tool, or may reach a machine of a build or a test.
      if (phase === 'script' && !isServerScript(context.file.path) && found.effect !== 'changes') return;
      const looks = found.type === 'tunnel' || found.effect === 'reads';
      if (looks && phase === 'script') return;
      const severity = looks ? 'info' : isDeployment(script) ? 'error' : 'warning';
      context.report({ at: command.at, anchor, message: messageOf(found), data: { what: found.what }, severity });
    },
  }),
});

function sshHostOf(variables: readonly WorkflowVariable[]): WorkflowVariable | undefined {
  return variables.find(({ name, value }) => name === 'DOCKER_HOST' && value.text.text.startsWith('ssh://'));
}

function messageOf({ type, effect }: RemoteSession): RemoteSession['type'] | 'reads' {
  return effect === 'reads' ? 'reads' : type;
}
