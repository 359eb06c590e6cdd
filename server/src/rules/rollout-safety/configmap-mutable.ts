import type { Fix, TextEdit } from '../../core/finding';
import { HOLE } from '../../core/mapped-text';
import type { ScalarNode } from '../../lang/data/tree';
import { objectAnchor } from '../../model/collect/kubernetes';
import { insertEntry, replaceScalar } from '../../model/edits/yaml';
import { defineRule, type RuleContext } from '../../model/facts';
import {
  configReferences,
  ONE_SHOT,
  type ConfigObject,
  type KubernetesFile,
  type Workload,
} from '../../model/kubernetes';
import { checksumAnnotation, configName, followsConfiguration } from '../../model/kubernetes/configuration';
import {
  isManagedElsewhere,
  isVersionedName,
  mayBeImmutable,
  readByFragments,
} from '../../model/kubernetes/configuration-lifetime';

export default defineRule({
  meta: {
    id: 'rollout-safety/configmap-mutable',
    severity: 'info',
    languages: ['kubernetes', 'helm'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'A configuration that pods read must not change under its name',
    peers: [],
    messages: {
      mutable:
        'A change of `{name}` does not roll the pods that read it: old and new settings run side by side, and a rollback does not bring the old ones back. Set `immutable: true` and give each version its own name, like `{next}`.',
      chart:
        'A change of this {kind} does not roll the pods that read it: an upgrade that changes only settings restarts nothing. Put a checksum of it into the annotations of the pod template.',
      outside:
        'This checksum stands on the {kind}, so a change of it starts no new pods. Move it to `spec.template.metadata.annotations`.',
    },
  },
  create: (context) => ({
    kubernetes: (manifest) => {
      for (const config of manifest.configs) checkConfig(context, manifest, config);
      for (const workload of manifest.workloads) checkAnnotation(context, manifest, workload);
    },
  }),
});

type Context = RuleContext<'mutable' | 'chart' | 'outside'>;

function checkConfig(context: Context, manifest: KubernetesFile, config: ConfigObject): void {
  const { file } = manifest;
  const { name, namespace } = config.object;
  if (!name || name.value === null || mayBeImmutable(config, file)) return;
  if (isVersionedName(config, file) || isManagedElsewhere(config, file)) return;
  const key = configName(name, file, context.file.path);
  if (isVersionedElsewhere(context, config, key)) return;
  const readers = readersOf(context, manifest, config, key);
  if (!readers.stale) return;
  const rendered = name.text.text.includes(HOLE);
  const text = rendered ? file.text.slice(name.range.start, name.range.end) : name.text.text;
  context.report({
    at: name.range,
    anchor: `${objectAnchor(config.object)}/immutable`,
    message: file.template ? 'chart' : 'mutable',
    data: { name: text, next: `${text}-v1`, kind: config.kind },
    fixes:
      file.template || file.format === 'json' || namespace?.text.text.includes(HOLE)
        ? []
        : versioned(file.text, config, name, readers.elsewhere ? undefined : readers.here),
  });
}

/** Kustomize makes the object, with a hash in its name, or the file is a patch of one that is immutable. */
function isVersionedElsewhere(context: Context, config: ConfigObject, key: string): boolean {
  return (context.project.index?.configs ?? []).some(
    (other) => (other.generated || other.immutable) && other.kind === config.kind && other.name === key,
  );
}

interface Readers {
  /** A workload reads the object and is not rolled when it changes. */
  readonly stale: boolean;
  /** The names by which this file refers to the object. */
  readonly here: readonly ScalarNode[];
  /** Other files refer to it too. */
  readonly elsewhere: boolean;
}

function readersOf(context: Context, manifest: KubernetesFile, config: ConfigObject, key: string): Readers {
  const { file } = manifest;
  const { kind } = config;
  const namespace = config.object.namespace?.text.text;
  // Kustomize and `kubectl --namespace` give a namespace to what names none.
  const near = (other: string | undefined): boolean =>
    namespace === undefined || other === undefined || other === namespace;
  const named = (references: ReturnType<typeof configReferences>): ScalarNode[] =>
    references.flatMap((reference) =>
      reference.kind === kind && configName(reference.name, file, context.file.path) === key ? [reference.name] : [],
    );
  const local = manifest.workloads
    .filter(({ object }) => near(object.namespace?.text.text))
    .map((workload) => ({ workload, names: named(configReferences(workload)) }))
    .filter(({ names }) => names.length > 0);
  const fragments = named([...readByFragments(file)]);
  const indexed = (context.project.index?.workloads ?? []).filter(
    (other) => near(other.namespace) && (kind === 'ConfigMap' ? other.configMaps : other.secrets).includes(key),
  );
  return {
    stale:
      fragments.length > 0 ||
      local.some(({ workload }) => !ONE_SHOT.has(workload.kind) && !followsConfiguration(workload, file)) ||
      indexed.some((other) => !isOneShot(other.kind) && !other.followsConfiguration),
    here: [...local.flatMap(({ names }) => names), ...fragments],
    // The index counts the workloads of this file too.
    elsewhere: indexed.length > local.length || context.project.index === undefined,
  };
}

/** Each run of a job reads the configuration of its time. */
function isOneShot(kind: string): boolean {
  return [...ONE_SHOT].some((each) => each === kind);
}

/**
 * Renames the object and everything that reads it, and forbids changes. Only when all that reads it stands in this file:
 * a reader left behind would not start.
 */
function versioned(
  text: string,
  config: ConfigObject,
  name: ScalarNode,
  references: readonly ScalarNode[] | undefined,
): Fix[] {
  const { object, immutable } = config;
  const sealing = immutable
    ? replaceScalar(immutable, 'true')
    : insertEntry(text, object.node, ['immutable: true'], 'metadata');
  if (!sealing) return [];
  const seal: Fix = { level: 'suggestion', title: 'Set `immutable: true`', edits: [sealing] };
  if (!references || object.node.flow) return [seal];
  // A name that comes through an alias is written once.
  const scalars = [...new Map([name, ...references].map((scalar) => [scalar.range.start, scalar])).values()];
  const renames: TextEdit[] = scalars.map((scalar) => replaceScalar(scalar, renamed(text, scalar)));
  const next = `${name.text.text}-v1`;
  return [
    { level: 'suggestion', title: `Set \`immutable: true\` and rename to \`${next}\``, edits: [sealing, ...renames] },
    seal,
  ];
}

/** The scalar as written, with its quotes and the version at its end. */
function renamed(text: string, scalar: ScalarNode): string {
  const written = text.slice(scalar.range.start, scalar.range.end);
  return written.replace(/(["']?)$/, '-v1$1');
}

/** P35: the annotation must be part of what the pods are made of. */
function checkAnnotation(context: Context, manifest: KubernetesFile, workload: Workload): void {
  const { object, kind } = workload;
  const { file } = manifest;
  if (kind === 'Pod' || ONE_SHOT.has(kind) || followsConfiguration(workload, file)) return;
  const found = checksumAnnotation(object.metadata);
  if (!found || configReferences(workload).length === 0) return;
  context.report({
    at: found.keyRange,
    anchor: `${objectAnchor(object)}/annotations.${found.key}`,
    message: 'outside',
    severity: 'warning',
    data: { kind: object.kind },
  });
}
