import type { Fix, TextEdit } from '../../core/finding';
import { HOLE } from '../../core/mapped-text';
import type { Place } from '../../core/text';
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
import type { ConfigSummary, ConfigUse } from '../../model/workspace-index';

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
        : versioned(context, config, name, readers),
  });
}

/** Kustomize makes the object, with a hash in its name, or the file is a patch of one that is immutable. */
function isVersionedElsewhere(context: Context, config: ConfigObject, key: string): boolean {
  return sameObjects(context, config, key).some((other) => other.generated || other.immutable);
}

/** What the workspace declares under the same name: the object itself, patches of it, its copies for other environments. */
function sameObjects(context: Context, config: ConfigObject, key: string): readonly ConfigSummary[] {
  return context.project.index?.configsNamed(config.kind, key) ?? [];
}

interface Readers {
  /** A workload reads the object and is not rolled when it changes. */
  readonly stale: boolean;
  /** The names by which this file refers to the object. */
  readonly here: readonly ScalarNode[];
  /** Where other files refer to it; undefined when that is not known, or when the name means more than one object. */
  readonly elsewhere: readonly ConfigUse[] | undefined;
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
  const indexed = (context.project.index?.workloadsReading(kind, key) ?? []).filter((other) => near(other.namespace));
  const uses = indexed.flatMap((other) => other.configuration.filter((use) => use.kind === kind && use.name === key));
  const unique = context.project.index !== undefined && sameObjects(context, config, key).length === 1;
  return {
    stale:
      fragments.length > 0 ||
      local.some(({ workload }) => !ONE_SHOT.has(workload.kind) && !followsConfiguration(workload, file)) ||
      indexed.some((other) => !isOneShot(other.kind) && !other.followsConfiguration),
    here: [...local.flatMap(({ names }) => names), ...fragments],
    elsewhere: unique ? uses.filter(({ at }) => at.path !== context.file.path) : undefined,
  };
}

/** Each run of a job reads the configuration of its time. */
function isOneShot(kind: string): boolean {
  return [...ONE_SHOT].some((each) => each === kind);
}

/**
 * Renames the object and everything that reads it, and forbids changes. Only when all that reads it is known: a reader left
 * behind would not start.
 */
function versioned(context: Context, config: ConfigObject, name: ScalarNode, readers: Readers): Fix[] {
  const { text } = context.file;
  const { object, immutable } = config;
  const sealing = immutable
    ? replaceScalar(immutable, 'true')
    : insertEntry(text, object.node, ['immutable: true'], 'metadata');
  if (!sealing) return [];
  const seal: Fix = { level: 'suggestion', title: 'Set `immutable: true`', edits: [sealing] };
  const renames = object.node.flow ? undefined : renamesOf(context, name, readers);
  if (!renames) return [seal];
  const next = `${name.text.text}-v1`;
  return [
    { level: 'suggestion', title: `Set \`immutable: true\` and rename to \`${next}\``, edits: [sealing, ...renames] },
    seal,
  ];
}

/** Puts a version behind every place that names the object, here and in other files. */
function renamesOf(context: Context, name: ScalarNode, readers: Readers): readonly TextEdit[] | undefined {
  if (!readers.elsewhere) return undefined;
  const here = [name, ...readers.here].map(({ range }): Place => ({ start: range.start, end: range.end }));
  const edits = new Map<string, TextEdit>();
  for (const at of [...here, ...readers.elsewhere.map((use) => use.at)]) {
    const text = at.path === undefined ? context.file.text : context.project.read(at.path);
    const written = /^(["']?)(.*)\1$/s.exec(text?.slice(at.start, at.end) ?? '');
    // The other file may have changed since it was read, or writes the name with an escape.
    if (written?.[2] !== name.text.text) return undefined;
    // A name that comes through an alias is written once.
    const quote = written[1] ?? '';
    edits.set(`${at.path ?? ''}:${at.start}`, { at, text: `${quote}${name.text.text}-v1${quote}` });
  }
  return [...edits.values()];
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
