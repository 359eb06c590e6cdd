import type { Fix } from '../../core/finding';
import { flagValue } from '../../lang/shell/words';
import { asMap, entry, numberOf, type MapNode } from '../../lang/data/tree';
import { objectAnchor } from '../../model/collect/kubernetes';
import { removeAttribute } from '../../model/edits/hcl';
import { removeEntry } from '../../model/edits/yaml';
import { defineRule } from '../../model/facts';
import { given, literalPlace } from '../../model/terraform/literals';
import { kubernetesType } from '../../model/terraform/containers';
import type { TerraformResource } from '../../model/terraform/types';
import { alternatives, every, numberIn } from '../../model/values/value';

const KINDS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout']);

const RESOURCES: ReadonlySet<string> = new Set([
  'kubernetes_deployment',
  'kubernetes_stateful_set',
  'kubernetes_daemonset',
  'kubernetes_daemon_set',
]);

export default defineRule({
  meta: {
    id: 'rollout-safety/revision-history',
    severity: 'warning',
    languages: ['kubernetes', 'helm', 'terraform', 'workflow', 'shell'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'The revisions before the running one must be kept, so that a rollback has somewhere to go',
    peers: [],
    messages: {
      none: '`{setting}` keeps no earlier revision, so `kubectl rollout undo` has nothing to go back to. Remove it: the default keeps 10.',
      one: '`{setting}` keeps a single earlier revision: after two bad releases the last good one is gone. Remove it: the default keeps 10.',
      helm: '`{setting}` keeps no release but the running one, so `helm rollback` has nothing to go back to. Remove it, or keep at least a few.',
    },
  },
  create: (context) => {
    // With GitOps the earlier state is in Git, and a rollback is a revert.
    const severity = (bad: boolean): 'warning' | 'info' =>
      bad && context.project.index?.gitOps !== true ? 'warning' : 'info';

    const attribute = (resource: TerraformResource): void => {
      const limit = resource.block.block('spec');
      const found = limit && given(limit, 'revision_history_limit');
      if (!found || !every(found.value, (option) => (numberIn(option) ?? 2) <= 1)) return;
      const none = alternatives(found.value).every((option) => numberIn(option) === 0);
      context.report({
        at: literalPlace(found),
        anchor: `resource.${resource.address}/spec.revision_history_limit`,
        message: none ? 'none' : 'one',
        severity: severity(none),
        data: { setting: `revision_history_limit = ${none ? 0 : 1}` },
        fixes: [{ level: 'safe', title: 'Remove `revision_history_limit`', edits: removeAttribute(found) }],
      });
    };

    return {
      'kubernetes.object': (object) => {
        if (!KINDS.has(object.kind) || !['apps', 'extensions', 'argoproj.io'].includes(object.group)) return;
        const spec = asMap(entry(object.node, 'spec')?.value);
        const limit = entry(spec, 'revisionHistoryLimit');
        const value = numberOf(limit?.value);
        if (!spec || !limit || (value !== 0 && value !== 1)) return;
        context.report({
          at: limit.value.range,
          anchor: `${objectAnchor(object)}/spec.revisionHistoryLimit`,
          message: value === 0 ? 'none' : 'one',
          severity: severity(value === 0),
          data: { setting: `revisionHistoryLimit: ${value}` },
          fixes: removal(context.file.text, spec, limit),
        });
      },
      'terraform.resource': (resource) => {
        if (RESOURCES.has(kubernetesType(resource.type))) attribute(resource);
      },
      'terraform.resource:helm_release': (resource) => {
        const found = given(resource.block, 'max_history');
        if (!found || !every(found.value, (option) => numberIn(option) === 1)) return;
        context.report({
          at: literalPlace(found),
          anchor: `resource.${resource.address}/max_history`,
          message: 'helm',
          severity: severity(true),
          data: { setting: 'max_history = 1' },
          fixes: [{ level: 'safe', title: 'Remove `max_history`', edits: removeAttribute(found) }],
        });
      },
      command: ({ command, anchor }) => {
        if (command.name !== 'helm' || !command.words.some(({ text }) => text === 'upgrade')) return;
        if (flagValue(command, '--history-max') !== '1') return;
        const word = command.words.find(({ text }) => text.startsWith('--history-max'));
        context.report({
          at: word?.at ?? command.at,
          anchor: `${anchor}/history-max`,
          message: 'helm',
          severity: severity(true),
          data: { setting: '--history-max 1' },
        });
      },
    };
  },
});

/** Only an entry of the object's own can be removed: one that comes through an alias serves other objects too. */
function removal(text: string, spec: MapNode, limit: MapNode['entries'][number]): Fix[] {
  const edit = spec.entries.includes(limit) ? removeEntry(text, spec, limit) : undefined;
  return edit ? [{ level: 'safe', title: 'Remove `revisionHistoryLimit`', edits: [edit] }] : [];
}
