import { HOLE } from '../core/mapped-text';
import { get, items, stringOf } from '../lang/data/tree';
import type { ComposeBuild } from '../model/compose/service';
import type { ComposeFile } from '../model/compose';
import { parseImageReference } from '../model/image-reference';
import type { KubernetesFile } from '../model/kubernetes';
import { joinPath } from '../core/paths';
import type { SourceFile } from '../model/source-file';
import { input, type Workflow } from '../model/workflow';
import type { BuiltImage } from '../model/workspace-index';

/** Images that the services of a compose file build. A service without `image:` is named after itself. */
export function builtByCompose(compose: ComposeFile, file: SourceFile): BuiltImage[] {
  return compose.services.flatMap((service) => {
    if (!service.build) return [];
    return [
      {
        name: nameOf(service.image?.text) ?? service.name,
        dockerfile: composeDockerfile(service.build, file),
        site: 'compose' as const,
        healthcheck: service.healthcheck !== undefined,
        target: service.build.target?.text,
      },
    ];
  });
}

/** Undefined for one that is written in the compose file, lies in another repository, or is not known. */
function composeDockerfile(build: ComposeBuild, file: SourceFile): string | undefined {
  const context = build.context?.text ?? '.';
  const dockerfile = build.dockerfile?.text ?? 'Dockerfile';
  if (build.dockerfileInline || isElsewhere(context) || isElsewhere(dockerfile)) return undefined;
  const directory = joinPath(file.directory, context);
  return directory === undefined ? undefined : joinPath(directory, dockerfile);
}

/** A URL, or a path with unknown parts. */
function isElsewhere(path: string): boolean {
  return path.includes(HOLE) || path.includes('{{') || /^[\w+.-]+:\/\/|^git@/.test(path);
}

/** Images that `docker/build-push-action` builds in a workflow. */
export function builtByWorkflow(workflow: Workflow): BuiltImage[] {
  const found: BuiltImage[] = [];
  for (const job of workflow.jobs) {
    for (const step of job.steps) {
      if (!step.uses?.text.startsWith('docker/build-push-action@')) continue;
      const context = input(step, 'context')?.text.text ?? '.';
      const file = input(step, 'file')?.text.text ?? `${context}/Dockerfile`;
      const tags = (input(step, 'tags')?.text.text ?? '').replace(/\$\{\{.*?\}\}/g, HOLE);
      for (const tag of tags.split(/[\n,]/)) {
        const name = nameOf(tag.trim());
        if (name === undefined) continue;
        found.push({
          name,
          dockerfile: isElsewhere(file) ? undefined : joinPath('', file),
          site: 'workflow',
          healthcheck: false,
          target: input(step, 'target')?.text.text,
        });
      }
    }
  }
  return found;
}

/** The name without tag; undefined for expressions and what is no reference. */
function nameOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const reference = parseImageReference(text);
  return reference && !reference.name.includes(HOLE) ? reference.name : undefined;
}

/** Images that a `skaffold.yaml` builds: `build.artifacts[].image`. */
export function builtBySkaffold(manifest: KubernetesFile): BuiltImage[] {
  return manifest.objects.flatMap((object) => {
    if (object.group !== 'skaffold' || object.kind !== 'Config') return [];
    return items(get(object.node, 'build', 'artifacts')).flatMap((artifact): BuiltImage[] => {
      const name = nameOf(stringOf(get(artifact, 'image')));
      if (name === undefined) return [];
      return [{ name, dockerfile: undefined, site: 'skaffold', healthcheck: false, target: undefined }];
    });
  });
}
