import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { flagValue, hasFlag, positionals } from '../../lang/shell/words';
import { parseImageReference } from '../image-reference';

/** What is changed: an object of the API, the pods of one, a container, a service's tasks, an instance, a release. */
export interface LiveChange {
  readonly type: 'object' | 'restart' | 'container' | 'service' | 'instance' | 'release';
  /** The command as a person would name it. */
  readonly what: string;
}

const KUBECTL_VALUES: ReadonlySet<string> = new Set(
  '-n --namespace --context --kubeconfig --cluster --user --server --token -f --filename -l --selector -o --output -p --patch --patch-file --type --field-selector --as -c --container -k --kustomize --replicas --timeout --image --from --from-literal --from-file --port --target-port'.split(
    ' ',
  ),
);
const ENGINE_VALUES: ReadonlySet<string> = new Set(
  '-H --host --context -t --time -s --signal -a --author -c --change -m --message --image --detach-keys'.split(' '),
);
const HELM_VALUES: ReadonlySet<string> = new Set(
  '-n --namespace --kube-context --kubeconfig -f --values --set --set-string --set-file --version --timeout --repo'.split(
    ' ',
  ),
);
const CLOUD_VALUES: ReadonlySet<string> = new Set(
  '--region --profile --output --query --endpoint-url --project --zone --account --format --subscription -g --resource-group -n --name'.split(
    ' ',
  ),
);

/** Verbs of kubectl and oc that change live objects by hand (kubectl reference). */
const LIVE_VERBS: ReadonlySet<string> = new Set('edit patch scale label annotate autoscale expose run'.split(' '));

/** What `kubectl create` makes without a file. Secrets and namespaces have no manifest in Git; a job runs once. */
const CREATED: ReadonlySet<string> = new Set('deployment service configmap cronjob ingress'.split(' '));

/**
 * What the command edits in place of the definition in Git. Undefined for what applies a definition, only reads, or only
 * prints (`--dry-run=client`, `--local`).
 */
export function liveChange(command: ShellCommand, script: ShellScript): LiveChange | undefined {
  switch (command.name) {
    case 'kubectl':
    case 'oc':
      return ofCluster(command, script);
    case 'docker':
    case 'podman':
      return ofEngine(command);
    case 'helm': {
      const words = texts(command, HELM_VALUES);
      return words[0] === 'upgrade' && hasFlag(command, '--reuse-values', '--reset-then-reuse-values')
        ? { type: 'release', what: 'helm upgrade --reuse-values' }
        : undefined;
    }
    case 'aws': {
      const words = texts(command, CLOUD_VALUES);
      // With a task definition named, what runs is a new revision.
      const redeploys = hasFlag(command, '--force-new-deployment') && !hasFlag(command, '--task-definition');
      if (words[0] === 'ecs' && words[1] === 'update-service' && redeploys) {
        return { type: 'service', what: 'aws ecs update-service --force-new-deployment' };
      }
      return words[0] === 'ec2' && words[1] === 'modify-instance-attribute'
        ? { type: 'instance', what: 'aws ec2 modify-instance-attribute' }
        : undefined;
    }
    case 'gcloud': {
      const [group, kind, verb] = texts(command, CLOUD_VALUES);
      return group === 'compute' && kind === 'instances' && (verb === 'add-metadata' || verb === 'reset')
        ? { type: 'instance', what: `gcloud compute instances ${verb}` }
        : undefined;
    }
    case 'az': {
      const [group, verb] = texts(command, CLOUD_VALUES);
      return group === 'vm' && verb === 'update' ? { type: 'instance', what: 'az vm update' } : undefined;
    }
    default:
      return undefined;
  }
}

function ofCluster(command: ShellCommand, script: ShellScript): LiveChange | undefined {
  const words = texts(command, KUBECTL_VALUES);
  const [verb = '', object = ''] = words;
  const what = [command.name, ...words.slice(0, 3)].join(' ').replace(/\uE000+/g, '…');
  if (hasFlag(command, '--local', '--list')) return undefined;
  if (command.words.some((word) => /^--dry-run(=(client|server|true))?$/.test(word.text))) return undefined;
  if (feedsApply(command, script)) return undefined;
  switch (verb) {
    case 'rollout':
      return object === 'restart' ? { type: 'restart', what } : undefined;
    case 'set':
      return /^(image|env|resources|serviceaccount)$/.test(object) ? { type: 'object', what } : undefined;
    case 'delete':
      // Pods that have ended are litter.
      if (hasFlag(command, '--field-selector')) return undefined;
      return /^(pods?|po)(\/|$)/.test(object) ? { type: 'object', what } : undefined;
    case 'create':
      return CREATED.has(object) ? { type: 'object', what } : undefined;
    case 'replace':
      // A file may be the one in Git; what comes through a pipe is an edited copy of the live object.
      return flagValue(command, '-f', '--filename') === '-' ? { type: 'object', what } : undefined;
    case 'run':
      // A pod that goes away by itself is a smoke test.
      return hasFlag(command, '--rm') || flagValue(command, '--restart') === 'Never'
        ? undefined
        : { type: 'object', what };
    default:
      return LIVE_VERBS.has(verb) ? { type: 'object', what } : undefined;
  }
}

function ofEngine(command: ShellCommand): LiveChange | undefined {
  const all = texts(command, ENGINE_VALUES);
  const words = all[0] === 'container' ? all.slice(1) : all;
  const [verb = '', object = ''] = words;
  const what = `${command.name} ${verb}`;
  if (verb === 'commit' || (verb === 'restart' && object !== '')) return { type: 'container', what };
  // `docker cp app:/dist .` takes something out of a container and changes nothing in it.
  if (verb === 'cp') return /^[^/.][^/]*:/.test(words.at(-1) ?? '') ? { type: 'container', what } : undefined;
  if (verb !== 'service' || object !== 'update') return undefined;
  const image = flagValue(command, '--image');
  const tag = image === undefined ? undefined : parseImageReference(image)?.tagClass;
  const moves = tag === 'none' || tag === 'latest-like' || (image === undefined && hasFlag(command, '--force'));
  return moves ? { type: 'service', what: `${command.name} service update` } : undefined;
}

function texts(command: ShellCommand, withValue: ReadonlySet<string>): string[] {
  return positionals(command, withValue).map((word) => word.text);
}

/** `kubectl create … -o yaml | kubectl apply -f -`: what is applied comes from the script. */
function feedsApply(command: ShellCommand, script: ShellScript): boolean {
  return script.commands.some(
    (other) =>
      other.pipeline.id === command.pipeline.id &&
      other.pipeline.index > command.pipeline.index &&
      other.words.some((word) => word.text === 'apply'),
  );
}
