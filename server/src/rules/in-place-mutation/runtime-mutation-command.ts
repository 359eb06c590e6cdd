import { setInGit } from '../../model/commands/image-in-git';
import { liveChange } from '../../model/commands/live-changes';
import {
  isDeployment,
  isTeardownScript,
  isTest,
  startsItsOwnContainers,
  usesThrowawayCluster,
} from '../../model/commands/pipeline-context';
import { defineRule } from '../../model/facts';

export default defineRule({
  meta: {
    id: 'in-place-mutation/runtime-mutation-command',
    severity: 'warning',
    languages: ['workflow', 'shell'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'A deployment must apply what is in Git, not edit what is running',
    peers: [],
    messages: {
      image:
        '`{what}` changes the live object, so Git no longer says what runs and the next apply or rollback reverts it. Change the manifest (`kustomize edit set image …`), commit it, and apply that.',
      object:
        '`{what}` changes the live object, so Git no longer says what runs and the next apply or rollback reverts it. Change its manifest, commit it, and apply that.',
      restart:
        '`{what}` gives new pods under the same reference: same tag, new bits, and nothing to roll back to. Change the image digest in the manifest instead.',
      container:
        '`{what}` changes a container that runs, and the change is lost with it. Build a new image and replace the container.',
      service:
        '`{what}` replaces what runs under the same reference: same tag, new bits, and nothing to roll back to. Deploy a definition that names the new digest.',
      instance: '`{what}` changes an instance that runs. Bake a new image and replace the instance.',
      release: '`{what}` builds on values that only the cluster knows. Keep all values in Git and pass them with `-f`.',
    },
  },
  create: (context) => ({
    command: (use) => {
      const { command, script, phase, anchor } = use;
      // A manifest's preStop hook has the phase of a script too, but is nobody's deployment.
      const isScript = phase === 'script' && script.owner.type === 'shell';
      if (phase !== 'pipeline' && !isScript) return;
      const found = liveChange(command, script.shell);
      if (!found || usesThrowawayCluster(script, context.file.text) || isTest(script, context.file.path)) return;
      if (isTeardownScript(script, context.file.path)) return;
      if (found.type === 'container' && startsItsOwnContainers(script)) return;
      context.report({
        at: command.at,
        anchor,
        message: found.type === 'object' && / set image( |$)/.test(found.what) ? 'image' : found.type,
        data: { what: found.what },
        severity: isDeployment(script) ? 'error' : 'warning',
        fixes: found.type === 'object' ? setInGit(use, context.project, context.file.text) : [],
      });
    },
  }),
});
