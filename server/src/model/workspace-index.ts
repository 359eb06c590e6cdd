import type { Environment } from '../core/environment';
import type { Place } from '../core/text';
import { keyOf, Lookup } from './lookup';

/**
 * What one file contributes to the knowledge about the whole workspace. Plain data: it crosses thread boundaries
 * and is cached by content. Collected in a first pass, merged into a WorkspaceIndex, read by rules in the second.
 */
export interface FileSummary {
  readonly path: string;
  readonly environment: Environment;
  readonly imagesUsed: readonly ImageSummary[];
  /** Names under which images are built here: compose `build:` with `image:`, `docker build -t`, build-push-action tags. */
  readonly imagesBuilt: readonly BuiltImage[];
  readonly workloads: readonly WorkloadSummary[];
  /** Kubernetes Services. */
  readonly services: readonly ServiceSummary[];
  readonly configMaps: readonly ConfigSummary[];
  /** Repositories whose registry refuses to overwrite tags (`image_tag_mutability = "IMMUTABLE"`): the repository's name. */
  readonly immutableRepositories: readonly string[];
  /** `owner/repo@<40 hex>` with the version comment after it. */
  readonly pinnedActions: readonly { readonly action: string; readonly commit: string; readonly comment: string }[];
  /** Argo CD or Flux objects are declared here. */
  readonly gitOps: boolean;
  /** For a Dockerfile: whether its final stage has a HEALTHCHECK; undefined for other files. */
  readonly healthcheck: boolean | undefined;
  /** ECS task definitions, Nomad, Swarm: this file deploys images with an orchestrator that honours HEALTHCHECK. */
  readonly terraformRuns: readonly string[];
  /** This is a Packer template (HCL2) with a `build` block. */
  readonly bakes: boolean;
  /** Directories of local modules that this Terraform file calls. */
  readonly modulesCalled: readonly string[];
  /** For a kustomization whose `images` give names another tag or digest, or that takes in others. */
  readonly kustomization?: KustomizationSummary | undefined;
}

export interface KustomizationSummary {
  readonly directory: string;
  /** Files and directories of this workspace that it takes in. */
  readonly resources: readonly string[];
  /** Names of images, as the manifests write them, to which it gives a tag or digest. */
  readonly images: readonly string[];
}

export interface ImageSummary {
  /** Repository as the distribution grammar normalises it: `docker.io/library/nginx`. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  readonly site:
    'dockerfile' | 'compose' | 'kubernetes' | 'terraform' | 'workflow' | 'packer' | 'helm' | 'kustomize' | 'shell';
  readonly at: Place & { readonly path: string };
}

export interface BuiltImage {
  /** As written, without tag: `shop/api`, `ghcr.io/acme/api`. */
  readonly name: string;
  /** Path of the Dockerfile, when it can be told. */
  readonly dockerfile: string | undefined;
  readonly site: 'compose' | 'workflow' | 'shell' | 'skaffold' | 'packer' | 'bake';
  /** For compose: the service declares its own healthcheck. */
  readonly healthcheck: boolean;
  /** For compose and bake: the `target:` stage. */
  readonly target: string | undefined;
}

export interface WorkloadSummary {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Labels of the pod template. */
  readonly labels: Readonly<Record<string, string>>;
  /** ConfigMaps and Secrets that its pods read. */
  readonly configuration: readonly ConfigUse[];
  /** A change of the configuration reaches the pods: a checksum annotation on the pod template, or a reloader. */
  readonly followsConfiguration: boolean;
  /** Names of the containers that have a readiness probe. */
  readonly readinessProbes: readonly string[];
  /** Names of the containers whose root file system is read-only. */
  readonly readOnlyRoots: readonly string[];
}

/** Where a workload names a ConfigMap or Secret. */
export interface ConfigUse {
  readonly kind: 'ConfigMap' | 'Secret';
  /** As `configName` gives it. */
  readonly name: string;
  /** The scalar, with its quotes. */
  readonly at: Place & { readonly path: string };
}

export interface ServiceSummary {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly selector: Readonly<Record<string, string>>;
  readonly targetPorts: readonly (string | number)[];
}

