import { detectContainers, type DetectedContainer } from '../detect/dockerfiles';
import { nameFrom, Names } from '../detect/names';
import { detectPacker, type DetectedPacker } from '../detect/packer';
import { localEnvironment, terraformEnvironment } from '../detect/propose-environments';
import { containerImage, packerImage } from '../detect/propose-images';
import { workloads, type Workload } from '../detect/repositories';
import { knownFiles, type KnownFile, type SourceFile } from '../detect/source-file';
import { detectTerraform, type DetectedTerraform } from '../detect/terraform';
import { comment } from '../detect/yaml-text';

export type { SourceFile } from '../detect/source-file';

/** A file to start from, and what it was guessed from. */
export interface DetectedPipeline {
  /** Keys of delivery for `immutable.yaml`: valid, with a comment for each guess. */
  readonly text: string;
  /** One line each, for people: what was found, and where. */
  readonly found: readonly string[];
  /** What a person must do before it can be used, or what cannot be deployed yet. */
  readonly open: readonly string[];
  /** False when nothing was found that is deployed: the text is an example then. */
  readonly isFound: boolean;
}

/** More of a kind are not deployed from one file. */
const MOST = 20;

/**
 * Guesses a pipeline from the files of a workspace (release-engine.md §3.4). Runs nothing, reads nothing: it works from
 * the texts that it is given.
 *
 * @param folderName name of the workspace's folder: the application is called so
 */
export function detectPipeline(files: readonly SourceFile[], folderName: string): DetectedPipeline {
  const known = knownFiles(files);
  const app = nameFrom(folderName, 'app');
  const images = new Names();
  const packer = detectPacker(known, images).slice(0, MOST);
  const containers = detectContainers(known, app, images).slice(0, MOST);
  const environments = new Names();
  const isLocal = containers.length > 0 || packer.length === 0;
  if (isLocal) environments.take('local', 'local');
  const modules = detectTerraform(known, app, environments)
    .slice(0, MOST)
    .map((module) => ({ module, lines: terraformEnvironment(module, { packer, containers }) }));
  const workloadsFound = workloads(known);
  const isFound = packer.length + containers.length + modules.length > 0;
  const shown = containers.length > 0 || packer.length > 0 ? containers : [example(app)];
  const local = isLocal ? localEnvironment(shown) : [];
  const deployed = modules.flatMap(({ lines }) => lines ?? []);
  const lines = [
    comment(
      'A proposal from what the files here say. Nothing was run. Look at each guess, then: immutable-infra doctor',
    ),
    'version: 1',
    `app: ${app}`,
    'images:',
    ...(packer.length + containers.length > 0
      ? []
      : [`  ${comment('Nothing here bakes an image yet: this is an example. Write the Dockerfile first.')}`]),
    ...packer.flatMap(packerImage),
    ...shown.flatMap((image) => containerImage(image, app)),
    ...(local.length + deployed.length === 0
      ? noEnvironment(packer[0]?.name ?? app)
      : ['environments:', ...local, ...deployed]),
    ...modules.flatMap(({ module, lines: own }) =>
      own
        ? []
        : [comment(`The Terraform files in ${module.directory} take an image, but nothing here bakes one for them.`)],
    ),
    ...kubernetesLines(workloadsFound),
    'gates: { lint: error, cleanGit: protected }',
    ...workflowLines(known, modules.map(({ module }) => module.name).at(0) ?? 'local'),
  ];
  return {
    text: `${lines.join('\n')}\n`,
    found: [
      ...packer.map(({ name, from, builder }) => `image ${name}: Packer, ${builder} (${from})`),
      ...containers.map(
        ({ name, dockerfile, repository }) =>
          `image ${name}: container (${dockerfile})${repository ? `, pushed to ${repository.repository} (${repository.from})` : ''}`,
      ),
      ...modules.map(({ module }) => `environment ${module.name}: Terraform in ${module.directory}`),
      ...workloadsFound.map(({ kind, name, from }) => `${kind} ${name} (${from})`),
    ].map(oneLine),
    open: openPoints(packer, containers, modules, workloadsFound).map(oneLine),
    isFound,
  };
}

interface Proposed {
  readonly module: DetectedTerraform;
  /** Undefined when nothing bakes an image for it. */
  readonly lines: readonly string[] | undefined;
}

function openPoints(
  packer: readonly DetectedPacker[],
  containers: readonly DetectedContainer[],
  modules: readonly Proposed[],
  workloadsFound: readonly Workload[],
): readonly string[] {
  const points: string[] = [];
  for (const { name, repository } of containers)
    if (!repository) points.push(`write the repository that ${name} is pushed to`);
  for (const { name, missing } of packer)
    if (missing.length > 0) points.push(`give ${name} its variables ${missing.join(', ')}`);
  for (const { module, lines } of modules) {
    const { name, image, directory, missing } = module;
    if (!lines) points.push(`bake an image for the Terraform files in ${directory}: nothing here does`);
    else points.push(`write the health check of ${name}`);
    if (lines && missing.length > 0) points.push(`give ${name} its variables ${missing.join(', ')}`);
    if (image.kind !== 'blue-green') continue;
    if (image.images === undefined)
      points.push(`${directory} needs a variable with an image for each colour: blue/green cannot work without it`);
    if (lines && packer.length + containers.length > 1)
      points.push(`blue/green takes one image, and this file has more: give ${name} an immutable.yaml of its own`);
  }
  if (workloadsFound.length > 0) points.push('deploying to Kubernetes comes in a later version');
  return points;
}

function example(app: string): DetectedContainer {
  return {
    name: app,
    dockerfile: 'Dockerfile',
    context: '.',
    repository: undefined,
    port: undefined,
    healthPath: undefined,
    isPublished: true,
  };
}

/** A template bakes, and nothing here deploys what it bakes. */
function noEnvironment(image: string): readonly string[] {
  return [
    comment(`Nothing here takes the image. \`immutable-infra bake ${image}\` works; to deploy it, add for example`),
    ...[
      'environments:',
      '  production:',
      '    target:',
      '      terraform:',
      '        dir: terraform',
      `        set: { ami_id: "\${image.${image}.id}" }`,
      '        read: { image: { output: ami_id } }',
    ].map(comment),
  ];
}

function kubernetesLines(found: readonly Workload[]): readonly string[] {
  const [first] = found;
  if (!first) return [];
  const names = found.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`);
  return [
    comment(
      `${names.join(', ')} (${first.from}): deploying to Kubernetes comes in a later version. It will be written so:`,
    ),
    ...[
      '  production:',
      '    target: { kubernetes: { context: CONTEXT, namespace: NAMESPACE, manifests: [k8s/] } } # no default: name the cluster',
    ].map(comment),
  ];
}

/** What a workflow does by hand, the pipeline does. */
function workflowLines(files: readonly KnownFile[], environment: string): readonly string[] {
  const acting = files.filter(
    ({ kind, text }) =>
      kind === 'workflow' &&
      /\b(?:packer build|terraform apply|tofu apply|docker push|docker\/build-push-action)\b/.test(text),
  );
  if (acting.length === 0) return [];
  return [
    comment(`${acting.map(({ path }) => path).join(', ')} builds or applies by itself. Let it run instead:`),
    comment(`  npx immutable-infra deploy ${environment} --json   (ends with 4 and the hash of the plan)`),
    comment(`  npx immutable-infra approve HASH --confirm ${environment}`),
  ];
}

function oneLine(text: string): string {
  return comment(text).slice(2);
}
