import { asScalar } from '../lang/data/tree';
import type { ComposeFile } from '../model/compose';
import { parseImageReference } from '../model/image-reference';
import { joinPath } from '../model/paths';
import type { SourceFile } from '../model/source-file';
import { input, type Workflow } from '../model/workflow';
import type { BuiltImage } from '../model/workspace-index';

/** Images that the services of a compose file build. A service without `image:` is named after itself. */
export function builtByCompose(compose: ComposeFile, file: SourceFile): BuiltImage[] {
  return compose.services.flatMap((service) => {
    if (!service.build) return [];
    const context = service.build.context?.text ?? '.';
    const dockerfile = service.build.dockerfile?.text ?? 'Dockerfile';
    const directory = joinPath(file.directory, context);
    return [
      {
        name: nameOf(service.image?.text) ?? service.name,
        dockerfile: directory === undefined || context.includes('\uE000') ? undefined : joinPath(directory, dockerfile),
        site: 'compose' as const,
        healthcheck: service.healthcheck !== undefined,
        target: service.build.target?.text,
      },
    ];
  });
}

/** Images that `docker/build-push-action` builds in a workflow. */
export function builtByWorkflow(workflow: Workflow): BuiltImage[] {
  const found: BuiltImage[] = [];
  for (const job of workflow.jobs) {
    for (const step of job.steps) {
      if (!step.uses?.text.startsWith('docker/build-push-action@')) continue;
      const context = asScalar(input(step, 'context'))?.text.text ?? '.';
      const file = input(step, 'file')?.text.text;
      for (const tag of (input(step, 'tags')?.text.text ?? '').split(/[\n,]/)) {
        const name = nameOf(tag.trim());
        if (name === undefined) continue;
        found.push({
          name,
          dockerfile: file ?? joinPath('', `${context}/Dockerfile`),
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
  if (text === undefined || text.includes('${{')) return undefined;
  const reference = parseImageReference(text);
  return reference && !reference.name.includes('\uE000') ? reference.name : undefined;
}
