import { HOLE } from '../core/mapped-text';
import { joinPath } from '../core/paths';
import { collectFacts } from '../model/collect';
import { objectAnchor } from '../model/collect/kubernetes';
import type { ActionUse, ImageUse } from '../model/facts';
import { isValidDigest } from '../model/image-reference';
import { configReferences, labelMap, type KubernetesFile, type Workload } from '../model/kubernetes';
import { configName, followsConfiguration } from '../model/kubernetes/configuration';
import { booleanOf, get, type DataFile } from '../lang/data/tree';
import type { ConfigBlock } from '../model/config-block';
import type { Project } from '../model/project';
import type { SourceFile } from '../model/source-file';
import { calledDirectory } from '../model/terraform/module-calls';
import { namesContainerType, type TerraformContainer } from '../model/terraform/containers';
import type { TerraformResource } from '../model/terraform/types';
import { alternatives, textOf } from '../model/values/value';
import type {
  BuiltImage,
  ConfigSummary,
  FileSummary,
  ImageSummary,
  ServiceSummary,
  WorkloadSummary,
} from '../model/workspace-index';
import { builtByCompose, builtBySkaffold, builtByWorkflow } from './built-images';
import type { ComposeFile } from '../model/compose';
import type { Dockerfile } from '../model/dockerfile';
import type { Kustomization } from '../model/kustomize';
import type { Workflow } from '../model/workflow';

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };

const FACTS: ReadonlySet<string> = new Set([
  'image',
  'uses',
  'kubernetes',
  'compose',
  'dockerfile',
  'kustomize',
  'workflow',
  'terraform.resource',
  'terraform.container',
  'terraform.module-call',
  'packer.build',
]);

/** Kinds that Argo CD and Flux watch: the repository is deployed by GitOps. */
const GITOPS_GROUPS = /^(argoproj\.io|.*\.toolkit\.fluxcd\.io)$/;

/** What a file contributes to the knowledge about the workspace. Shell scripts are not parsed for it. */
export function summarise(file: SourceFile, project: Project): FileSummary {
  const summary: Mutable<FileSummary> = {
    path: file.path,
    environment: file.environment,
    imagesUsed: [],
    imagesBuilt: [],
    workloads: [],
    services: [],
    configMaps: [],
    immutableRepositories: [],
    pinnedActions: [],
    gitOps: false,
    healthcheck: undefined,
    terraformRuns: [],
    bakes: false,
    modulesCalled: [],
  };
  if (!mayContribute(file)) return summary;
  const handlers: Record<string, (value: never) => void> = {
    image: (use: ImageUse) => void summary.imagesUsed.push(...imagesOf(use, file.path)),
    uses: (use: ActionUse) => void summary.pinnedActions.push(...pinnedAction(use)),
    kubernetes: (manifest: KubernetesFile) => addManifest(manifest, summary),
    compose: (compose: ComposeFile) => void summary.imagesBuilt.push(...builtByCompose(compose, file)),
    workflow: (workflow: Workflow) => void summary.imagesBuilt.push(...builtByWorkflow(workflow)),
    kustomize: (kustomization: Kustomization) => {
      const { generators } = kustomization;
      summary.kustomization = kustomizationSummary(kustomization, file.directory);
      for (const generator of generators) {
        const name = generator.name?.text.text;
        if (name === undefined || generator.hashDisabled) continue;
        summary.configMaps.push({
          kind: generator.kind,
          name,
          namespace: undefined,
          immutable: false,
          generated: true,
        });
      }
    },
    dockerfile: (dockerfile: Dockerfile) => {
      const final = dockerfile.finalStages[0];
      summary.healthcheck = final ? hasHealthcheck(final) : undefined;
    },
    'terraform.resource': (resource: TerraformResource) => {
      const repository = immutableRepository(resource);
      if (repository !== undefined) summary.immutableRepositories.push(repository);
    },
    'packer.build': () => {
      summary.bakes ||= file.kind === 'packer';
    },
    'terraform.module-call': (call: ConfigBlock) => {
      const directory = calledDirectory(call, file.directory);
      if (directory !== undefined) summary.modulesCalled.push(directory);
    },
    'terraform.container': (container: TerraformContainer) => {
      if (container.platform === 'ecs') summary.terraformRuns.push(...runImages(container));
    },
  };
  collectFacts(
    file,
    project,
    (fact) => FACTS.has(fact),
    (fact, value) => handlers[fact]?.(value as never),
    { scripts: false },
  );
  return summary;
}

