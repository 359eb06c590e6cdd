import { containerSession, usesRemoteEngine } from '../../model/commands/container-sessions';
import {
  isDeployment,
  isDeployScript,
  isTest,
  startsItsOwnContainers,
  usesThrowawayCluster,
} from '../../model/commands/pipeline-context';
import { defineRule } from '../../model/facts';

export default defineRule({
  meta: {
    id: 'interactive-access/pipeline-exec',
    severity: 'warning',
    languages: ['workflow', 'shell'],
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
      // A script of its own may be a developer's tool: only one that is named after a deployment is certain.
      const isScript = phase === 'script' && script.owner.type === 'shell' && isDeployScript(context.file.path);
      if (phase !== 'pipeline' && !isScript) return;
      const found = containerSession(command);
      if (!found) return;
      // On a runner, `docker exec` mostly looks into a container of the test.
      const remote = !found.engine || found.remote || usesRemoteEngine(script);
      if (!remote && (!(isScript || isDeployment(script)) || startsItsOwnContainers(script))) return;
      if (usesThrowawayCluster(script, context.file.text) || isTest(script, context.file.path)) return;
      context.report({ at: command.at, anchor, message: found.type, data: { what: found.what } });
    },
  }),
});