export interface ConfigSummary {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly namespace: string | undefined;
  readonly immutable: boolean;
  /** Made by a Kustomize generator, which adds a content hash to the name. */
  readonly generated: boolean;
}

/** False for a summary that adds nothing to an index. */
export function saysSomething(summary: FileSummary): boolean {
  return (
    summary.gitOps ||
    summary.bakes ||
    summary.healthcheck !== undefined ||
    summary.kustomization !== undefined ||
    Object.values(summary).some((value) => Array.isArray(value) && value.length > 0)
  );
}

/** The summaries of a workspace, merged and indexed for the questions that rules ask. */
export class WorkspaceIndex {
  private readonly byRepository = new Map<string, ImageSummary[]>();
  private readonly builtNames = new Map<string, BuiltImage[]>();
  private readonly immutable = new Set<string>();
  private readonly actions = new Map<string, Map<string, { commit: string; comment: string }>>();
  private readonly healthchecks = new Map<string, boolean>();
  private readonly allServices: ServiceSummary[] = [];
  private readonly allWorkloads: WorkloadSummary[] = [];
  private readonly allConfigs: ConfigSummary[] = [];
  private readonly allBuilt: BuiltImage[] = [];
  private readonly runs = new Set<string>();
  private readonly callers = new Map<string, string[]>();
  private readonly buildsByDockerfile = new Lookup(this.allBuilt, ({ dockerfile }) =>
    dockerfile === undefined ? [] : [dockerfile],
  );
  private readonly servicesBySelector = new Lookup(this.allServices, ({ namespace, selector }) =>
    Object.entries(selector)
      .slice(0, 1)
      .map(([key, value]) => keyOf(namespace, key, value)),
  );
  private readonly workloadsByLabel = new Lookup(this.allWorkloads, ({ namespace, labels }) =>
    Object.entries(labels).map(([key, value]) => keyOf(namespace, key, value)),
  );
  private readonly workloadsByName = new Lookup(this.allWorkloads, ({ kind, name }) => [keyOf(kind, name)]);
  private readonly workloadsByConfiguration = new Lookup(this.allWorkloads, ({ configuration }) =>
    configuration.map(({ kind, name }) => keyOf(kind, name)),
  );
  private readonly configsByName = new Lookup(this.allConfigs, ({ kind, name }) => [keyOf(kind, name)]);
  private readonly kustomizations = new Map<string, KustomizationSummary>();
  readonly gitOps: boolean;
  /** Files of Packer (HCL2) that hold a `build` block, without those of development. */
  readonly bakingFiles: readonly string[];

  constructor(summaries: Iterable<FileSummary>) {
    let gitOps = false;
    const bakingFiles: string[] = [];
    for (const summary of summaries) {
      for (const image of summary.imagesUsed) push(this.byRepository, image.repository, image);
      for (const built of summary.imagesBuilt) {
        push(this.builtNames, built.name, built);
        this.allBuilt.push(built);
      }
      for (const name of summary.immutableRepositories) this.immutable.add(name);
      for (const { action, commit, comment } of summary.pinnedActions) {
        const pins = this.actions.get(action) ?? new Map<string, { commit: string; comment: string }>();
        this.actions.set(action, pins.set(keyOf(commit, comment), { commit, comment }));
      }
      if (summary.healthcheck !== undefined) this.healthchecks.set(summary.path, summary.healthcheck);
      this.allServices.push(...summary.services);
      this.allWorkloads.push(...summary.workloads);
      this.allConfigs.push(...summary.configMaps);
      for (const image of summary.terraformRuns) this.runs.add(image);
      // Examples and tests show a module; what it is really given stands elsewhere, perhaps in another repository.
      if (summary.environment === 'production') {
        for (const directory of new Set(summary.modulesCalled)) push(this.callers, directory, summary.path);
      }
      if (summary.kustomization) this.kustomizations.set(summary.kustomization.directory, summary.kustomization);
      gitOps ||= summary.gitOps;
      if (summary.bakes && summary.environment === 'production') bakingFiles.push(summary.path);
    }
    this.bakingFiles = bakingFiles;
    this.gitOps = gitOps;
  }

  /** Uses of a repository anywhere in the workspace. */
  images(repository: string): readonly ImageSummary[] {
    return this.byRepository.get(repository) ?? [];
  }

