import { joinPath } from '../../core/paths';
import type { Project } from '../project';

/** `action.yml` next to the Dockerfile or its scripts says that GitHub runs the image: once, as a step of a pipeline. */
export function isGithubAction(directory: string, project: Project): boolean {
  const names = project.list(directory);
  return ['action.yml', 'action.yaml'].some((name) => {
    // To open a file that is not there takes longer than the rest of the rule.
    if (names && !names.includes(name)) return false;
    const path = joinPath(directory, name);
    return /\busing:\s*['"]?docker\b/.test((path !== undefined && project.read(path)) || '');
  });
}
