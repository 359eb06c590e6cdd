import type { ShellCommand, ShellScript } from '../../lang/shell/ast';
import { flagValue, hasFlag, positionals } from '../../lang/shell/words';
import { parseImageReference } from '../image-reference';
import { ENGINE_GLOBAL_VALUES, KUBECTL_GLOBAL_VALUES } from './global-options';

/** What is changed: an object of the API, the pods of one, a container, a service's tasks, an instance, a release. */
export interface LiveChange {
  readonly type: 'object' | 'restart' | 'container' | 'service' | 'instance' | 'release';
  /** The command as a person would name it. */
  readonly what: string;
}

const KUBECTL_VALUES: ReadonlySet<string> = new Set([
  ...KUBECTL_GLOBAL_VALUES,
  ...'-f --filename -l --selector -o --output -p --patch --patch-file --type --subresource --field-selector --field-manager -c --container -k --kustomize --replicas --timeout --image --from --from-literal --from-file --port --target-port'.split(
    ' ',
  ),
]);
const ENGINE_VALUES: ReadonlySet<string> = new Set([
  ...ENGINE_GLOBAL_VALUES,
  ...'-t --time -s --signal -a --author --change -m --message --image --detach-keys'.split(' '),
]);
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
const LIVE_VERBS: ReadonlySet<string> = new Set(['scale', 'autoscale', 'expose']);

/** Kinds of what is deployed, with their short names (`kubectl api-resources`). */
const DEPLOYED =
  /^(po|pods?|deploy|deployments?|sts|statefulsets?|ds|daemonsets?|rs|replicasets?|rc|replicationcontrollers?|cj|cronjobs?|dc|deploymentconfigs?|rollouts?|ksvc|svc|services?|ing|ingress(es)?|all)$/;

/** Kinds that belong to the cluster, to an operator or to nobody's manifests: a patch of them hides no deployment. */
const OF_THE_CLUSTER =
  /^(no|nodes?|ns|namespaces?|projects?|crds?|customresourcedefinitions?|sa|serviceaccounts?|pvs?|pvcs?|persistentvolumes?|persistentvolumeclaims?|sc|storageclass(es)?|(cluster)?roles?|(cluster)?rolebindings?|scc|securitycontextconstraints|apiservices?|\w*webhookconfigurations?|csr|certificatesigningrequests?|leases?|ev|events?|ep|endpoints|secrets?|priorityclass(es)?|runtimeclass(es)?|volumesnapshot\w*|clusteroperators?|clusterversions?|oauths?|jobs?(\.batch)?)$/;

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
      return words[0] === 'upgrade' &&
        !hasFlag(command, '--dry-run') &&
        hasFlag(command, '--reuse-values', '--reset-then-reuse-values')
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
      // The protection against deletion is lifted before an instance is replaced.
      const protects = hasFlag(command, '--disable-api-termination', '--no-disable-api-termination');
      return words[0] === 'ec2' && words[1] === 'modify-instance-attribute' && !protects
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
    case 'edit':
    case 'patch':
      return isOfCluster(object) || isNoChange(command) ? undefined : { type: 'object', what };
    case 'label':
    case 'annotate':
      return DEPLOYED.test(kindOf(object)) && !namesCause(words) ? { type: 'object', what } : undefined;
    case 'delete':
      // Pods that have ended are litter.
      if (hasFlag(command, '--field-selector')) return undefined;
      return /^(pods?|po)(\/|$)/.test(object) ? { type: 'object', what } : undefined;
    case 'create':
      return CREATED.has(object) ? { type: 'object', what } : undefined;
    case 'replace':
      return replacesEditedCopy(command, script) ? { type: 'object', what } : undefined;
    case 'run':
      // A pod that goes away by itself is a smoke test.
      return hasFlag(command, '--rm') || /^(Never|OnFailure)$/.test(flagValue(command, '--restart') ?? '')
        ? undefined
        : { type: 'object', what };
    default:
      return LIVE_VERBS.has(verb) ? { type: 'object', what } : undefined;
  }
}

/** `deployments.apps/web`, `pods,services` → the first kind's name. */
function kindOf(object: string): string {
  return object.toLowerCase().replace(/[/.,].*$/, '');
}

/** Also what is not known: a variable may stand for any kind. */
function isOfCluster(object: string): boolean {
  return OF_THE_CLUSTER.test(kindOf(object)) || kindOf(object).includes('\uE000');
}

/** No change of what is asked for: finalizers are taken off what is being deleted, Argo CD is told to synchronise. */
function isNoChange(command: ShellCommand): boolean {
  const patch = flagValue(command, '-p', '--patch') ?? '';
  return /finalizers|"operation"/.test(patch) && !patch.includes('"spec"');
}

/** The kubectl reference itself asks for this annotation: `rollout history` shows it. */
function namesCause(words: readonly string[]): boolean {
  const pairs = words.slice(1).filter((word) => word.includes('='));
  return pairs.length > 0 && pairs.every((pair) => pair.startsWith('kubernetes.io/change-cause='));
}

/** `kubectl get … | sed … | kubectl replace -f -`: an edited copy of the live object. A file may be the one in Git. */
function replacesEditedCopy(command: ShellCommand, script: ShellScript): boolean {
  const file = flagValue(command, '-f', '--filename');
  return script.commands.some((other) => {
    if (other.name !== 'kubectl' && other.name !== 'oc') return false;
    const [verb, object = ''] = texts(other, KUBECTL_VALUES);
    if (verb !== 'get' || isOfCluster(object)) return false;
    if (file === '-') return other.pipeline.id === command.pipeline.id && other.pipeline.index < command.pipeline.index;
    return file !== undefined && other.redirects.some(({ target }) => target?.text === file);
  });
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