  /** True when an image of a repository that matches is named by its digest somewhere. */
  usesDigestOf(matches: (repository: string) => boolean): boolean {
    for (const [repository, images] of this.byRepository) {
      if (images.some(({ digest }) => digest !== undefined) && matches(repository)) return true;
    }
    return false;
  }

  /** Builds of images whose written name (without tag) is `name`. */
  builds(name: string): readonly BuiltImage[] {
    return this.builtNames.get(name) ?? [];
  }

  /** All builds of a Dockerfile. */
  buildsOf(dockerfile: string): readonly BuiltImage[] {
    return this.buildsByDockerfile.under(dockerfile);
  }

  /** True when the registry repository is declared with immutable tags: `name` is the last part(s) of the path. */
  refusesOverwrite(name: string): boolean {
    return this.immutable.has(name);
  }

  /** Commits to which an action is pinned elsewhere in the workspace, each once. */
  pinsOf(action: string): readonly { readonly commit: string; readonly comment: string }[] {
    return [...(this.actions.get(action)?.values() ?? [])];
  }

  /** Whether the Dockerfile at that path has a HEALTHCHECK in its final stage; undefined when it was not seen. */
  hasHealthcheck(dockerfile: string): boolean | undefined {
    return this.healthchecks.get(dockerfile);
  }

  /** ECS and other Terraform-run containers use this repository. */
  runByTerraform(repository: string): boolean {
    return this.runs.has(repository);
  }

  /** True when a kustomization that takes in the manifest gives the image another tag or digest. */
  replacesImage(manifest: string, name: string): boolean {
    for (const kustomization of this.kustomizations.values()) {
      if (kustomization.images.includes(name) && this.takesIn(kustomization, manifest, new Set())) return true;
    }
    return false;
  }

  private takesIn({ directory, resources }: KustomizationSummary, manifest: string, seen: Set<string>): boolean {
    if (seen.has(directory)) return false;
    seen.add(directory);
    return resources.some((resource) => {
      if (resource === manifest) return true;
      const inner = this.kustomizations.get(resource);
      return inner !== undefined && this.takesIn(inner, manifest, seen);
    });
  }

  /** Files that call the local module of a directory, without those of development. */
  moduleCallers(directory: string): readonly string[] {
    return this.callers.get(directory) ?? [];
  }

  get services(): readonly ServiceSummary[] {
    return this.allServices;
  }

  get workloads(): readonly WorkloadSummary[] {
    return this.allWorkloads;
  }

  /** Services whose selector matches the labels, in the same namespace (an absent namespace matches an absent one). */
  servicesSelecting(
    labels: Readonly<Record<string, string>>,
    namespace: string | undefined,
  ): readonly ServiceSummary[] {
    const keys = Object.entries(labels).map(([key, value]) => keyOf(namespace, key, value));
    return this.servicesBySelector
      .under(...keys)
      .filter(({ selector }) => Object.entries(selector).every(([key, value]) => labels[key] === value));
  }

  /** Workloads whose pods have all the labels of a selector, in the same namespace; none for a selector without labels. */
  workloadsSelectedBy(
    selector: ReadonlyMap<string, string>,
    namespace: string | undefined,
  ): readonly WorkloadSummary[] {
    const wanted = [...selector];
    const [first] = wanted;
    if (!first) return [];
    return this.workloadsByLabel
      .under(keyOf(namespace, ...first))
      .filter(({ labels }) => wanted.every(([key, value]) => labels[key] === value));
  }

  /** Workloads of that kind and name: the object itself, and patches of it. */
  workloadsNamed(kind: string, name: string): readonly WorkloadSummary[] {
    return this.workloadsByName.under(keyOf(kind, name));
  }

  /** Workloads whose pods read the ConfigMap or Secret of that name, as `configName` gives it. */
  workloadsReading(kind: ConfigUse['kind'], name: string): readonly WorkloadSummary[] {
    return this.workloadsByConfiguration.under(keyOf(kind, name));
  }

  /** ConfigMaps or Secrets of that name, as `configName` gives it. */
  configsNamed(kind: ConfigSummary['kind'], name: string): readonly ConfigSummary[] {
    return this.configsByName.under(keyOf(kind, name));
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