/** False when a look at the text tells that the file has nothing to say: most Terraform and Packer files are not parsed. */
function mayContribute({ kind, text }: SourceFile): boolean {
  switch (kind) {
    case 'terraform':
    case 'terraform-json':
      return /\bmodule[\s"]|aws_ecr_repository/.test(text) || namesContainerType(text);
    case 'packer':
      return text.includes('docker') || /^\s*build\s*\{/m.test(text);
    case 'packer-json':
      return text.includes('docker');
    default:
      return true;
  }
}

/** What it takes in from this workspace, and the images to which it gives a tag or digest. */
function kustomizationSummary(
  { resources, images }: Kustomization,
  directory: string,
): NonNullable<FileSummary['kustomization']> | undefined {
  const local = resources.flatMap(({ node, remote }) =>
    remote ? [] : (joinPath(directory, node.text.text.replace(/\/+$/, '')) ?? []),
  );
  const replaced = images.flatMap(({ name, newTag, digest }) => (name && (newTag ?? digest) ? [name.text.text] : []));
  return local.length > 0 ? { directory, resources: local, images: replaced } : undefined;
}

function imagesOf(use: ImageUse, path: string): ImageSummary[] {
  const site = use.site.split('.')[0] as ImageSummary['site'];
  return use.options.flatMap(({ reference }) =>
    reference.repository.includes(HOLE)
      ? []
      : [
          {
            repository: reference.repository,
            tag: reference.tag,
            // A digest that is none must not be offered as a pin.
            digest: reference.digest !== undefined && isValidDigest(reference.digest) ? reference.digest : undefined,
            site,
            at: { start: use.at.start, end: use.at.end, path: use.at.path ?? path },
          },
        ],
  );
}

function pinnedAction(use: ActionUse): FileSummary['pinnedActions'] {
  const found = /^([\w.-]+\/[\w./-]+)@([0-9a-f]{40})$/.exec(use.text.text);
  const [, action, commit] = found ?? [];
  return action !== undefined && commit !== undefined && use.comment !== undefined
    ? [{ action, commit, comment: use.comment }]
    : [];
}

function addManifest(manifest: KubernetesFile, summary: Mutable<FileSummary>): void {
  summary.gitOps ||= manifest.objects.some((object) => GITOPS_GROUPS.test(object.group) && object.kind !== 'Rollout');
  summary.imagesBuilt.push(...builtBySkaffold(manifest));
  for (const workload of manifest.workloads) {
    summary.workloads.push(workloadSummary(workload, manifest.file, summary.path));
  }
  for (const service of manifest.services) {
    // What a template renders cannot be compared: it selects nothing that is known.
    if (!service.selector || [...service.selector.values()].some((value) => value.includes(HOLE))) continue;
    summary.services.push({
      name: service.object.name?.text.text ?? '',
      namespace: service.object.namespace?.text.text,
      selector: Object.fromEntries(service.selector),
      targetPorts: service.ports.flatMap(({ targetPort, port }) => {
        const value = (targetPort ?? port)?.value;
        return typeof value === 'string' || typeof value === 'number' ? [value] : [];
      }),
    } satisfies ServiceSummary);
  }
  for (const config of manifest.configs) {
    const { name } = config.object;
    if (!name) continue;
    summary.configMaps.push({
      kind: config.kind,
      name: configName(name, manifest.file, summary.path),
      namespace: config.object.namespace?.text.text,
      immutable: config.immutable?.value === true,
      generated: false,
    } satisfies ConfigSummary);
  }
}

function workloadSummary(workload: Workload, file: DataFile, path: string): WorkloadSummary {
  const containers = (test: (container: Workload['containers'][number]) => boolean): string[] =>
    workload.containers.flatMap((container) =>
      container.name !== undefined && test(container) ? [container.name] : [],
    );
  return {
    kind: workload.kind,
    name: objectAnchor(workload.object).split('/')[1] ?? '',
    namespace: workload.object.namespace?.text.text,
    labels: Object.fromEntries(labelMap(get(workload.podMetadata, 'labels')) ?? []),
    configuration: configReferences(workload).map(({ kind, name }) => ({
      kind,
      name: configName(name, file, path),
      at: { start: name.range.start, end: name.range.end, path },
    })),
    followsConfiguration: followsConfiguration(workload, file),
    readinessProbes: containers(({ probes }) => probes.readinessProbe !== undefined),
    readOnlyRoots: containers(
      ({ securityContext }) => booleanOf(get(securityContext, 'readOnlyRootFilesystem')) === true,
    ),
  };
}

function immutableRepository(resource: TerraformResource): string | undefined {
  if (resource.type !== 'aws_ecr_repository') return undefined;
  const mutability = textOf(resource.block.value('image_tag_mutability'));
  return mutability === 'IMMUTABLE' ? textOf(resource.block.value('name')) : undefined;
}

function runImages(container: TerraformContainer): string[] {
  if (!container.image) return [];
  return alternatives(container.image).flatMap((option) => {
    const text = textOf(option);
    return text === undefined ? [] : [text.replace(/[:@].*$/, '')];
  });
}

function hasHealthcheck(stage: Dockerfile['stages'][number]): boolean {
  for (let current: typeof stage | undefined = stage; current; current = current.baseStage) {
    if (current.instructions.some((instruction) => instruction.keyword === 'HEALTHCHECK')) return true;
  }
  return false;
}

export type { BuiltImage };
