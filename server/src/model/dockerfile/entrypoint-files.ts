import { isDockerfileName } from '../../lang/detect';
import { joinPath } from '../../core/paths';
import type { Project } from '../project';
import type { SourceFile } from '../source-file';

/** `entrypoint.sh`, `docker-entrypoint`, `entrypoint-web.sh`. */
const NAME = /^(docker[-_]?)?entrypoint([-_.][\w-]+)*$/i;

/**
 * True for a script of its own that by its name a container starts with (`ENTRYPOINT` of the Dockerfile reference), and
 * that no Dockerfile beside it or at the root names: with those its commands are known as the Dockerfile's.
 */
export function startedByImage(file: SourceFile, project: Project): boolean {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  if (!NAME.test(name)) return false;
  return ![file.directory, ''].some((directory) =>
    (project.list(directory) ?? [])
      .filter((entry) => isDockerfileName(entry.toLowerCase()))
      .some((entry) => isNamedIn(project.read(joinPath(directory, entry) ?? entry) ?? '', name)),
  );
}

function isNamedIn(dockerfile: string, name: string): boolean {
  return dockerfile.split('\n').some((line) => /^\s*(ENTRYPOINT|CMD)\b/i.test(line) && line.includes(name));
}
