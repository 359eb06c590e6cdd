import { asMap, asScalar, entry, get, type DataFile } from '../../lang/data/tree';
import { containersOf } from './containers';
import type { ConfigObject } from './index';
import { configReferences, type ConfigReference } from './references';
import { isRendered, mayHoldMore } from './template-holes';
import { volumesOf } from './workloads';

/**
 * A name that changes with the content: a version (`-v3`, `-1.4.0`, `-20250130`), a content hash (`-9f86d081`), or the
 * ten letters and digits that Kustomize adds (`-g4hk9b6b7m`; it leaves out what could spell a word).
 */
const VERSIONED = /[-.]v?\d+(?:[.-]\d+)*$|-(?=[0-9a-f]*\d)[0-9a-f]{6,64}$|-(?=\w*\d)[bcdfghkmt2456789]{10}$/;

/** What in a template makes the name follow the content or the release. */
const VERSIONED_TEMPLATE = /sha\d+sum|adler32sum|hash|checksum|version|revision|appversion|\btag\b/i;

/** Objects that a program writes to or watches: a lock of leaders, the settings of a controller. */
const WATCHED_NAME =
  /leader|election|(^|-)lock$|^(aws-auth|coredns|kube-proxy|kubeadm-config|argocd-.*|argo-rollouts-.*)$|(ingress|nginx|gateway)-controller$|operator/;
const WATCHED_NAMESPACE =
  /^(kube-.*|argocd|argo-.*|istio-system|knative-.*|cert-manager|flux-system|ingress-nginx|.*-operator)$/;

/** Annotations whose tools rewrite the object, or make it anew for each run. */
const WATCHED_ANNOTATION =
  /^(control-plane\.alpha\.kubernetes\.io\/leader|helm\.sh\/hook|kustomize\.config\.k8s\.io\/needs-hash|avp\.kubernetes\.io\/.*|reflector\..*|cert-manager\.io\/.*)$/;

/** Types of Secrets that a controller fills or renews under the same name. */
const RENEWED_TYPE =
  /^(kubernetes\.io\/(service-account-token|tls)|bootstrap\.kubernetes\.io\/token|helm\.sh\/release.*)$/;

/** A value that stands for another one: the real one is put in by something that is not seen here. */
const PLACEHOLDER = /^(<.*>|\$\{?\w+\}?|\.{3}|x{3,}|\*{3,}|.*(change|replace)[-_ ]?me.*|.*placeholder.*)$/is;

/** Template functions that give another value at every rendering or read the cluster. */
const GENERATED_IN_TEMPLATE = /\b(lookup|rand[A-Z]\w*|gen[A-Z]\w*|uuidv4)\b/;

/** True when the name says which content it stands for, so that other content gets another name. */
export function isVersionedName(config: ConfigObject, file: DataFile): boolean {
  const { name } = config.object;
  if (!name) return false;
  return (
    VERSIONED.test(name.text.text) || (isRendered(file, name) && VERSIONED_TEMPLATE.test(sourceOf(file, name.range)))
  );
}

/** True when the object is declared immutable, or when rendering a template may declare it so. */
export function mayBeImmutable(config: ConfigObject, file: DataFile): boolean {
  const { immutable, object } = config;
  return immutable?.value === true || isRendered(file, immutable) || mayHoldMore(file, object.node);
}

/**
 * True when the author's file does not decide about the content: a controller writes or watches the object, or the file
 * holds only placeholders. Such an object has no versions of its own.
 */
export function isManagedElsewhere(config: ConfigObject, file: DataFile): boolean {
  const { object, kind } = config;
  const values = [config.data, config.stringData, asMap(get(object.node, 'binaryData'))].flatMap(
    (map) => map?.entries ?? [],
  );
  if (values.length === 0 && ![config.data, config.stringData].some((map) => map && mayHoldMore(file, map)))
    return true;
  if (WATCHED_NAME.test(object.name?.text.text ?? '')) return true;
  if (WATCHED_NAMESPACE.test(object.namespace?.text.text ?? '')) return true;
  const annotations = asMap(get(object.metadata, 'annotations'))?.entries ?? [];
  if (annotations.some(({ key }) => WATCHED_ANNOTATION.test(key))) return true;
  if (kind !== 'Secret') return false;
  if (RENEWED_TYPE.test(asScalar(get(object.node, 'type'))?.text.text ?? '')) return true;
  if (file.template && GENERATED_IN_TEMPLATE.test(documentSource(file, object.node.range))) return true;
  return values.some(({ value }) => PLACEHOLDER.test(asScalar(value)?.text.text.trim() ?? ''));
}

/**
 * What the pods of fragments read: documents without `apiVersion` and `kind` that hold a pod spec, as documentation
 * shows them.
 */
export function readByFragments(file: DataFile): readonly ConfigReference[] {
  return file.documents.flatMap(({ root }) => {
    if (entry(root, 'apiVersion') ?? entry(root, 'kind')) return [];
    const spec = get(root, 'spec', 'template', 'spec') ?? get(root, 'spec');
    const containers = containersOf(spec);
    return containers.length === 0 ? [] : configReferences({ containers, volumes: volumesOf(spec) });
  });
}

function sourceOf(file: DataFile, range: { readonly start: number; readonly end: number }): string {
  return file.text.slice(range.start, range.end);
}

/** The object with the actions before it: `{{ $password := randAlphaNum 16 }}` stands above `apiVersion`. */
function documentSource(file: DataFile, range: { readonly start: number; readonly end: number }): string {
  const start = file.text.lastIndexOf('\n---', range.start);
  return file.text.slice(start < 0 ? 0 : start, range.end);
}
